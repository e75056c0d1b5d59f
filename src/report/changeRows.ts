/** Changes as rows: design.md's change row, as a table, JSON, JSON lines and CSV. */
import type { LoggedChange, PlacedChange } from "../facts/answer.js";
import type { ChangeRow } from "../facts/view.js";
import { makeInk, type Role } from "./ink.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { type JsonRow, type ListFormat, renderList } from "./rowList.js";
import { type Cell, renderTable } from "./table.js";
import { formatMinute, toRfc3339, zonedTime } from "./time.js";
import { portText } from "./words.js";

export const CHANGE_KEYS = [
  ...[
    "run",
    "timeFrom",
    "timeTo",
    "address",
    "protocol",
    "port",
    "kind",
    "before",
    "after",
    "vantage",
    "operator",
  ],
] as const;
const PLACED_KEYS = [...CHANGE_KEYS, "realm", "audit"] as const;

export function changeRowJson(row: ChangeRow): JsonRow {
  const { run, timeFrom, timeTo, address, protocol, port, kind, before, after, vantage, operator } = row;
  return {
    run,
    timeFrom: timeFrom === null ? null : toRfc3339(timeFrom),
    timeTo: toRfc3339(timeTo),
    ...{ address, protocol, port, kind, before, after, vantage, operator },
  };
}

export function placedChangeJson(row: PlacedChange): JsonRow {
  return { ...changeRowJson(row), realm: row.realm, audit: row.audit };
}

/** With its place in the log: a correction names the line it supersedes by its number, null for the first word. */
export function loggedChangeJson(row: LoggedChange): JsonRow {
  const { recordedAt, act, serial, supersedes, isForgotten } = row;
  return {
    ...{ recordedAt: toRfc3339(recordedAt), act, serial, supersedes, forgotten: isForgotten },
    ...placedChangeJson(row),
  };
}

export function renderChanges(
  rows: readonly PlacedChange[],
  format: ListFormat,
  options: TextOptions,
): string {
  const json = format === "text" ? [] : rows.map(placedChangeJson);
  return renderList(json, format, {
    keys: PLACED_KEYS,
    text: () =>
      rows.length === 0
        ? "No change is on record there. What no run covered may have changed: portreeve query coverage\n"
        : `${changeTable(rows, options)}\n`,
  });
}

/** A table without a last line break. */
export function changeTable(
  rows: readonly ChangeRow[],
  options: TextOptions & { readonly indent?: number },
): string {
  const { zone, color, unicode = true, width = DEFAULT_WIDTH, indent = 0 } = options;
  const ink = makeInk({ color, unicode });
  const several = new Set(rows.map(({ vantage }) => vantage)).size > 1;
  const table = renderTable(
    [
      { title: "BY RUN", align: "right", keep: true },
      { title: "ADDRESS", keep: true },
      { title: "PORT", keep: true },
      { title: "CHANGE", keep: true },
      { title: "BEFORE" },
      { title: "AFTER" },
      { title: "NOT BEFORE", keep: true },
      { title: `BY (${zonedTime(rows[0]?.timeTo ?? 0, zone).offset})`, keep: true },
      ...(several ? [{ title: "VANTAGE" }] : []),
      { title: "OPERATOR", spare: true },
    ],
    rows.map((row): Cell[] => [
      String(row.run),
      row.address,
      row.protocol === null || row.port === null ? "" : portText(row.protocol, row.port),
      { text: row.kind, role: roleOf(row) },
      row.before ?? "",
      row.after ?? "",
      row.timeFrom === null ? "" : formatMinute(row.timeFrom, zone),
      formatMinute(row.timeTo, zone),
      ...(several ? [row.vantage] : []),
      row.operator,
    ]),
    { ink, width, indent },
  );
  return ink.finish(table);
}

function roleOf({ kind }: ChangeRow): Role {
  if (kind === "opened" || kind === "reopened") return "bad";
  return kind === "closed" || kind === "host-vanished" ? "good" : "warn";
}
