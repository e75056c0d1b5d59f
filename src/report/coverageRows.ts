/** `query coverage`: how well each address is known. */
import type { CoverageRow } from "../facts/answer.js";
import { makeInk } from "./ink.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { type JsonRow, type ListFormat, renderList } from "./rowList.js";
import { renderTable } from "./table.js";
import { formatAge, formatMinute, toRfc3339, zonedTime } from "./time.js";
import { portSetText, portSpec } from "./words.js";

const KEYS = [
  ...["address", "vantage", "realm", "coverage", "run", "lastCovered", "ageDays", "ports", "everCovered"],
  ...["askedBy", "presence"],
] as const;
const DAY = 86_400_000;

export function renderCoverage(
  rows: readonly CoverageRow[],
  format: ListFormat,
  options: TextOptions,
): string {
  const json = format === "text" ? [] : rows.map(coverageJson);
  return renderList(json, format, { keys: KEYS, text: () => coverageTable(rows, options) });
}

function coverageJson(row: CoverageRow): JsonRow {
  const { address, vantage, realm, coverage, run, lastCovered, age, askedBy, presence } = row;
  return {
    ...{ address, vantage, realm, coverage, run },
    lastCovered: lastCovered === null ? null : toRfc3339(lastCovered),
    ageDays: age === null ? null : Math.floor(age / DAY),
    ports: portSpec(row.ports),
    everCovered: portSpec(row.everCovered),
    ...{ askedBy, presence },
  };
}

function coverageTable(rows: readonly CoverageRow[], options: TextOptions): string {
  if (rows.length === 0) return "No run covered anything there: all of it is unknown.\n";
  const { zone, color, unicode = true, width = DEFAULT_WIDTH } = options;
  const ink = makeInk({ color, unicode });
  const several = new Set(rows.map((row) => `${row.vantage} ${row.realm}`)).size > 1;
  const offset = zonedTime(rows[0]?.lastCovered ?? 0, zone).offset;
  const table = renderTable(
    [
      { title: "ADDRESS", keep: true },
      ...(several ? [{ title: "VANTAGE" }] : []),
      { title: "COVERED", keep: true },
      { title: `LAST (${offset})`, keep: true },
      { title: "AGE", align: "right" as const, keep: true },
      { title: "RUN", align: "right" as const, keep: true },
      { title: "PORTS OF THAT RUN" },
      { title: "EVER", spare: true },
    ],
    rows.map((row) => [
      row.address,
      ...(several ? [row.realm === "default" ? row.vantage : `${row.vantage}/${row.realm}`] : []),
      row.coverage === "covered"
        ? "yes"
        : {
            text: row.coverage === "silent" ? "asked, nothing proved" : "never asked",
            role: "warn" as const,
          },
      row.lastCovered === null ? "" : formatMinute(row.lastCovered, zone),
      row.age === null ? "" : formatAge(row.age),
      row.run === null ? "" : String(row.run),
      portSetText(row.ports),
      portSetText(row.everCovered),
    ]),
    { ink, width },
  );
  return ink.finish(`${table}\n`);
}
