/**
 * Characters that JSON lets through raw and a terminal obeys or hides: DEL and the C1 controls (U+009B starts an escape
 * sequence), format and bidirectional characters, line separators. C0 controls and lone surrogates JSON.stringify
 * escapes itself.
 */
const RAW = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON that means the same and is safe to print: what cannot be seen is written as `\uXXXX`. Ends with a line break.
 * `space` is JSON.stringify's; 0 gives one line.
 */
export function jsonText(document: unknown, space = 2): string {
  const text = JSON.stringify(document, null, space).replaceAll(RAW, (character) =>
    // By UTF-16 unit: JSON knows no other escape.
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
  return `${text}\n`;
}
