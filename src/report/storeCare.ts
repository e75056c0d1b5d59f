/** `db check`, `db stats` and what the other care commands did, in words and as JSON. */
import { countOf, formatCount } from "./count.js";
import { plain } from "./escape.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { renderTable } from "./table.js";
import { formatInstant, toRfc3339 } from "./time.js";

export interface CheckLine {
  readonly name: string;
  readonly looked: number;
  readonly faults: readonly string[];
}

export function renderStoreCheck(
  path: string,
  checks: readonly CheckLine[],
  format: "text" | "json",
  options: TextOptions,
): string {
  const faults = checks.reduce((sum, check) => sum + check.faults.length, 0);
  if (format === "json") return jsonText({ schemaVersion: 1, database: path, sound: faults === 0, checks });
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const lines = checks.flatMap(({ name, looked, faults }) => [
    faults.length === 0
      ? `${ink.paint("good", ink.signs.good)} ${plain(name)}: sound${looked > 0 ? ` (${formatCount(looked)})` : ""}`
      : `${ink.paint("bad", ink.signs.bad)} ${plain(name)}: ${countOf(faults.length, "fault")}`,
    ...faults.map((fault) => `    ${plain(fault)}`),
  ]);
  const end =
    faults === 0
      ? `${plain(path, { max: 4096 })} is sound.`
      : `${plain(path, { max: 4096 })} is damaged: keep a copy of it, then restore the last backup.`;
  return ink.finish(`${[...lines, end].join("\n")}\n`);
}

export interface StatLines {
  readonly path: string;
  readonly schema: number;
  readonly bytes: number;
  readonly freeBytes: number;
  readonly logBytes: number;
  readonly runs: number;
  readonly firstRun: number | null;
  readonly lastRun: number | null;
  readonly hosts: number;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number }[];
  readonly rawFiles: number;
  readonly rawBytes: number;
}

export function renderStoreStats(stats: StatLines, format: "text" | "json", options: TextOptions): string {
  const { firstRun, lastRun } = stats;
  if (format === "json") {
    const time = (at: number | null) => (at === null ? null : toRfc3339(at));
    return jsonText({ schemaVersion: 1, ...stats, firstRun: time(firstRun), lastRun: time(lastRun) });
  }
  const { color, unicode = true, width = DEFAULT_WIDTH, zone } = options;
  const ink = makeInk({ color, unicode });
  const period =
    firstRun === null || lastRun === null
      ? "no run"
      : `${countOf(stats.runs, "run")}, ${formatInstant(firstRun, zone)} to ${formatInstant(lastRun, zone)}`;
  const lines = [
    `${plain(stats.path, { max: 4096 })}: ${formatBytes(stats.bytes)}, ${formatBytes(stats.freeBytes)} of it free; write-ahead log ${formatBytes(stats.logBytes)}; schema ${stats.schema}`,
    `${period}; ${countOf(stats.hosts, "address", "addresses")}`,
    `kept nmap XML: ${countOf(stats.rawFiles, "file")}, ${formatBytes(stats.rawBytes)}`,
    "",
    renderTable(
      [
        { title: "TABLE", keep: true },
        { title: "ROWS", align: "right", keep: true },
        { title: "SIZE", align: "right", keep: true },
      ],
      stats.tables.map(({ table, rows, bytes }) => [table, formatCount(rows), formatBytes(bytes)]),
      { ink, width },
    ),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

/** `23.4 MB`; powers of 1,000, as disks are sold and file managers show them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
