import { nearWord } from "../scope/nearWord.js";

/** `; did you mean "x"?`, or nothing where no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearWord(word, known);
  return near === null ? "" : `; did you mean ${JSON.stringify(near)}?`;
}
