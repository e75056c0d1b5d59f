/**
 * nmap writes XML in ASCII: each byte above 0x7F of a banner becomes a reference of its own (`&#xE4;&#xBD;&#xA0;`),
 * so UTF-8 arrives as mojibake, and a control byte may become a reference that XML 1.0 forbids. Both are mended here,
 * before a parser sees them: no banner may cost the document.
 */

const RUN = /(?:&#(?:[xX][0-9a-fA-F]+|[0-9]+);)+/g;
// Characters that XML 1.0 does not allow (Char, section 2.2), written raw.
const RAW_CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

const AMPERSAND = 38;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  // nmap's line ends and dashes are by far the most frequent.
  ["#xa", "\n"],
  ["#45", "-"],
]);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface CleanText {
  readonly text: string;
  /** How many characters XML forbids. */
  readonly forbidden: number;
}

/**
 * Makes every character of an XML text legal. What is not is shown as an escape (`\x1B`), and counted; a run of
 * references that is UTF-8 as a whole comes back as text, any other run of bytes stays as it is (Latin-1).
 */
export function cleanCharacters(xml: string): CleanText {
  let forbidden = 0;
  const mark = (code: number) => {
    forbidden++;
    return visibleEscape(code);
  };
  let text = xml.replace(RAW_CONTROLS, (character) => mark(character.charCodeAt(0)));
  if (text.includes("&#")) text = text.replace(RUN, (run) => cleanRun(run, mark));
  return { text, forbidden };
}

/** What to tell of so many characters that XML forbids: a note, or none. */
export function notesOnForbidden(count: number): string[] {
  return count === 0 ? [] : [`${count} character${count === 1 ? "" : "s"} that XML forbids, shown as \\x..`];
}

/**
 * A value as it was before it was written into XML: what a parser makes of it after `cleanCharacters`. It holds no raw
 * control characters, and no ampersand that begins no reference.
 */
export function decodeReferences(text: string): string {
  let at = text.indexOf("&");
  if (at === -1) return text;
  let decoded = "";
  let from = 0;
  while (at !== -1) {
    const end = text.indexOf(";", at);
    const known = ENTITIES.get(text.slice(at + 1, end));
    const run = known === undefined ? runAt(text, at) : "";
    decoded += text.slice(from, at) + (known ?? decodeRun(run));
    from = known === undefined ? at + run.length : end + 1;
    at = text.charCodeAt(from) === AMPERSAND ? from : text.indexOf("&", from);
  }
  return decoded + text.slice(from);
}

function runAt(text: string, at: number): string {
  RUN.lastIndex = at;
  return RUN.exec(text)?.[0] ?? "&";
}

function decodeRun(run: string): string {
  const clean = cleanRun(run, visibleEscape);
  return clean.replace(/&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));/g, (_, hex, decimal) => {
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16));
  });
}

function cleanRun(run: string, mark: (code: number) => string): string {
  let clean = "";
  let bytes: number[] = [];
  const flush = () => {
    clean += decodeBytes(bytes);
    bytes = [];
  };
  for (const reference of run.slice(0, -1).split(";")) {
    const hex = /^&#[xX]/.test(reference);
    const code = Number.parseInt(reference.slice(hex ? 3 : 2), hex ? 16 : 10);
    if (code >= 0x80 && code <= 0xff) {
      bytes.push(code);
      continue;
    }
    flush();
    clean += isLegal(code) ? `${reference};` : mark(code);
  }
  flush();
  return clean;
}

function decodeBytes(bytes: readonly number[]): string {
  if (bytes.length === 0) return "";
  try {
    const text = utf8.decode(Uint8Array.from(bytes));
    // U+FFFE and U+FFFF can be written in UTF-8, and are no XML characters.
    if (!/[\uFFFE\uFFFF]/.test(text)) return text;
  } catch {
    // Not UTF-8: bytes of some other encoding.
  }
  return bytes.map((byte) => `&#x${byte.toString(16).toUpperCase()};`).join("");
}

function isLegal(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

function visibleEscape(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  return code <= 0x10ffff ? `\\u{${code.toString(16).toUpperCase()}}` : "\uFFFD";
}
