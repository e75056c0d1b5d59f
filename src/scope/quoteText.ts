/** Longest stretch of foreign text an error message repeats. */
const SHOWN_LENGTH = 80;

/**
 * Text of unknown origin, in double quotes, fit for a terminal: control and format characters (Unicode's "C"
 * classes, so bidirectional overrides and lone surrogates too), every blank but the space, quotes and backslashes are
 * escaped, and more than 80 characters are cut with "…".
 */
export function quoteText(text: string): string {
  const characters = Array.from(text.slice(0, SHOWN_LENGTH * 2));
  const shown = characters.slice(0, SHOWN_LENGTH).join("");
  const escaped = shown.replace(/["\\]/g, "\\$&").replace(/(?! )[\p{C}\p{Z}]/gu, escapeCharacter);
  return `"${escaped}${characters.length > SHOWN_LENGTH ? "…" : ""}"`;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
    default:
      return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  }
}
