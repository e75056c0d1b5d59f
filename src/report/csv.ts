import { stringify } from "csv-stringify/sync";
import { plain } from "./escape.js";

export type CsvCell = string | number | null;

/**
 * A cell that a spreadsheet would take for a formula: it starts, after blanks of any kind, with `= + - @` or their
 * full-width forms (which Excel reads the same), with a tab or a carriage return (OWASP, "CSV Injection"). A `'`
 * or `"` before the sign hides nothing from some importers, so those are looked through too.
 */
const FORMULA =
  /^[\s\u00a0\u200b\ufeff'"]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b]|^[\t\r]/;

/** Where the list separator is `;` (most of Europe) Excel cuts a comma file there, and the rest is a cell of its own. */
const FORMULA_AFTER_SEMICOLON = /;(?=[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** A text cell: controls visible (`plain`), a formula made text by a leading `'`. */
export function csvText(text: string): string {
  const shown = plain(text, { max: Number.POSITIVE_INFINITY }).replaceAll(FORMULA_AFTER_SEMICOLON, ";'");
  return FORMULA.test(text) || FORMULA.test(shown) ? `'${shown}` : shown;
}

/**
 * RFC 4180 with `\n`; one title line. Numbers stay numbers, also negative ones; null is an empty cell. `bom` puts a byte
 * order mark first, without which Excel does not take the file for UTF-8.
 */
export function renderCsv(
  titles: readonly string[],
  rows: readonly (readonly CsvCell[])[],
  { bom = false }: { readonly bom?: boolean } = {},
): string {
  return stringify([[...titles], ...rows.map(csvCells)], { bom });
}

/** More rows of the same, for a document that is written piece by piece. */
export function csvLines(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(rows.map(csvCells));
}

function csvCells(row: readonly CsvCell[]): CsvCell[] {
  return row.map((cell) => (typeof cell === "string" ? csvText(cell) : cell));
}
