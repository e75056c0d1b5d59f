/**
 * Text as XML, for a file that anybody may read: a parser, nmap's tools, and a person whose terminal it runs over. What
 * cannot be seen (controls, bidirectional overrides) is written as a reference, so that no banner moves a cursor. Letters
 * beyond ASCII stand as UTF-8: the references that nmap writes for them, one a byte, are only to be guessed together again
 * (`characterReferences.ts`), and those from U+0080 to U+00FF that are written here are no UTF-8 in any order.
 */

/** What XML 1.0 has no way to write (Char, section 2.2): lone surrogates too. */
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Surrogate}]/gu;
const IS_FORBIDDEN = new RegExp(FORBIDDEN.source, "u");
/** Markup; blanks that a parser makes spaces of; what is not seen. */
const REFERENCED = /[&<>"\t\n\r\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu;
/** The common case. */
const PLAIN = /^[ !#-%'-;=?-~]*$/;

const NAMED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Whether `text` comes back from XML as it was. */
export function canBeXml(text: string): boolean {
  return PLAIN.test(text) || !IS_FORBIDDEN.test(text);
}

/** `text` with what XML forbids as a visible escape (`\x1B`), as `cleanCharacters` shows it. */
export function withoutForbidden(text: string): string {
  if (canBeXml(text)) return text;
  return text.replace(FORBIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16).toUpperCase();
    return code <= 0xff ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
  });
}

/** For an attribute in double quotes, or between tags. */
export function xmlText(text: string): string {
  if (PLAIN.test(text)) return text;
  return withoutForbidden(text).replace(
    REFERENCED,
    (character) => NAMED[character] ?? `&#x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`,
  );
}

export type Attributes = Readonly<Record<string, string | number | null>>;

/** ` name="value"` for each attribute that is not null. The names are ours. */
export function xmlAttributes(attributes: Attributes): string {
  let text = "";
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) text += ` ${name}="${typeof value === "number" ? value : xmlText(value)}"`;
  }
  return text;
}

/** An element, empty where it has no content. */
export function xmlElement(name: string, attributes: Attributes, content = ""): string {
  const start = `<${name}${xmlAttributes(attributes)}`;
  return content === "" ? `${start}/>` : `${start}>${content}</${name}>`;
}
