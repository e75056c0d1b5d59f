import { CsvError, type Info, parse } from "csv-parse/sync";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";

/** Characters of a row, beyond which a quote was left open rather than a row written. */
const LONGEST_ROW = 8_000_000;

export interface CsvRow {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Hands every row that is not empty to `onRow`, one after the other, so that a large file is never held in pieces.
 * RFC 4180 and what people make of it: comma, semicolon, tab or `|`, whichever the first row has most of, or what
 * Excel's `sep=;` says; a byte order mark; any line ends; quotes inside a cell.
 * @throws PortreeveError `usage` for a quote that is never closed
 */
export function readCsv(text: string, file: string, onRow: (row: CsvRow) => void): void {
  const sheet = /^\ufeff?"?sep=([^\r\n"])"?\r?\n/i.exec(text);
  let line = 0;
  // csv-parse counts a CRLF inside quotes as two lines.
  let surplus = 0;
  try {
    parse(text, {
      bom: true,
      delimiter: sheet?.[1] ?? delimiterOf(text),
      from_line: sheet === null ? 1 : 2,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_ROW,
      on_record: (cells: string[], { lines }: Info) => {
        surplus += countIn(cells, /\r\n/g);
        line = lines - surplus;
        const begins = line - countIn(cells, /\r\n|\n|\r/g);
        if (cells.some((cell) => cell.trim() !== "")) onRow({ line: begins, cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const open = error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE";
    const what = open ? "opens a quote that is never closed" : "is no CSV";
    throw new PortreeveError("usage", `${quoteText(file)}: the row after line ${line} ${what}`, {
      hint: 'a quote inside a quoted cell is written twice: "19"" rack"',
      cause: error,
    });
  }
}

function countIn(cells: readonly string[], what: RegExp): number {
  return cells.reduce((sum, cell) => sum + (cell.match(what)?.length ?? 0), 0);
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** What separates the cells of the first row; a comma where nothing does. */
function delimiterOf(text: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  let begun = false;
  for (const character of text.slice(0, 100_000)) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n" || character === "\r") {
      if (begun) break;
    } else counts.set(character, (counts.get(character) ?? Number.NaN) + 1);
    if (character.trim() !== "") begun = true;
  }
  return DELIMITERS.reduce((best, each) => ((counts.get(each) ?? 0) > (counts.get(best) ?? 0) ? each : best));
}
