/** Cells that hold text: made short, never made clean. Whoever shows them escapes them. */

export const LONGEST_TEXT = 500;
/** Names and tags of one cell. */
export const MOST_WORDS = 100;

/**
 * What people write into a cell that has nothing to say, NetBox's own `None` and `—` among it. Taken for an owner it
 * would hide that there is none, taken for an id it would make one host of many.
 */
const NOTHING = new Set([
  ...["", "-", "--", "—", "–", "/", "?", "n/a", "na", "none", "null", "nil", "unknown", "tbd", "unassigned"],
  ...["无", "暂无", "未知", "待定", "不详", "未分配"],
]);

export interface TextCell {
  /** Null where the cell says nothing. */
  readonly text: string | null;
  readonly cut: boolean;
}

/** A text without the blanks around it, at most 500 characters. */
export function readText(cell: string): TextCell {
  const { text, cut } = shorten(cell);
  return NOTHING.has(text.toLowerCase()) ? { text: null, cut: false } : { text, cut };
}

export interface WordsCell {
  readonly words: readonly string[];
  readonly cut: boolean;
}

/** Names or tags between commas, semicolons and line breaks, each once; there may be blanks in them. */
export function readWords(cell: string): WordsCell {
  // Not more is looked at than could be kept.
  const most = MOST_WORDS * (LONGEST_TEXT + 2);
  const parts = cell
    .slice(0, most)
    .split(/[,;，；、\r\n]+/)
    .map(readText);
  const words = [...new Set(parts.flatMap(({ text }) => (text === null ? [] : [text])))];
  return {
    words: words.slice(0, MOST_WORDS),
    cut: cell.length > most || words.length > MOST_WORDS || parts.some(({ cut }) => cut),
  };
}

function shorten(cell: string): { text: string; cut: boolean } {
  const trimmed = cell.trim();
  if (trimmed.length <= LONGEST_TEXT) return { text: trimmed, cut: false };
  // By character, so that no pair of surrogates is torn apart.
  const characters = Array.from(trimmed.slice(0, LONGEST_TEXT * 2)).slice(0, LONGEST_TEXT);
  const text = characters.join("");
  return { text, cut: text.length < trimmed.length };
}
