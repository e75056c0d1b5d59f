import type { Instant, RunId } from "../facts/run.js";
import type { Ledger } from "./ledger.js";

/** A line of the change log on one run. */
export type ChangeLine = [
  host: number,
  protoport: number,
  what: number,
  serial: number,
  recordedAt: Instant | null,
];

/** All lines on the changes of a run, by host, port, change and serial. */
export function changeLinesOf(ledger: Ledger, run: RunId): ChangeLine[] {
  return ledger
    .rows<ChangeLine>(
      `SELECT host, protoport, what, serial, recorded_at FROM change WHERE run = ?
       ORDER BY host, protoport, what, serial`,
    )
    .all(run);
}
