/** What a run and those who watch it tell each other through the database: no socket, no signal, any terminal. */
import { PortreeveError } from "../facts/error.js";
import type { RunId, RunProgress, StopAsked } from "../facts/run.js";
import { requireRunning } from "./endRun.js";
import type { Ledger } from "./ledger.js";
import { idOfRun, type RunRef, runsGoingOn, storedRun } from "./runs.js";

/** By `run_owner.stop_asked`. */
const ASKED: readonly StopAsked[] = ["no", "finish", "now"];

/** The heartbeat, with what has been reached. @returns what somebody asked of the run meanwhile */
export function tellProgress(ledger: Ledger, run: RunRef, progress: RunProgress | null): StopAsked {
  return ledger.write(() => {
    const { id } = requireRunning(ledger, idOfRun(run)).run;
    ledger
      .sql("UPDATE run_owner SET heartbeat_at = ?, progress = ? WHERE run = ?")
      .run(ledger.now(), progress === null ? null : JSON.stringify(progress), id);
    const row = ledger.sql<{ stop_asked: number }>("SELECT stop_asked FROM run_owner WHERE run = ?").get(id);
    return ASKED[row?.stop_asked ?? 0] ?? "now";
  });
}

export function runProgress(ledger: Ledger, run: RunId): RunProgress | null {
  return ledger.read(() => {
    const row = ledger
      .sql<{ progress: string | null }>("SELECT progress FROM run_owner WHERE run = ?")
      .get(run);
    return row === undefined || row.progress === null ? null : JSON.parse(row.progress);
  });
}

/**
 * Leaves word for the run; it is read within a second or two. What was asked before is never taken back.
 * @throws PortreeveError `usage` where nobody carries the run out
 */
export function askStop(ledger: Ledger, id: RunId, how: StopAsked): void {
  ledger.write(() => {
    const { run } = storedRun(ledger, id);
    const going = runsGoingOn(ledger).find((each) => each.run === id);
    if (going === undefined) {
      throw new PortreeveError("usage", `run ${id} is not going on: it ended ${run.outcome}`, {
        hint: "portreeve runs lists the runs",
      });
    }
    if (!going.alive) {
      throw new PortreeveError(
        "usage",
        `nobody carries run ${id} out any more: its process (${going.owner.pid} on ${going.owner.hostname}) died`,
        {
          hint: `portreeve scan --resume ${id} goes on with it, and ends whatever it left behind; so does any other scan`,
        },
      );
    }
    ledger
      .sql("UPDATE run_owner SET stop_asked = max(stop_asked, ?) WHERE run = ?")
      .run(ASKED.indexOf(how), id);
  });
}
