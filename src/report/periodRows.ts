/** `query history` and `query since`: periods of ports, and since when one is as it is. */
import type { PeriodRow, SinceRow } from "../facts/answer.js";
import { plain } from "./escape.js";
import { makeInk } from "./ink.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { type JsonRow, type ListFormat, renderList } from "./rowList.js";
import { renderTable } from "./table.js";
import { formatMinute, toRfc3339, zonedTime } from "./time.js";
import { portText } from "./words.js";

const PERIOD_KEYS = [
  ...["address", "protocol", "port", "state", "reason", "firstSeen", "firstRun", "lastSeen"],
  ...["until", "untilRun", "vantage", "realm"],
] as const;

/** By address, port and time; `until` is when a run first proved another state, null while none did. */
export function renderPeriods(rows: readonly PeriodRow[], format: ListFormat, options: TextOptions): string {
  const json = format === "text" ? [] : rows.map(periodJson);
  return renderList(json, format, { keys: PERIOD_KEYS, text: () => periodTable(rows, options) });
}

function periodJson(row: PeriodRow): JsonRow {
  const { address, protocol, port, state, reason, vantage, realm } = row;
  return {
    ...{ address, protocol, port, state, reason },
    firstSeen: toRfc3339(row.from),
    firstRun: row.fromRun,
    lastSeen: toRfc3339(row.lastSeen),
    until: time(row.until),
    untilRun: row.untilRun,
    ...{ vantage, realm },
  };
}

function periodTable(rows: readonly PeriodRow[], options: TextOptions): string {
  if (rows.length === 0) return `${NOTHING_PROVED}\n`;
  const { zone, color, unicode = true, width = DEFAULT_WIDTH } = options;
  const ink = makeInk({ color, unicode });
  const several = new Set(rows.map((row) => `${row.vantage} ${row.realm}`)).size > 1;
  const table = renderTable(
    [
      { title: "ADDRESS", keep: true },
      { title: "PORT", keep: true },
      { title: "STATE", keep: true },
      { title: `FROM (${zonedTime(rows[0]?.from ?? 0, zone).offset})`, keep: true },
      { title: "LAST SEEN SO", keep: true },
      { title: "OTHERWISE BY", keep: true },
      ...(several ? [{ title: "VANTAGE" }] : []),
      { title: "RUNS", spare: true },
    ],
    rows.map((row) => [
      row.address,
      portText(row.protocol, row.port),
      { text: row.state, role: row.state === "open" ? ("note" as const) : ("dim" as const) },
      formatMinute(row.from, zone),
      formatMinute(row.lastSeen, zone),
      row.until === null ? "" : formatMinute(row.until, zone),
      ...(several ? [row.realm === "default" ? row.vantage : `${row.vantage}/${row.realm}`] : []),
      row.untilRun === null ? `${row.fromRun}-` : `${row.fromRun}-${row.untilRun}`,
    ]),
    { ink, width },
  );
  return ink.finish(`${table}\n`);
}

const NOTHING_PROVED =
  "Nothing was ever proved of it: unknown, not closed. portreeve query coverage tells what runs covered.";

const SINCE_KEYS = [
  ...["address", "protocol", "port", "state", "lastState", "since", "sinceRun", "changedAfter", "before"],
  ...["lastSeen", "lastCovered", "run", "vantage", "realm", "earlierOpen"],
] as const;

/** One row a vantage. CSV has `before` as its state and the earlier periods as a count. */
export function renderSince(rows: readonly SinceRow[], format: ListFormat, options: TextOptions): string {
  const json = rows.map((row) => {
    const full = sinceJson(row);
    const flat = { before: row.before?.state ?? null, earlierOpen: row.earlierOpen.length };
    return format === "csv" ? { ...full, ...flat } : full;
  });
  return renderList(json, format, { keys: SINCE_KEYS, text: () => sinceText(rows, options) });
}

function sinceJson(row: SinceRow): JsonRow {
  const { address, protocol, port, state, lastState, sinceRun, run, vantage, realm } = row;
  return {
    ...{ address, protocol, port, state, lastState },
    since: time(row.since),
    sinceRun,
    changedAfter: time(row.changedAfter),
    before: row.before === null ? null : periodJson(row.before),
    lastSeen: time(row.lastSeen),
    lastCovered: time(row.lastCovered),
    ...{ run, vantage, realm },
    earlierOpen: row.earlierOpen.map(periodJson),
  };
}

function sinceText(rows: readonly SinceRow[], { zone, color, unicode = true }: TextOptions): string {
  if (rows.length === 0) return `${NOTHING_PROVED}\n`;
  const ink = makeInk({ color, unicode });
  const at = (instant: number | null) => (instant === null ? "" : formatMinute(instant, zone));
  const lines = rows.flatMap((row) => {
    const place = row.realm === "default" ? row.vantage : `${row.vantage}/${row.realm}`;
    const name = `${row.address} ${portText(row.protocol, row.port)}, seen from ${place}`;
    if (row.since === null) return [`${name}: unknown, no run covered it`];
    const offset = zonedTime(row.since, zone).offset;
    const was = row.state === "unknown" ? `unknown (last ${row.lastState})` : row.state;
    return [
      `${name}: ${was} since ${at(row.since)} ${offset}, run ${row.sinceRun}`,
      row.before === null
        ? "  no earlier run covered it: it may have been so before"
        : `  ${row.before.state} before, last seen so ${at(row.before.lastSeen)}; it changed after ${at(row.changedAfter)}`,
      `  last proved ${at(row.lastSeen)}, last covered ${at(row.lastCovered)} by run ${row.run}`,
      ...row.earlierOpen.map(
        (period) =>
          `  open earlier: ${at(period.from)} to ${at(period.lastSeen)} (otherwise by ${at(period.until)}, run ${period.untilRun})`,
      ),
    ];
  });
  return ink.finish(`${lines.map((line) => plain(line, { max: 500 })).join("\n")}\n`);
}

function time(instant: number | null): string | null {
  return instant === null ? null : toRfc3339(instant);
}
