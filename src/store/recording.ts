import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";

import { hasPort } from "../scope/portSet.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { coverageOf, isCovered, type RunCoverage } from "./runCoverage.js";
import { runsUpTo, type StoredRun } from "./runs.js";

/** An earlier run of the vantage. */
export interface PastRun {
  readonly id: number;
  readonly key: number;
  readonly endedAt: Instant;
  readonly coverage: RunCoverage;
}

/** A run while hosts are recorded into it. */
export interface Recording {
  readonly ledger: Ledger;
  readonly stored: StoredRun;
  /** The newest first; read when the first change asks for them. */
  past(): readonly PastRun[];
}

export function openRecording(ledger: Ledger, stored: StoredRun): Recording {
  let past: readonly PastRun[] | null = null;
  return {
    ledger,
    stored,
    past() {
      past ??= runsUpTo(ledger, stored.vantage, stored.key - 1).map(({ run, key, working }) => {
        return {
          id: run.id,
          key,
          endedAt: run.endedAt ?? run.startedAt,
          coverage: lazily(ledger, run.id, working),
        };
      });
      return past;
    },
  };
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
    portset: (host, protocol) => load().portset(host, protocol),
    has: (host, trait) => load().has(host, trait),
    list: (trait) => load().list(trait),
    unjudged: (host) => load().unjudged(host),
  };
}
