import type { Database } from "better-sqlite3";

/**
 * How long to go on asking for the write lock, ms. `busy_timeout` waits for an ordinary writer; a reader's snapshot
 * that got stale (BUSY_SNAPSHOT) and several openers after a crash (BUSY_RECOVERY) come back at once and are asked
 * again here. A file of a gigabyte takes some ten seconds to write, and a run beside it must not fail for that.
 */
export const PATIENCE = 60_000;
const PAUSE = 25;

/**
 * Runs `work` as one transaction that holds the write lock from its start (`BEGIN IMMEDIATE`): a deferred one that
 * first reads could never be made a writer after another has committed.
 */
export function writeWith<T>(database: Database, work: () => T, patience: number = PATIENCE): T {
  return patiently(() => database.transaction(work).immediate(), patience);
}

/** The same for one that others end. */
export function beginWriting(database: Database, patience: number = PATIENCE): void {
  patiently(() => database.exec("BEGIN IMMEDIATE"), patience);
}

function patiently<T>(work: () => T, patience: number): T {
  const until = Date.now() + patience;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

/** Whether another process has the lock: SQLITE_BUSY and the two above. */
export function isBusy(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "SQLITE_BUSY" || code === "SQLITE_BUSY_SNAPSHOT" || code === "SQLITE_BUSY_RECOVERY";
}
