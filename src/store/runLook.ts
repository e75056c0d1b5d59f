import { CONFIDENCES, type Confidence } from "../facts/observation.js";
import type { PortSet, Protocol } from "../facts/port.js";
import { PROTOCOLS } from "../facts/port.js";
import type { Run } from "../facts/run.js";
import type { Hostset } from "../history/hostset.js";
import type { Key } from "../history/span.js";
import { emptyPortSet, hasPort } from "../scope/portSet.js";
import type { KnownRun } from "./asOf.js";
import type { CoverageSets, CoveredSet } from "./coverageSets.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { usualConfidence } from "./recordExceptions.js";

/**
 * What one run looked at, for questions over many hosts: its tables are read once, when first asked, and nothing is
 * asked of the database cell by cell.
 */
export interface RunLook {
  readonly run: Run;
  readonly key: Key;
  /** The ids of the host's covered port sets, by protocol as in `PROTOCOLS`; 0 where it has none. Null: none at all. */
  portsets(host: number): readonly number[] | null;
  covers(host: number, protocol: Protocol, port: number): boolean;
  /** Whether it said something of the cell: it covered it, and the answer was not one that says nothing. */
  proved(host: number, protocol: Protocol, port: number): boolean;
  /** Whether the answer of a port that it covered says nothing. */
  isUnproved(host: number, protocol: Protocol, port: number): boolean;
  /** Covered ports of the host whose answer says nothing. */
  unproved(host: number): PortSet | null;
  confidence(host: number, protocol: Protocol, port: number): Confidence;
}

const PLACES: Readonly<Record<Protocol, number>> = { tcp: 0, udp: 1, sctp: 2 };

type SetsOf = (host: number) => readonly number[] | null;

/** More sets than these are spread out by host once instead of being searched each time. */
const SEARCHED_SETS = 6;

/** @param sets of its vantage, one reader for all its runs */
export function lookOf(ledger: Ledger, { run, key, working }: KnownRun, sets: CoverageSets): RunLook {
  const usual = usualConfidence(run.source);
  let find: SetsOf | null = null;
  let silent: ReadonlyMap<number, PortSet> | null = null;
  let doubts: ReadonlyMap<number, readonly [Confidence, PortSet][]> | null = null;
  // Rows come host by host: the last answer is mostly the one that is asked for again.
  let lastHost = -1;
  let lastSets: readonly number[] | null = null;
  let lastSilent: PortSet | null = null;
  let lastPortset = 0;
  let lastPorts: PortSet = emptyPortSet;
  const turnTo = (host: number): void => {
    find ??= setsOf(ledger, run.id, working, sets);
    silent ??= readUnproved(ledger, run.id);
    lastHost = host;
    lastSets = find(host);
    lastSilent = silent.size === 0 ? null : (silent.get(host) ?? null);
  };
  const covers = (host: number, protocol: Protocol, port: number): boolean => {
    if (host !== lastHost) turnTo(host);
    const portset = lastSets === null ? 0 : (lastSets[PLACES[protocol]] ?? 0);
    if (portset === 0) return false;
    if (portset !== lastPortset) {
      lastPorts = portsetOf(ledger, portset);
      lastPortset = portset;
    }
    return hasPort(lastPorts, protocol, port);
  };
  const isUnproved = (host: number, protocol: Protocol, port: number): boolean => {
    if (host !== lastHost) turnTo(host);
    return lastSilent !== null && hasPort(lastSilent, protocol, port);
  };
  return {
    run,
    key,
    portsets(host) {
      if (host === lastHost) return lastSets;
      find ??= setsOf(ledger, run.id, working, sets);
      return find(host);
    },
    unproved(host) {
      if (host !== lastHost) turnTo(host);
      return lastSilent;
    },
    covers,
    isUnproved,
    proved: (host, protocol, port) => covers(host, protocol, port) && !isUnproved(host, protocol, port),
    confidence(host, protocol, port) {
      doubts ??= readDoubts(ledger, run.id);
      if (doubts.size === 0) return usual;
      const doubt = doubts.get(host)?.find(([, ports]) => hasPort(ports, protocol, port));
      return doubt?.[0] ?? usual;
    },
  };
}

function setsOf(ledger: Ledger, run: number, working: boolean, sets: CoverageSets): SetsOf {
  return working ? workingSets(ledger, run) : storedSets(ledger, sets(run));
}

function storedSets(ledger: Ledger, sets: readonly CoveredSet[]): SetsOf {
  const rows = sets.map(([portset, hosts]): [number, number, Hostset] => {
    return [protocolIndex(ledger, portset), portset, hosts];
  });
  if (rows.length > SEARCHED_SETS) {
    return spread(
      rows.flatMap(([, portset, hosts]) => hosts.list().map((host) => [host, portset])),
      ledger,
    );
  }
  // One list for all hosts that are in the same of these sets.
  const lists: (readonly number[] | null)[] = [null];
  return (host) => {
    let which = 0;
    for (let index = 0; index < rows.length; index++) if (rows[index]?.[2].has(host)) which |= 1 << index;
    const known = lists[which];
    if (known !== undefined) return known;
    const found = [0, 0, 0];
    for (const [index, [place, portset]] of rows.entries()) if (which & (1 << index)) found[place] = portset;
    lists[which] = found;
    return found;
  };
}

function workingSets(ledger: Ledger, run: number): SetsOf {
  const rows = ledger.rows<[host: number, portset: number]>(
    "SELECT host, portset FROM working_coverage WHERE run = ?",
  );
  return spread(rows.all(run), ledger);
}

function spread(rows: readonly (readonly number[])[], ledger: Ledger): SetsOf {
  const byHost = new Map<number, number[]>();
  for (const [host = 0, portset = 0] of rows) {
    const sets = byHost.get(host) ?? [0, 0, 0];
    sets[protocolIndex(ledger, portset)] = portset;
    byHost.set(host, sets);
  }
  return (host) => byHost.get(host) ?? null;
}

/** A covered set is of one protocol. */
function protocolIndex(ledger: Ledger, portset: number): number {
  const ports = portsetOf(ledger, portset);
  return Math.max(
    0,
    PROTOCOLS.findIndex((protocol) => ports[protocol].length > 0),
  );
}

function readUnproved(ledger: Ledger, run: number): Map<number, PortSet> {
  const rows = ledger
    .rows<[host: number, portset: number]>("SELECT host, portset FROM unproved WHERE run = ?")
    .all(run);
  return new Map(rows.map(([host, portset]) => [host, portsetOf(ledger, portset)]));
}

function readDoubts(ledger: Ledger, run: number): Map<number, [Confidence, PortSet][]> {
  const doubts = new Map<number, [Confidence, PortSet][]>();
  const rows = ledger.rows<[host: number, confidence: string, portset: number]>(
    "SELECT host, confidence, portset FROM doubt WHERE run = ?",
  );
  for (const [host, word, portset] of rows.all(run)) {
    const confidence = CONFIDENCES.find((known) => known === word);
    if (confidence === undefined) continue;
    const list = doubts.get(host) ?? [];
    list.push([confidence, portsetOf(ledger, portset)]);
    doubts.set(host, list);
  }
  return doubts;
}
