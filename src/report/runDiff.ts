/** `diff RUN_A RUN_B`: what changed, what was seen for the first time, and what cannot be compared. */
import type { NotComparable, RunComparison } from "../facts/answer.js";
import type { Run } from "../facts/run.js";
import { CHANGE_KEYS, changeRowJson, changeTable } from "./changeRows.js";
import { countOf } from "./count.js";
import { renderCsv } from "./csv.js";
import { plain } from "./escape.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import type { ListFormat } from "./rowList.js";
import { formatInstant, toRfc3339 } from "./time.js";
import { wrapText } from "./width.js";
import { portSetText, portSpec } from "./words.js";

/** CSV and JSON lines have one list: `list` tells changes, first sights and what cannot be compared (ports, why) apart. */
export function renderRunDiff(compared: RunComparison, format: ListFormat, options: TextOptions): string {
  switch (format) {
    case "json":
      return jsonText(diffJson(compared));
    case "jsonl":
      return diffLines(compared);
    case "csv":
      return diffCsv(compared);
    case "text":
      return diffText(compared, options);
  }
}

function diffLines({ changes, firstSeen, notComparable }: RunComparison): string {
  return [
    ...changes.map((row) => ({ list: "change", ...changeRowJson(row) })),
    ...firstSeen.map((row) => ({ list: "first-seen", ...changeRowJson(row) })),
    ...notComparable.map((row) => ({ list: "not-comparable", ...notComparableJson(row) })),
  ]
    .map((row) => jsonText(row, 0))
    .join("");
}

function diffJson({ before, after, changes, firstSeen, notComparable }: RunComparison) {
  return {
    schemaVersion: 1,
    before: runJson(before),
    after: runJson(after),
    changes: changes.map(changeRowJson),
    firstSeen: firstSeen.map(changeRowJson),
    notComparable: notComparable.map(notComparableJson),
  };
}

function runJson({ id, vantage, realm, startedAt, endedAt, outcome }: Run) {
  const end = endedAt === null ? null : toRfc3339(endedAt);
  return { run: id, vantage, realm, startedAt: toRfc3339(startedAt), endedAt: end, outcome };
}

function notComparableJson({ address, ports, coveredBy, why }: NotComparable) {
  return { address, ports: portSpec(ports), coveredBy, why };
}

function diffCsv({ changes, firstSeen, notComparable }: RunComparison): string {
  const lists = [
    ...changes.map((row) => ["change", row] as const),
    ...firstSeen.map((row) => ["first-seen", row] as const),
  ];
  const rows = lists.map(([list, row]) => {
    const json = changeRowJson(row);
    return [list, ...CHANGE_KEYS.map((key) => cellOf(json[key])), null, null, null];
  });
  const rest = notComparable.map((row) => {
    const empty = CHANGE_KEYS.map((key) => (key === "address" ? row.address : null));
    return ["not-comparable", ...empty, portSpec(row.ports), row.coveredBy, row.why];
  });
  return renderCsv(["list", ...CHANGE_KEYS, "ports", "coveredBy", "why"], [...rows, ...rest]);
}

function cellOf(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function diffText(compared: RunComparison, options: TextOptions): string {
  const { before, after, changes, firstSeen, notComparable } = compared;
  const { color, unicode = true, width = DEFAULT_WIDTH, zone } = options;
  const ink = makeInk({ color, unicode });
  const nameOf = (run: Run) =>
    `run ${run.id} (${plain(run.vantage)}, ${formatInstant(run.startedAt, zone)}, ${run.outcome})`;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", ink.paint("heading", title), ...lines];
  const lines = [
    ...wrapText(`From ${nameOf(before)} to ${nameOf(after)}: ${countOf(changes.length, "change")}.`, width),
    ...section("CHANGES", changes.length === 0 ? [] : [changeTable(changes, { ...options, indent: 2 })]),
    ...section(
      "FIRST SEEN (open, and covered by no run before: not newly opened)",
      firstSeen.length === 0 ? [] : [changeTable(firstSeen, { ...options, indent: 2 })],
    ),
    ...section(
      "NOT COMPARABLE (not closed: only what both proved is compared)",
      notComparable.flatMap((row) =>
        wrapText(`${row.address}  ${portSetText(row.ports)}: ${whyOf(row, compared)}`, width - 2).map(
          (line) => `  ${line}`,
        ),
      ),
    ),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

function whyOf({ coveredBy, why }: NotComparable, { before, after }: RunComparison): string {
  const other = coveredBy === before.id ? after.id : before.id;
  switch (why) {
    case "only-one-covered":
      return `run ${other} did not cover them`;
    case "host-only-in-one":
      return `run ${other} did not ask this host`;
    case "said-nothing":
      return "both asked, and an answer proved nothing";
    case "open-and-reset":
      return "open and reset in one run";
  }
}
