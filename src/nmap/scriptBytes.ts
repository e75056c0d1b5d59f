/**
 * Skips the scripts of a port byte by byte, as nmap writes them in ASCII: a gigabyte a second. It takes nothing that the
 * walk (`xmlWalk.ts`) would not, and leaves the rest to it: tables, references that XML forbids, other characters.
 */

const ORDINARY = 0;
const LESS = 60;
const GREATER = 62;
const AMPERSAND = 38;
const QUOTE = 34;
const APOSTROPHE = 39;
const SLASH = 47;
const EQUALS = 61;
const SEMICOLON = 59;
const HASH = 35;
const SMALL_X = 120;

/** What ends a run of ordinary characters in a text: `<`, `&`, what XML forbids, and what is not ASCII. */
const IN_TEXT = stops([LESS, AMPERSAND]);
const IN_QUOTES = stops([LESS, AMPERSAND, QUOTE]);
const IN_APOSTROPHES = stops([LESS, AMPERSAND, APOSTROPHE]);
/** Letters, digits and `_ : . -`, which make a name; a first digit is left to the walk by `isNameStart`. */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, code) =>
  /[\w:.-]/.test(String.fromCharCode(code)) && code < 128 ? 1 : 0,
);

function stops(extra: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => {
    const isBlank = code === 9 || code === 10 || code === 13;
    return (code < 32 && !isBlank) || code > 127 || extra.includes(code) ? 1 : ORDINARY;
  });
}

/** A file made so that each script of a port ends far away is not read twice. */
const LONGEST = 256 * 1024;

/**
 * Just behind the `<script …/>`, or `<script …>` with nothing but texts and `<elem>` in it, one behind the other; `at`
 * where there is none, -1 where one is not of the usual kind, or not all there.
 */
export function endOfScripts(bytes: Uint8Array, at: number): number {
  let here = at;
  while (isWord(bytes, here, SCRIPT)) {
    here = endOfScript(bytes, here + SCRIPT.length);
    if (here === -1 || here - at > LONGEST) return -1;
  }
  return here;
}

const SCRIPT = ascii("<script");
const SCRIPT_END = ascii("</script>");
const ELEM = ascii("<elem");
const ELEM_END = ascii("</elem>");

function endOfScript(bytes: Uint8Array, from: number): number {
  let here = endOfAttributes(bytes, from);
  if (here === -1) return -1;
  if (bytes[here] === SLASH) return bytes[here + 1] === GREATER ? here + 2 : -1;
  here += 1;
  for (;;) {
    here = endOfText(bytes, here, IN_TEXT);
    if (here === -1 || bytes[here] !== LESS) return -1;
    if (isWord(bytes, here, SCRIPT_END)) return here + SCRIPT_END.length;
    if (!isWord(bytes, here, ELEM)) return -1;
    here = endOfAttributes(bytes, here + ELEM.length);
    if (here === -1 || bytes[here] !== GREATER) return -1;
    here = endOfText(bytes, here + 1, IN_TEXT);
    if (here === -1 || !isWord(bytes, here, ELEM_END)) return -1;
    here += ELEM_END.length;
  }
}

/** At the `>` of a start tag, or the `/` before it; -1 where the attributes are not usual. */
function endOfAttributes(bytes: Uint8Array, from: number): number {
  let here = from;
  for (;;) {
    const code = bytes[here];
    if (code === GREATER || code === SLASH) return here;
    if (code !== 32 || !isNameStart(bytes[here + 1] ?? 0)) return -1;
    here += 2;
    while (IN_NAME[bytes[here] ?? 0] === 1) here += 1;
    if (bytes[here] !== EQUALS) return -1;
    const quote = bytes[here + 1];
    if (quote !== QUOTE && quote !== APOSTROPHE) return -1;
    here = endOfText(bytes, here + 2, quote === QUOTE ? IN_QUOTES : IN_APOSTROPHES);
    if (here === -1 || bytes[here] !== quote) return -1;
    here += 1;
  }
}

function isNameStart(code: number): boolean {
  return IN_NAME[code] === 1 && code > 57;
}

/** At the first character that ends a text; -1 where that is one that may not be there, or none comes. */
function endOfText(bytes: Uint8Array, from: number, stop: Uint8Array): number {
  let here = from;
  const { length } = bytes;
  for (;;) {
    while (here < length && stop[bytes[here] as number] === ORDINARY) here += 1;
    if (here >= length) return -1;
    if (bytes[here] !== AMPERSAND) return here;
    here = endOfReference(bytes, here + 1);
    if (here === -1) return -1;
  }
}

const NAMED = ["amp;", "lt;", "gt;", "quot;", "apos;"].map(ascii);

/** Behind the `;` of a reference to a character that XML allows; -1 for others. */
function endOfReference(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== HASH) {
    const name = NAMED.find((each) => isWord(bytes, from, each));
    return name === undefined ? -1 : from + name.length;
  }
  const isHex = bytes[from + 1] === SMALL_X;
  let value = 0;
  let here = from + (isHex ? 2 : 1);
  const first = here;
  for (; here - first < 3; here++) {
    const digit = digitOf(bytes[here] ?? 0, isHex);
    if (digit === -1) break;
    value = value * (isHex ? 16 : 10) + digit;
  }
  if (here === first || bytes[here] !== SEMICOLON) return -1;
  const isAllowed = value === 9 || value === 10 || value === 13 || (value >= 32 && value < 256);
  return isAllowed ? here + 1 : -1;
}

function digitOf(code: number, isHex: boolean): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return isHex && letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Whether the bytes go on with these. */
export function isWord(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  const { length } = word;
  for (let index = 0; index < length; index++) if (bytes[at + index] !== word[index]) return false;
  return true;
}
