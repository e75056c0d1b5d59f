/**
 * Text that came from the network (banners, PTR names, vendors, nmap's own messages) may hold anything: escape
 * sequences that move the cursor or write the clipboard (OSC 52), bidirectional overrides that turn `exe.gpj`
 * round, line breaks that forge a second row. Here it becomes text that only ever prints itself.
 */

/** Longest piece of foreign text that is shown where nothing else is said. */
const SHOWN_LENGTH = 300;
/** Marks on one letter that are let through; more of them paint over the lines around. */
const MAX_MARKS = 2;

/** Controls, format characters (bidi, zero width), surrogates, private and unassigned code points, line separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Letters and symbols that look like nothing: Hangul fillers, the Braille blank, variation selectors. */
const BLANK_LOOKING = /[\u115f\u1160\u3164\uffa0\u2800]|\p{Variation_Selector}/u;
/** The common case, which is worth a short cut in tables of many thousand rows. */
const HARMLESS = /^[ -~]*$/;
const MARK = /\p{M}/u;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

export interface PlainOptions {
  /** Characters shown at most, an escape counting as what it prints; more is cut and ends in `…`. */
  readonly max?: number;
}

/**
 * `text` made safe for a terminal, a table cell or a log line: what cannot be seen becomes a visible escape
 * (`\x1b`, `\u202e`, `\n`), and the length is capped. Work is bounded by `max`, not by the length of `text`.
 */
export function plain(text: string, { max = SHOWN_LENGTH }: PlainOptions = {}): string {
  if (text.length <= max && HARMLESS.test(text)) return text;
  let shown = "";
  let length = 0;
  let marks = 0;
  for (const character of text) {
    marks = MARK.test(character) ? marks + 1 : 0;
    const hidden = UNSEEN.test(character) || BLANK_LOOKING.test(character) || marks > MAX_MARKS;
    const piece = hidden ? escapeOf(character) : character;
    const size = hidden ? piece.length : 1;
    if (length + size > max) return `${shown}…`;
    shown += piece;
    length += size;
  }
  return shown;
}

function escapeOf(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}
