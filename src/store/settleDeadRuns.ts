import type { Instant, Outcome, RunId } from "../facts/run.js";
import { compactRun } from "./compactRun.js";
import type { Ledger } from "./ledger.js";
import { sharesPids, thisProcess } from "./owner.js";
import { runsGoingOn, whyItDied } from "./runs.js";
import { sittingsOf, writeSittings } from "./sittings.js";

/** An nmap that a dead run had started on this machine: kill it only if the start time still fits. */
export interface DeadShard {
  readonly run: RunId;
  readonly shard: string;
  readonly attempt: number;
  readonly pid: number;
  readonly startTicks: number;
}

/**
 * Marks each run whose owner died as `interrupted`. What it recorded was proved and stays; the shards in flight are
 * lost.
 * @returns the nmap processes that may still be there
 */
export function settleDeadRuns(ledger: Ledger, now: Instant = ledger.now()): DeadShard[] {
  // Mostly there is none, and a look takes no lock.
  if (runsGoingOn(ledger, now).every((going) => going.alive)) return [];
  return ledger.write(() => settleWithin(ledger, now));
}

/** The same inside a transaction that holds the write lock already. */
export function settleWithin(ledger: Ledger, now: Instant): DeadShard[] {
  const self = thisProcess();
  return runsGoingOn(ledger, now)
    .filter((going) => !going.alive)
    .flatMap((dead) => {
      const orphans = ledger
        .sql<{ id: string; attempt: number; pid: number; start_ticks: number }>(
          `SELECT id, attempt, pid, start_ticks FROM shard
           WHERE run = ? AND state = 'running' AND pid IS NOT NULL AND start_ticks IS NOT NULL`,
        )
        .all(dead.run);
      closeRun(ledger, dead.run, { outcome: "interrupted", why: whyItDied(dead), endedAt: dead.heartbeatAt });
      // A pid of another machine or container means nothing here.
      if (!sharesPids(dead.owner, self)) return [];
      return orphans.map(({ id, attempt, pid, start_ticks }) => {
        return { run: dead.run, shard: id, attempt, pid, startTicks: start_ticks };
      });
    });
}

export interface RunClosing {
  readonly outcome: Exclude<Outcome, "running">;
  readonly why: string | null;
  readonly endedAt: Instant;
}

/** What every end of a run has in common. Inside a transaction. */
export function closeRun(ledger: Ledger, run: RunId, { outcome, why, endedAt }: RunClosing): void {
  compactRun(ledger, run);
  ledger.sql("UPDATE shard SET state = 'lost' WHERE run = ? AND state = 'running'").run(run);
  ledger.sql("DELETE FROM run_owner WHERE run = ?").run(run);
  ledger
    .sql("UPDATE run SET outcome = ?, why = ?, ended_at = ? WHERE id = ?")
    .run(outcome, why, endedAt, run);
  const sittings = sittingsOf(ledger, run);
  if (sittings.length === 0) return;
  writeSittings(
    ledger,
    run,
    sittings.map((each) => (each.endedAt === null ? { ...each, endedAt, why } : each)),
  );
}
