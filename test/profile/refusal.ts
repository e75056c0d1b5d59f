import { PortreeveError } from "../../src/facts/error.js";
import type { ProfileText } from "../../src/facts/profileText.js";
import { parseProfile } from "../../src/profile/parse.js";

/** The error a text is refused with; fails where it is accepted or another error comes. */
export function refusal(text: string, included: readonly ProfileText[] = []): PortreeveError {
  try {
    parseProfile(text, "p.yaml", included);
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("the profile was accepted");
}

/** Files for `parseProfile`, from their texts by name. */
export function filesOf(texts: Readonly<Record<string, string>>): readonly ProfileText[] {
  return Object.entries(texts).map(([name, text]) => ({ name, text }));
}
