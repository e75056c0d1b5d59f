/** Attributes of tags that come again and again (`<status state="up" …/>`), read once. */
import { readAttributes } from "./attributes.js";

type Attributes = Record<string, string> | undefined;

const MOST = 4096;
const LONGEST = 512;

export class RepeatedTags {
  readonly #known = new Map<string, Attributes>();

  attributes(tag: string, names: readonly string[]): Attributes {
    const known = this.#known.get(tag);
    if (known !== undefined || this.#known.has(tag)) return known;
    if (tag.length > LONGEST) return readAttributes(tag, 0, tag.length, names);
    // A file in which nothing comes again costs no more than this.
    if (this.#known.size >= MOST) this.#known.clear();
    // A string cut out of a text keeps the whole of it in memory: this is a copy.
    const own = JSON.parse(JSON.stringify(tag)) as string;
    const attributes = readAttributes(own, 0, own.length, names);
    this.#known.set(own, attributes);
    return attributes;
  }
}
