/** How many columns of a terminal a text takes, and texts cut, padded and wrapped by that measure. */

/** Two columns wide: East Asian Wide and Fullwidth (UAX 11). The emoji are asked of the regular expression below. */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0x4dbf],
  [0x4e00, 0xa4c6],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];
const EMOJI = /\p{Emoji_Presentation}/u;
const MARK = /\p{M}/u;
/** Colour as `ink.ts` makes it; text from outside cannot hold any (escape.ts). */
const SGR = /\x1b\[[0-9;]*m/g;

/** The common case, which is worth a short cut in tables of many thousand rows. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Columns that `text` takes; colour takes none. Text must have been through `plain`. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text.replaceAll(SGR, "")) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (MARK.test(character)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) || EMOJI.test(character) ? 2 : 1;
}

/** `text` without colour cut to `width` columns, the last of which is then `…`. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return `${takeColumns(text, width - 1)}…`;
}

/** Blanks after (or before) `text` up to `width` columns. */
export function pad(text: string, width: number, side: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return side === "left" ? text + blanks : blanks + text;
}

/** Narrower than this nothing can be read; such a width is taken as this. */
const LEAST_WRAP = 4;

/** Lines of at most `columns` columns, broken at blanks; a word that is longer than a line is broken inside. */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(LEAST_WRAP, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    let rest = word;
    while (textWidth(rest) > width) {
      const head = takeColumns(rest, width);
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

function takeColumns(text: string, width: number): string {
  let taken = "";
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    taken += character;
  }
  return taken;
}
