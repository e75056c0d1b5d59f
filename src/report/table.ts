import Table from "cli-table3";
import { plain } from "./escape.js";
import type { Ink, Role } from "./ink.js";
import { clip, pad, textWidth } from "./width.js";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Cut last when the table is too wide: addresses, ports, ids. Others give way first, the widest before the rest. */
  readonly keep?: boolean;
  /** Left out, the last one first, where even narrow columns do not fit side by side. */
  readonly spare?: boolean;
}

/** A text from anywhere (it is made safe here) with its role. */
export type Cell = string | { readonly text: string; readonly role: Role };

export interface TableOptions {
  readonly ink: Ink;
  /** Columns of the terminal; under 60 is taken as 60. */
  readonly width: number;
  /** Blanks before every line. */
  readonly indent?: number;
}

const GAP = 2;
/** A column that gives way keeps this much. */
const LEAST = 8;
const MIN_WIDTH = 60;
/**
 * cli-table3 takes 0.15 ms a row (20,000 rows: 3 s), and by the square of the rows in one table. The cells come to
 * it cut and padded, so the rows of a longer list are joined as they are, to the same lines.
 */
const LIBRARY_ROWS = 500;

const NO_BORDER = Object.fromEntries(
  ["top", "bottom", "left", "right"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat("mid", "mid-mid")
    .map((name) => [name, ""]),
);

/** Rows under their titles, without borders, each line at most `width` columns; one string without a last line break. */
export function renderTable(
  allColumns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const { ink, indent = 0 } = options;
  const room = Math.max(MIN_WIDTH, options.width) - indent;
  const full = allColumns.map((column, c) => ({
    column,
    texts: [column.title, ...rows.map((row) => plain(textOf(row[c] ?? "")))],
    roles: [null, ...rows.map((row) => roleOf(row[c] ?? ""))],
  }));
  const shown = dropSpare(
    full.map((each) => ({ ...each, width: widestOf(each.texts) })),
    room,
  );
  const widths = fitColumns(shown, room);

  const drawn = Array.from({ length: rows.length + 1 }, (_, r) =>
    shown.map(({ column, texts, roles }, c) => {
      const width = widths[c] ?? 0;
      const text = clip(texts[r] ?? "", width);
      const role = r === 0 ? "dim" : (roles[r] ?? null);
      return pad(role === null ? text : ink.paint(role, text), width, column.align ?? "left");
    }),
  );
  return drawRows(drawn, indent);
}

interface Fitting {
  readonly column: Column;
  readonly width: number;
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function roleOf(cell: Cell): Role | null {
  return typeof cell === "string" ? null : cell.role;
}

function widestOf(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
}

/** Leaves spare columns out until the rest could fit. */
function dropSpare<T extends Fitting>(columns: readonly T[], room: number): readonly T[] {
  const least = columns.reduce(
    (sum, { column, width }) => sum + GAP + (column.keep ? width : Math.min(width, LEAST)),
    -GAP,
  );
  const last = columns.findLastIndex(({ column }) => column.spare);
  if (least <= room || last === -1) return columns;
  return dropSpare(columns.toSpliced(last, 1), room);
}

/** Widths that fit: the widest column that may give way is narrowed until they do, then the kept ones too. */
function fitColumns(columns: readonly Fitting[], room: number): number[] {
  const widths = columns.map(({ width }) => width);
  const total = () => widths.reduce((sum, width) => sum + width + GAP, -GAP);
  for (const isKept of [false, true]) {
    while (total() > room) {
      let widest = -1;
      for (const [c, width] of widths.entries()) {
        if ((columns[c]?.column.keep ?? false) !== isKept || width <= LEAST) continue;
        if (widest === -1 || width > (widths[widest] ?? 0)) widest = c;
      }
      if (widest === -1) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

function drawRows(rows: readonly (readonly string[])[], indent: number): string {
  const lines = rows.length <= LIBRARY_ROWS ? drawTable(rows) : rows.map((row) => row.join(" ".repeat(GAP)));
  return lines.map((line) => (" ".repeat(indent) + line).trimEnd()).join("\n");
}

function drawTable(rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    chars: { ...NO_BORDER, middle: " ".repeat(GAP) },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().split("\n");
}
