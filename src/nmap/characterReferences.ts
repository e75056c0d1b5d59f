/**
 * nmap writes XML in ASCII: each byte above 0x7F of a banner becomes a reference of its own (`&#xE4;&#xBD;&#xA0;`),
 * so UTF-8 arrives as mojibake, and a control byte may become a reference that XML 1.0 forbids. Both are mended here,
 * before a parser sees them: no banner may cost the document.
 */

const REFERENCES = /(?:&#(?:[xX][0-9a-fA-F]+|[0-9]+);)+/g;
// Characters that XML 1.0 does not allow (Char, section 2.2), written raw.
const RAW_CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface CleanText {
  readonly text: string;
  readonly notes: readonly string[];
}

/**
 * Makes every character of an XML text legal. What is not is shown as an escape (`\x1B`), with a note; a run of
 * references that is UTF-8 as a whole comes back as text, any other run of bytes stays as it is (Latin-1).
 */
export function cleanCharacters(xml: string): CleanText {
  let illegal = 0;
  const mark = (code: number) => {
    illegal++;
    return visibleEscape(code);
  };
  let text = xml.replace(RAW_CONTROLS, (character) => mark(character.charCodeAt(0)));
  if (text.includes("&#")) text = text.replace(REFERENCES, (run) => cleanRun(run, mark));
  const notes =
    illegal === 0 ? [] : [`${illegal} character${illegal === 1 ? "" : "s"} that XML forbids, shown as \\x..`];
  return { text, notes };
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
