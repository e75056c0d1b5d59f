/**
 * What one run proved, as rows for scripts: JSON Lines and CSV. The keys are those of design.md's observation row, and two
 * more. There are three kinds of rows:
 *
 * - A port that was open (or open and reset): `port` is its number, `ports` null.
 * - Ports that share a state: one row for each host, protocol, state and reason; `port` is null, `ports` the list as
 *   nmap's `-p` takes it (`T:1-21,23`; without the letter a spreadsheet reads `1-21` as a day of January). 65,535 rows a
 *   host would say no more. No service, no confidence.
 * - A host of which nothing was proved: `state` is `unknown`, `reason` what the host was (`silent`, `vanished`, `alive`).
 *
 * What is in no row is not covered. `lastSeen` and `lastCovered` are the run's start, as `query open --at RUN` says it;
 * `firstSeen` and `owner` are null: one run alone does not know them, and that query does.
 */
import type { CellObservation, HostObservation, QuietGroup } from "../facts/observation.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Run } from "../facts/run.js";
import { csvLines, renderCsv } from "./csv.js";
import { runJson } from "./json.js";
import { jsonText } from "./jsonText.js";
import { toRfc3339 } from "./time.js";
import { portSpec } from "./words.js";

export interface ExportRow {
  readonly address: string;
  readonly protocol: Protocol | null;
  readonly port: number | null;
  readonly ports: string | null;
  readonly state: QuietGroup["state"] | "unknown";
  readonly reason: string;
  /** What the answer proves: `silent` is believed silence, `unstable` open and reset in one run. */
  readonly proof: string;
  readonly service: string | null;
  readonly product: string | null;
  readonly version: string | null;
  readonly vantage: string;
  readonly realm: string;
  readonly run: number;
  readonly firstSeen: null;
  readonly lastSeen: string | null;
  readonly lastCovered: string | null;
  readonly confidence: string | null;
  readonly owner: null;
}

/** The keys of a row in their order, also the titles of the CSV. */
const KEYS = [
  "address",
  "protocol",
  "port",
  "ports",
  "state",
  "reason",
  "proof",
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
] as const satisfies readonly (keyof ExportRow)[];

const NO_PORTS = { tcp: [], udp: [], sctp: [] };

export type RowsFormat = "jsonl" | "csv";

/**
 * The document, a host a piece. JSON Lines begin with the run, `{schemaVersion, run}`, which has no `address`; CSV begins
 * with the titles.
 */
export function* renderExport(
  run: Run,
  hosts: Iterable<HostObservation>,
  format: RowsFormat,
): Generator<string> {
  yield format === "csv" ? renderCsv(KEYS, []) : jsonText({ schemaVersion: 1, run: runJson(run) }, 0);
  for (const host of hosts) {
    const rows = exportRows(run, host);
    yield format === "csv"
      ? csvLines(rows.map((row) => KEYS.map((key) => row[key])))
      : rows.map((row) => jsonText(row, 0)).join("");
  }
}

export function exportRows(run: Run, host: HostObservation): ExportRow[] {
  const rows = [
    ...host.cells.map((cell) => cellRow(run, host, cell)),
    ...host.quiet.flatMap((group) => groupRows(run, host, group)),
  ];
  if (rows.length > 0) return rows;
  return [
    {
      ...emptyRow(run, host),
      state: "unknown",
      reason: host.presence,
      proof: "none",
      lastSeen: null,
      lastCovered: null,
    },
  ];
}

function cellRow(run: Run, host: HostObservation, cell: CellObservation): ExportRow {
  const { protocol, port, state, reason, proof, service, confidence } = cell;
  return {
    ...emptyRow(run, host),
    protocol,
    port,
    state,
    reason,
    proof,
    service: service?.name ?? null,
    product: service?.product ?? null,
    version: service?.version ?? null,
    confidence,
  };
}

function groupRows(run: Run, host: HostObservation, group: QuietGroup): ExportRow[] {
  const { state, reason, proof, ports } = group;
  return PROTOCOLS.filter((protocol) => ports[protocol].length > 0).map((protocol) => {
    return {
      ...emptyRow(run, host),
      protocol,
      ports: portSpec({ ...NO_PORTS, [protocol]: ports[protocol] }),
      state,
      reason,
      proof,
    };
  });
}

/** All keys, in their order. */
function emptyRow(run: Run, { address }: HostObservation): ExportRow {
  const at = toRfc3339(run.startedAt);
  return {
    address,
    protocol: null,
    port: null,
    ports: null,
    state: "unknown",
    reason: "",
    proof: "none",
    service: null,
    product: null,
    version: null,
    vantage: run.vantage,
    realm: run.realm,
    run: run.id,
    firstSeen: null,
    lastSeen: at,
    lastCovered: at,
    confidence: null,
    owner: null,
  };
}
