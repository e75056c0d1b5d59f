import type { Confidence, PortState, Proof, Service } from "../facts/observation.js";
import type { Port } from "../facts/port.js";
import type { ObservationRow, RowConfidence } from "../facts/view.js";
import { FLAPPING_KEYS, FLAPPING_SPANS, isFlapping } from "../history/flapping.js";
import { secondOfKey } from "../history/runKey.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import { hasPort } from "../scope/portSet.js";
import { addressOf, type CellValue, cellValueOf, portsetOf, serviceOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { usualConfidence } from "./recordExceptions.js";
import { isUnproved } from "./recording.js";
import { coverageOf, isCovered, type RunCoverage } from "./runCoverage.js";
import { runsUpTo, type StoredRun } from "./runs.js";

/** What was known at one vantage at one moment: the runs up to it, the newest first. */
export interface AsOf {
  readonly ledger: Ledger;
  readonly vantage: number;
  readonly key: Key;
  readonly runs: readonly KnownRun[];
  readonly byKey: ReadonlyMap<Key, KnownRun>;
}

export interface KnownRun extends StoredRun {
  coverage(): RunCoverage;
}

export function asOf(ledger: Ledger, vantage: number, key: Key): AsOf {
  const runs = runsUpTo(ledger, vantage, key).map((stored) => {
    let coverage: RunCoverage | null = null;
    return {
      ...stored,
      coverage(): RunCoverage {
        coverage ??= coverageOf(ledger, stored.run.id, stored.working);
        return coverage;
      },
    };
  });
  return { ledger, vantage, key, runs, byKey: new Map(runs.map((run) => [run.key, run])) };
}

/** When the run with this key saw what it saw: its start. */
export function timeOf({ byKey }: AsOf, key: Key): number {
  return byKey.get(key)?.run.startedAt ?? secondOfKey(key);
}

/**
 * One cell as of the moment, with the ages of its evidence.
 * @param track all spans of the cell up to the moment; the last one holds
 * @param services the cell's service spans up to the moment
 */
export function rowOf(
  view: AsOf,
  host: number,
  port: Port,
  track: readonly Span<number>[],
  services: readonly Span<number>[],
): ObservationRow & { readonly covered: boolean } {
  const { ledger } = view;
  const span = track.at(-1);
  if (span === undefined) throw new RangeError(`port ${port.port} of host ${host} has no span`);
  const value = cellValueOf(ledger, span.value);
  const covering = view.runs.find((run) => isCovered(ledger, run.coverage(), host, port));
  const seeing = view.runs.find(
    (run) => isCovered(ledger, run.coverage(), host, port) && !isUnproved(ledger, run.run.id, host, port),
  );
  // The span's first key is covered by definition; the fallbacks are for a hand-changed database.
  const lastSeen = seeing !== undefined && seeing.key >= span.from ? seeing.key : span.from;
  const run = covering ?? view.byKey.get(span.from) ?? view.runs[0];
  if (run === undefined) throw new RangeError(`host ${host} has spans at a vantage without runs`);
  return {
    address: addressOf(ledger, host),
    protocol: port.protocol,
    port: port.port,
    state: portStateOf(value.state),
    reason: value.reason,
    proof: value.proof as Proof,
    service: value.state === "open" ? serviceAt(ledger, services, view.key, value) : null,
    vantage: run.run.vantage,
    realm: run.run.realm,
    run: run.run.id,
    firstSeen: timeOf(view, span.from),
    lastSeen: timeOf(view, lastSeen),
    lastCovered: run.run.startedAt,
    confidence: believedAs(confidenceAt(view, host, port, lastSeen), () =>
      isFlappingAt(view, host, port, track),
    ),
    covered: seeing !== undefined && seeing.key === view.key,
  };
}

/** Ports that nmap could not tell apart are `closed|filtered` in a row of their own. */
export function portStateOf(state: CellValue["state"]): PortState {
  return state === "closed-or-filtered" ? "closed|filtered" : state;
}

function serviceAt(
  ledger: Ledger,
  services: readonly Span<number>[],
  key: Key,
  { guess }: CellValue,
): Service | null {
  const span = stateAt(services, key);
  if (span !== null) return serviceOf(ledger, span.value);
  return guess === "" ? null : guessedService(guess);
}

/** nmap's name for the port's number, with the confidence (3 of 10) that it gives such names itself. */
export function guessedService(name: string): Service {
  return {
    name,
    product: null,
    version: null,
    extraInfo: null,
    tunnel: null,
    method: "table",
    confidence: 3,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: [],
  };
}

/** The port of a tarpit or middlebox is none of the host's, whatever it does. */
export function believedAs(recorded: Confidence, flaps: () => boolean): RowConfidence {
  if (recorded === "tarpit" || recorded === "middlebox") return recorded;
  return flaps() ? "flapping" : recorded;
}

function isFlappingAt(view: AsOf, host: number, port: Port, track: readonly Span<number>[]): boolean {
  if (track.length < FLAPPING_SPANS) return false;
  const { ledger } = view;
  const keys: Key[] = [];
  for (const run of view.runs) {
    if (!isCovered(ledger, run.coverage(), host, port) || isUnproved(ledger, run.run.id, host, port))
      continue;
    keys.push(run.key);
    if (keys.length === FLAPPING_KEYS) break;
  }
  return isFlapping(statesOf(ledger, track), keys);
}

/** The spans with what their values say. */
export function statesOf(ledger: Ledger, track: readonly Span<number>[]): Span<CellValue>[] {
  return track.map((span) => ({ ...span, value: cellValueOf(ledger, span.value) }));
}

function confidenceAt({ ledger, byKey }: AsOf, host: number, { protocol, port }: Port, key: Key): Confidence {
  const run = byKey.get(key)?.run;
  if (run === undefined) return "confirmed";
  const rows = ledger
    .sql<{ confidence: Confidence; portset: number }>(
      "SELECT confidence, portset FROM doubt WHERE run = ? AND host = ?",
    )
    .all(run.id, host);
  const doubt = rows.find((row) => hasPort(portsetOf(ledger, row.portset), protocol, port));
  return doubt?.confidence ?? usualConfidence(run.source);
}
