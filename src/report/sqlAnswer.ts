/** What a statement answered, in the four formats of every list. */
import { renderCsv } from "./csv.js";
import { plain } from "./escape.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import type { ListFormat } from "./rowList.js";
import { renderTable } from "./table.js";

export interface SqlRows {
  /** Each name once. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export function renderSqlAnswer(answer: SqlRows, format: ListFormat, options: TextOptions): string {
  const { columns, rows } = answer;
  switch (format) {
    case "json":
      return jsonText({ schemaVersion: 1, rows: rows.map((row) => named(columns, row)) });
    case "jsonl":
      return rows.map((row) => jsonText(named(columns, row), 0)).join("");
    case "csv":
      return renderCsv(columns, rows);
    case "text":
      return sqlTable(answer, options);
  }
}

function named(columns: readonly string[], row: SqlRows["rows"][number]) {
  return Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]));
}

function sqlTable({ columns, rows }: SqlRows, options: TextOptions): string {
  if (rows.length === 0) return "No rows.\n";
  const { color, unicode = true, width = DEFAULT_WIDTH } = options;
  const ink = makeInk({ color, unicode });
  const table = renderTable(
    columns.map((title, index) => ({
      title: plain(title),
      // A column of numbers only reads from the right.
      ...(rows.every((row) => typeof row[index] === "number") ? { align: "right" as const } : {}),
    })),
    rows.map((row) => row.map((value) => (value === null ? "" : String(value)))),
    { ink, width },
  );
  return ink.finish(`${table}\n`);
}
