import { PortreeveError } from "../facts/error.js";
import type { Run, RunId, Sitting } from "../facts/run.js";
import { type BegunRun, refuseSecond, takeLock } from "./beginRun.js";
import type { Ledger } from "./ledger.js";
import { runAsk } from "./runAsk.js";
import { type StoredRun, storedRun } from "./runs.js";
import { type DeadShard, settleWithin } from "./settleDeadRuns.js";
import { sittingsOf, writeSittings } from "./sittings.js";
import { restoreWorkingRows } from "./workingRows.js";

export interface ReopenedRun extends BegunRun {
  /** The periods it was carried out in, the one that begins now last: its number is the length. */
  readonly sittings: readonly Sitting[];
}

/**
 * Goes on with a run under its own number: what it recorded stands and is open again, as if it had never ended. What its
 * log published stays; what changes of it is amended there. Takes the run lock; runs whose owner died are settled first.
 * @throws PortreeveError `locked` while a run goes on; `usage` where this one cannot be gone on with
 */
export function reopenRun(ledger: Ledger, id: RunId, operator: string): ReopenedRun {
  return ledger.write(() => {
    const deadShards = settleWithin(ledger, ledger.now());
    refuseSecond(ledger);
    const stored = storedRun(ledger, id);
    refuse(ledger, stored);
    const { run } = stored;
    const sittings = [...sittingsBefore(ledger, run), begins(ledger, operator)];
    restoreWorkingRows(ledger, id);
    writeSittings(ledger, id, sittings);
    ledger
      .sql(
        `UPDATE run SET outcome = 'running', why = NULL, ended_at = NULL, coverage = NULL, cells_due = NULL,
          cells_covered = NULL, recall = NULL WHERE id = ?`,
      )
      .run(id);
    takeLock(ledger, id);
    return {
      run: storedRun(ledger, id).run,
      sittings,
      deadShards: [...deadShards, ...lostShards(ledger, id)],
    };
  });
}

function begins(ledger: Ledger, operator: string): Sitting {
  return { operator, startedAt: ledger.now(), endedAt: null, why: null };
}

function sittingsBefore(ledger: Ledger, run: Run): Sitting[] {
  const known = sittingsOf(ledger, run.id);
  if (known.length > 0) return known;
  return [{ operator: run.operator, startedAt: run.startedAt, endedAt: run.endedAt, why: run.why }];
}

function refuse(ledger: Ledger, { run, key, vantage }: StoredRun): void {
  const scanAgain = "start a new run: portreeve scan";
  if (run.source === "import") {
    throw new PortreeveError("usage", `run ${run.id} is an imported file: there is nothing to go on with`, {
      hint: scanAgain,
    });
  }
  if (run.outcome === "complete") {
    throw new PortreeveError("usage", `run ${run.id} is complete: there is nothing to go on with`, {
      hint: scanAgain,
    });
  }
  if (runAsk(ledger, run.id) === null) {
    throw new PortreeveError(
      "usage",
      `run ${run.id} does not say what it was asked: another version of portreeve made it`,
      { hint: scanAgain },
    );
  }
  const later = ledger
    .sql<{ id: number }>("SELECT id FROM run WHERE vantage = ? AND key > ? ORDER BY key DESC LIMIT 1")
    .get(vantage, key);
  if (later !== undefined) {
    throw new PortreeveError(
      "usage",
      `run ${later.id} came after run ${run.id} from vantage ${run.vantage}: what is found now would be told as older than it is`,
      { hint: `${scanAgain}; what run ${run.id} proved is kept` },
    );
  }
}

/** Those in flight when it broke off: whoever settled the run may not have looked for their processes. */
function lostShards(ledger: Ledger, run: RunId): DeadShard[] {
  return ledger
    .sql<{ id: string; attempt: number; pid: number; start_ticks: number }>(
      `SELECT id, attempt, pid, start_ticks FROM shard
       WHERE run = ? AND state = 'lost' AND pid IS NOT NULL AND start_ticks IS NOT NULL`,
    )
    .all(run)
    .map(({ id, attempt, pid, start_ticks }) => ({ run, shard: id, attempt, pid, startTicks: start_ticks }));
}
