/** A list in the four formats every question answers in; the caller says how one row reads for programs, and draws the table. */
import { type CsvCell, renderCsv } from "./csv.js";
import { jsonText } from "./jsonText.js";

export const LIST_FORMATS = ["text", "json", "jsonl", "csv"] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** A row for programs: names of design.md, times in RFC 3339, absent things null. */
export type JsonRow = Readonly<Record<string, unknown>>;

/**
 * `json` is `{schemaVersion, rows}`, `jsonl` one row a line; CSV has the keys as titles, lists joined by `;`. Ends with a
 * line break unless empty.
 */
export function renderList(
  rows: readonly JsonRow[],
  format: ListFormat,
  { keys, text }: { readonly keys: readonly string[]; readonly text: () => string },
): string {
  switch (format) {
    case "json":
      return jsonText({ schemaVersion: 1, rows });
    case "jsonl":
      return rows.map((row) => jsonText(row, 0)).join("");
    case "csv":
      return renderCsv(
        keys,
        rows.map((row) => keys.map((key) => csvCell(row[key]))),
      );
    case "text":
      return text();
  }
}

function csvCell(value: unknown): CsvCell {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(";");
  return JSON.stringify(value);
}
