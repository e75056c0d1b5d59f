import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { Key } from "../history/span.js";
import { hasPort } from "../scope/portSet.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { GatheredLines } from "./recordChanges.js";
import { coverageOf, isCovered, type RunCoverage } from "./runCoverage.js";
import type { StoredRun } from "./runs.js";
import { sittingsOf } from "./sittings.js";

/** A run of the vantage. */
export interface KeyedRun {
  readonly id: number;
  readonly key: Key;
  readonly working: boolean;
  /** Whether it ended, be it only once before it was taken up again: its log is amended from then on. */
  readonly isPublished: boolean;
  readonly endedAt: Instant;
  readonly coverage: RunCoverage;
}

/** A run while hosts are recorded into it, or taken out of it. */
export interface Recording {
  readonly ledger: Ledger;
  readonly stored: Pick<StoredRun, "run" | "key" | "vantage" | "realm">;
  /** Whether no run of the vantage has a later key: then the ends of the tracks tell all that matters. */
  readonly isNewest: boolean;
  /** Whether the run was taken up again: what it told before is published. */
  readonly isAgain: boolean;
  /** Where the changes of the run are put instead of rows of their own; null: they are rows, for it goes on. */
  readonly gathered: GatheredLines | null;
  /** All runs of the vantage by key, the run itself among them; read when a host first asks for them. */
  runs(): readonly KeyedRun[];
}

export function openRecording(
  ledger: Ledger,
  stored: StoredRun,
  gathered: GatheredLines | null = null,
): Recording {
  let runs: readonly KeyedRun[] | null = null;
  const later = ledger
    .sql("SELECT 1 FROM run WHERE vantage = ? AND key > ? LIMIT 1")
    .get(stored.vantage, stored.key);
  return {
    ledger,
    stored,
    isNewest: later === undefined,
    isAgain: sittingsOf(ledger, stored.run.id).length > 0,
    gathered,
    runs() {
      runs ??= runsOfVantage(ledger, stored.vantage);
      return runs;
    },
  };
}

/** The dated runs of a vantage, by key. */
export function runsOfVantage(ledger: Ledger, vantage: number): KeyedRun[] {
  return ledger
    .rows<[id: number, key: Key, working: number, isAgain: number, endedAt: Instant]>(
      `SELECT id, key, outcome = 'running', sittings <> '[]', coalesce(ended_at, started_at) FROM run
       WHERE vantage = ? AND key >= 0 ORDER BY key`,
    )
    .all(vantage)
    .map(([id, key, working, isAgain, endedAt]) => {
      const isWorking = working === 1;
      const isPublished = !isWorking || isAgain === 1;
      return { id, key, working: isWorking, isPublished, endedAt, coverage: lazily(ledger, id, isWorking) };
    });
}

/** Whether the run said something of the cell: it covered it, and the answer was not one that says nothing. */
export function hasProved(
  ledger: Ledger,
  run: { id: number; coverage: RunCoverage },
  host: number,
  port: Port,
): boolean {
  return isCovered(ledger, run.coverage, host, port) && !isUnproved(ledger, run.id, host, port);
}

export function isUnproved(ledger: Ledger, run: number, host: number, { protocol, port }: Port): boolean {
  const row = ledger
    .sql<{ portset: number }>("SELECT portset FROM unproved WHERE run = ? AND host = ?")
    .get(run, host);
  return row !== undefined && hasPort(portsetOf(ledger, row.portset), protocol, port);
}

/** Most runs of a long history are never asked: their host sets are decoded when they are. */
function lazily(ledger: Ledger, run: number, working: boolean): RunCoverage {
  let coverage: RunCoverage | null = null;
  const load = (): RunCoverage => {
    coverage ??= coverageOf(ledger, run, working);
    return coverage;
  };
  return {
    covered: (host) => load().covered(host),
    portset: (host, protocol) => load().portset(host, protocol),
    grade: (host) => load().grade(host),
    has: (host, trait) => load().has(host, trait),
    list: (trait) => load().list(trait),
    aliveReason: (host) => load().aliveReason(host),
    unjudged: (host) => load().unjudged(host),
  };
}
