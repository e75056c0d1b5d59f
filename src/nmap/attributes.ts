/** The attributes of a tag whose form was checked (`xmlTag.ts`), as a parser gives them. */
import { decodeReferences } from "./characterReferences.js";

const EQUALS = 61;
const GREATER = 62;
const SLASH = 47;

/**
 * Those of `names` that the start tag `text[at]` to `text[end - 1]` has; of two with one name the first, as sax does.
 * Undefined where it has no attribute at all.
 */
export function readAttributes(
  text: string,
  at: number,
  end: number,
  names: readonly string[],
): Record<string, string> | undefined {
  let attributes: Record<string, string> | undefined;
  let here = skipName(text, at + 1);
  for (;;) {
    here = skipBlanks(text, here);
    const code = text.charCodeAt(here);
    if (code === GREATER || code === SLASH || here >= end) return attributes;
    attributes ??= {};
    const nameEnd = skipName(text, here);
    const name = nameIn(names, text, here, nameEnd);
    here = skipBlanks(
      text,
      text.charCodeAt(nameEnd) === EQUALS ? nameEnd + 1 : text.indexOf("=", nameEnd) + 1,
    );
    const close = text.indexOf(text[here] === '"' ? '"' : "'", here + 1);
    if (name !== undefined && attributes[name] === undefined)
      attributes[name] = decodeReferences(text.slice(here + 1, close));
    here = close + 1;
  }
}

/** The one of `names` that stands there: no new string for each tag. */
function nameIn(names: readonly string[], text: string, from: number, to: number): string | undefined {
  for (const name of names) if (name.length === to - from && text.startsWith(name, from)) return name;
  return undefined;
}

/** Behind a name: at a blank, `=`, `/` or `>`. */
function skipName(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === EQUALS || code === SLASH || code === GREATER) return at;
  }
  return text.length;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 32) at += 1;
  return at;
}
