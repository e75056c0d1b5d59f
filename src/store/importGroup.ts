/**
 * Several small imports as one transaction: each commit waits for the disk, longer than a file takes to be recorded. Each
 * import is still all or nothing (a savepoint); whoever is killed in between has none of the group.
 */
import { explained } from "./explainFault.js";
import { impatient, type Ledger } from "./ledger.js";
import { runsGoingOn } from "./runs.js";
import { beginWriting, isBusy, PATIENCE } from "./transaction.js";

/** Takes the write lock, which is held until the group is committed or dropped. */
export function beginGroup(ledger: Ledger): void {
  const { database, path } = ledger;
  explained(path, () => {
    try {
      beginWriting(database);
    } catch (error) {
      throw isBusy(error) ? impatient(error, path, PATIENCE) : error;
    }
  });
}

/** @throws PortreeveError `failed` where the disk is full: nothing of the group is there then */
export function commitGroup(ledger: Ledger): void {
  try {
    explained(ledger.path, () => ledger.database.exec("COMMIT"));
  } catch (error) {
    dropGroup(ledger);
    throw error;
  }
  giveWay(ledger);
}

export function dropGroup(ledger: Ledger): void {
  if (ledger.database.inTransaction) ledger.database.exec("ROLLBACK");
  ledger.forget();
}

/**
 * SQLite's waiting writers look at the lock every 100 ms at the latest and have no queue: a folder of small files would
 * keep a run from it for long.
 */
const PAUSE = 120;

/** After a write: lets a run that goes on beside have its turn. */
export function giveWay(ledger: Ledger): void {
  if (ledger.database.inTransaction || ledger.read(() => runsGoingOn(ledger)).length === 0) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
}
