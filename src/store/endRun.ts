import { PortreeveError } from "../facts/error.js";
import type { Disbelieved, Instant, Recall, Run, RunId, SilencedHost } from "../facts/run.js";
import type { Ledger } from "./ledger.js";
import { idOfRun, type RunRef, type StoredRun, storedRun } from "./runs.js";
import { closeRun, type RunClosing } from "./settleDeadRuns.js";

export interface RunEnd extends RunClosing {
  /** Share of 1 over the cells due. */
  readonly coverage: number | null;
  readonly cellsDue: number | null;
  readonly cellsCovered: number | null;
  readonly warnings: readonly string[];
  readonly recall?: Recall | null;
  readonly silenced?: readonly SilencedHost[];
  readonly disbelieved?: readonly Disbelieved[];
  /** Where it was not known when the run began. */
  readonly addressCount?: number;
}

/** Ends the run, folds its coverage together and gives the lock back. */
export function endRun(ledger: Ledger, run: RunRef, end: RunEnd): Run {
  return ledger.write(() => {
    const { id } = requireRunning(ledger, idOfRun(run)).run;
    closeRun(ledger, id, end);
    writeFigures(ledger, id, end);
    return storedRun(ledger, id).run;
  });
}

/** What a run says of itself as a whole, live or imported. Inside a transaction. */
export function writeFigures(
  ledger: Ledger,
  run: RunId,
  end: Omit<RunEnd, keyof RunClosing | "addressCount">,
): void {
  ledger
    .sql(
      `UPDATE run SET coverage = ?, cells_due = ?, cells_covered = ?, warnings = ?, recall = ?, silenced = ?, disbelieved = ?
       WHERE id = ?`,
    )
    .run(
      end.coverage,
      end.cellsDue,
      end.cellsCovered,
      JSON.stringify(end.warnings),
      end.recall == null ? null : JSON.stringify(end.recall),
      JSON.stringify(end.silenced ?? []),
      JSON.stringify(end.disbelieved ?? []),
      run,
    );
}

/** Says that the run is still being carried out, for those who cannot look the process up. */
export function heartbeat(ledger: Ledger, run: RunRef, now: Instant = ledger.now()): void {
  ledger.write(() => {
    const { id } = requireRunning(ledger, idOfRun(run)).run;
    ledger.sql("UPDATE run_owner SET heartbeat_at = ? WHERE run = ?").run(now, id);
  });
}

/**
 * The fence: whoever was settled as dead (a suspended machine that woke up) writes nothing any more.
 * @throws PortreeveError `failed` where the run has ended
 */
export function requireRunning(ledger: Ledger, id: RunId): StoredRun {
  const stored = storedRun(ledger, id);
  if (stored.working) return stored;
  throw new PortreeveError(
    "failed",
    `run ${id} has ended (${stored.run.outcome}): nothing can be added to it`,
    {
      hint: "start a new run",
    },
  );
}
