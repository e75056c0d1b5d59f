/** Rows of `query open`: design.md's observation row and whose host it is, as a table, JSON, JSON lines and CSV. */
import type { Confidence, PortState } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";
import type { ObservationRow } from "../facts/view.js";
import { renderCsv } from "./csv.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { renderTable } from "./table.js";
import { formatMinute, toRfc3339, zonedTime } from "./time.js";
import { doubtText, portText, serviceText } from "./words.js";

/** Who answers for a port; what is not known may be left out. */
export interface Ownership {
  readonly owner?: string | null;
  /** What the profile or the asset list calls the host. */
  readonly host?: string | null;
  readonly system?: string | null;
  readonly tags?: readonly string[];
}

export type OwnedRow = ObservationRow & Ownership;

/** As scripts read it: names of design.md, times in RFC 3339, absent things null. */
export interface ObservationJson {
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly reason: string;
  /** nmap's service name. */
  readonly service: string | null;
  readonly product: string | null;
  readonly version: string | null;
  readonly vantage: string;
  readonly realm: string;
  readonly run: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly lastCovered: string;
  readonly confidence: Confidence;
  readonly owner: string | null;
  readonly host: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
}

export function observationJson(row: OwnedRow): ObservationJson {
  const { service } = row;
  return {
    address: row.address,
    protocol: row.protocol,
    port: row.port,
    state: row.state,
    reason: row.reason,
    service: service?.name ?? null,
    product: service?.product ?? null,
    version: service?.version ?? null,
    vantage: row.vantage,
    realm: row.realm,
    run: row.run,
    firstSeen: toRfc3339(row.firstSeen),
    lastSeen: toRfc3339(row.lastSeen),
    lastCovered: toRfc3339(row.lastCovered),
    confidence: row.confidence,
    owner: row.owner ?? null,
    host: row.host ?? null,
    system: row.system ?? null,
    tags: row.tags ?? [],
  };
}

/** The keys of a row in their order, also the titles of the CSV. */
const KEYS = [
  "address",
  "protocol",
  "port",
  "state",
  "reason",
  "service",
  "product",
  "version",
  "vantage",
  "realm",
  "run",
  "firstSeen",
  "lastSeen",
  "lastCovered",
  "confidence",
  "owner",
  "host",
  "system",
  "tags",
] as const satisfies readonly (keyof ObservationJson)[];

export type ObservationFormat = "text" | "json" | "jsonl" | "csv";

/** What a table without rows says. */
const NO_ROWS = "No rows. Without coverage nothing is known: portreeve runs";

/**
 * The rows in `format`: `json` is `{schemaVersion, rows}`, `jsonl` one row a line, the tags of CSV are joined by `;`.
 * Ends with a line break unless empty. `noRows` is what an empty table says.
 */
export function renderObservations(
  rows: readonly OwnedRow[],
  format: ObservationFormat,
  options: TextOptions & { readonly noRows?: string },
): string {
  switch (format) {
    case "json":
      return jsonText({ schemaVersion: 1, rows: rows.map(observationJson) });
    case "jsonl":
      return rows.map((row) => jsonText(observationJson(row), 0)).join("");
    case "csv":
      return renderCsv(
        KEYS,
        rows
          .map(observationJson)
          .map((row) => KEYS.map((key) => (key === "tags" ? row.tags.join(";") : row[key]))),
      );
    case "text":
      return rows.length === 0 ? `${options.noRows ?? NO_ROWS}\n` : observationTable(rows, options);
  }
}

function observationTable(rows: readonly OwnedRow[], options: TextOptions): string {
  const { zone, color, unicode = true, width = DEFAULT_WIDTH } = options;
  const ink = makeInk({ color, unicode });
  const offset = zonedTime(rows[0]?.lastCovered ?? 0, zone).offset;
  const shows = {
    doubt: rows.some((row) => doubtText(row) !== ""),
    vantage: new Set(rows.map((row) => `${row.vantage} ${row.realm}`)).size > 1,
    owner: rows.some((row) => (row.owner ?? null) !== null),
    system: rows.some((row) => (row.system ?? null) !== null),
  };
  const table = renderTable(
    [
      { title: "ADDRESS", keep: true },
      { title: "PORT", keep: true },
      { title: "STATE", keep: true },
      { title: "SERVICE" },
      ...(shows.doubt ? [{ title: "CONFIDENCE", keep: true }] : []),
      ...(shows.vantage ? [{ title: "VANTAGE" }] : []),
      ...(shows.owner ? [{ title: "OWNER" }] : []),
      ...(shows.system ? [{ title: "SYSTEM", spare: true }] : []),
      { title: "SINCE", keep: true },
      { title: `COVERED (${offset})`, keep: true },
      { title: "RUN", align: "right" as const, keep: true, spare: true },
    ],
    rows.map((row) => [
      row.address,
      portText(row.protocol, row.port),
      row.state,
      serviceText(row.service),
      ...(shows.doubt ? [row.proof === "unstable" ? "unstable" : row.confidence] : []),
      ...(shows.vantage ? [row.realm === "default" ? row.vantage : `${row.vantage}/${row.realm}`] : []),
      ...(shows.owner ? [row.owner ?? ""] : []),
      ...(shows.system ? [row.system ?? ""] : []),
      zonedTime(row.firstSeen, zone).date,
      formatMinute(row.lastCovered, zone),
      String(row.run),
    ]),
    { ink, width },
  );
  return ink.finish(`${table}\n`);
}
