import type { Address } from "../facts/address.js";
import type {
  CellObservation,
  Confidence,
  HoleLook,
  HostObservation,
  Service,
} from "../facts/observation.js";
import { type PortSet, PROTOCOLS } from "../facts/port.js";
import type { RunId } from "../facts/run.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { compareAddresses } from "../scope/address.js";
import { emptyPortSet, hasPort } from "../scope/portSet.js";
import { guessedService, portStateOf } from "./asOf.js";
import { covers, type HostRun, runsOfHost } from "./hostRuns.js";
import { type HostTracks, ownValue, readHostTracks, WORDING } from "./hostTracks.js";
import { addressOf, cellValueOf, hostValueOf, portsetOf, serviceOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { presenceOf } from "./placeHost.js";
import { quietInRun } from "./quietInRun.js";
import { usualConfidence } from "./recordExceptions.js";
import { type KeyedRun, runsOfVantage } from "./recording.js";
import { type StoredRun, storedRun } from "./runs.js";
import { isOpenOnce, type OccupantValue } from "./said.js";

/**
 * What a run said of a host, as it was recorded: exact but for TTLs and scripts, which are not kept, and for a port's
 * guessed service, of which the name is. Null where the run did not ask the host.
 * @throws PortreeveError `usage` where there is no such run
 */
export function observationOf(ledger: Ledger, run: RunId, address: Address): HostObservation | null {
  return ledger.read(() => {
    const stored = storedRun(ledger, run);
    const row = ledger
      .sql<{ id: number }>("SELECT id FROM host WHERE realm = ? AND address = ?")
      .get(stored.realm, address);
    const keyed = keyedRun(ledger, stored);
    return row === undefined || keyed === null ? null : observed(ledger, stored, keyed, row.id);
  });
}

/** All that a run said, by address: what an export writes. */
export function* observationsOf(ledger: Ledger, run: RunId): Generator<HostObservation> {
  const stored = storedRun(ledger, run);
  const keyed = keyedRun(ledger, stored);
  if (keyed === null) return;
  const hosts = (["alive", "vanished", "silent"] as const).flatMap((trait) => keyed.coverage.list(trait));
  const sorted = hosts.map((host) => ({ host, address: addressOf(ledger, host) }));
  sorted.sort((a, b) => compareAddresses(a.address, b.address));
  for (const { host } of sorted) {
    const observation = observed(ledger, stored, keyed, host);
    if (observation !== null) yield observation;
  }
}

/** Null for an undated run, which has proved nothing. */
function keyedRun(ledger: Ledger, { vantage, key }: StoredRun): KeyedRun | null {
  return runsOfVantage(ledger, vantage).find((run) => run.key === key) ?? null;
}

function observed(ledger: Ledger, stored: StoredRun, keyed: KeyedRun, host: number): HostObservation | null {
  const { coverage } = keyed;
  const [run] = runsOfHost(ledger, [keyed], host);
  if (run === undefined) return null;
  const tracks = readHostTracks(ledger, host, stored.vantage);
  const occupant = run.hasMac
    ? ownValue(tracks.own.get("occupant"), tracks.wordings(WORDING.occupant, 0), run.key)
    : null;
  const names = run.hasNames ? ownValue(tracks.own.get("names"), new Map(), run.key) : null;
  const { mac = null, vendor = null } = occupant === null ? {} : hostValueOf<OccupantValue>(ledger, occupant);
  const cells = cellsOf(ledger, stored, run, host, tracks);
  const isCell = new Set(cells.map(({ protocol, port }) => cellCode(protocol, port)));
  const covered: Record<keyof PortSet, PortSet[keyof PortSet]> = { ...emptyPortSet };
  for (const protocol of PROTOCOLS) {
    const portset = run.portsets[protocol];
    if (portset !== null) covered[protocol] = portsetOf(ledger, portset)[protocol];
  }
  return {
    address: addressOf(ledger, host),
    presence: run.presence,
    aliveReason: coverage.aliveReason(host) ?? reasonInTrack(ledger, tracks, run),
    mac,
    vendor,
    names: names === null ? [] : hostValueOf<string[]>(ledger, names),
    cells,
    quiet: quietInRun(ledger, tracks, run, (code) => isCell.has(code)),
    covered,
    grade: coverage.grade(host) ?? "full",
    holes: holesOf(ledger, run.id, host),
    holesUnjudged: coverage.unjudged(host),
  };
}

/** Runs older than schema 3 have the reason in the track. */
function reasonInTrack(ledger: Ledger, tracks: HostTracks, run: HostRun): string | null {
  if (run.presence !== "alive") return null;
  const value = ownValue(tracks.own.get("presence"), new Map(), run.key);
  if (value === null || presenceOf(ledger, value) !== "alive") return null;
  return hostValueOf<{ reason: string | null }>(ledger, value).reason;
}

function cellsOf(
  ledger: Ledger,
  { run: { source } }: StoredRun,
  run: HostRun,
  host: number,
  tracks: HostTracks,
): CellObservation[] {
  const doubts = ledger
    .rows<[confidence: Confidence, portset: number]>(
      "SELECT confidence, portset FROM doubt WHERE run = ? AND host = ?",
    )
    .all(run.id, host);
  const cells: CellObservation[] = [];
  for (const [code, spans] of tracks.cells) {
    const { protocol, port } = portOfCode(code);
    if (!covers(ledger, run, protocol, port)) continue;
    const id = ownValue(spans, tracks.wordings(WORDING.cell, code), run.key);
    const value = id === null ? null : cellValueOf(ledger, id);
    if (value === null || !isOpenOnce(value)) continue;
    const isIdentified =
      run.identified === "all" || (run.identified !== null && hasPort(run.identified, protocol, port));
    const words = tracks.wordings(WORDING.service, code);
    const service = isIdentified ? ownValue(tracks.services.get(code), words, run.key) : null;
    cells.push({
      protocol,
      port,
      state: portStateOf(value.state),
      reason: value.reason,
      proof: value.proof,
      ttl: null,
      service: service === null ? guessOf(value.guess) : serviceOf(ledger, service),
      scripts: [],
      confidence:
        doubts.find(([, portset]) => hasPort(portsetOf(ledger, portset), protocol, port))?.[0] ??
        usualConfidence(source),
    });
  }
  return cells;
}

function guessOf(guess: string): Service | null {
  return guess === "" ? null : guessedService(guess);
}

function holesOf(ledger: Ledger, run: number, host: number): HoleLook[] {
  return ledger
    .sql<{
      protoport: number;
      silent_share: number;
      neighbours_asked: number;
      neighbours_answered: number;
    }>("SELECT * FROM hole WHERE run = ? AND host = ? ORDER BY protoport")
    .all(run, host)
    .map((row) => ({
      ...portOfCode(row.protoport),
      silentShare: row.silent_share,
      neighboursAsked: row.neighbours_asked,
      neighboursAnswered: row.neighbours_answered,
    }));
}
