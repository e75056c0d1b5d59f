/** `portreeve runs stop`: ends a run from another terminal. */
import type { Command } from "commander";
import { PortreeveError } from "../facts/error.js";
import type { RunId, StopAsked } from "../facts/run.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { parseRunId } from "./options.js";
import { printMessage } from "./output.js";
import { runGoingOn } from "./runsAttach.js";
import { openSession } from "./session.js";

/** The run hears of it within two seconds, and nmaps end within three more. */
const PATIENCE_MS = 15_000;
const STEP_MS = 200;

export function addStop(runs: Command): void {
  runs
    .command("stop")
    .summary("end a run that goes on")
    .description(
      "Ends a run that goes on, from any terminal: its nmaps in flight end, no other is started, what was proved is kept.\n" +
        "With --now they are ended at once, and this waits until they are. portreeve scan --resume goes on with the run.\n\n" +
        "Examples:\n  portreeve runs stop 12\n  portreeve runs stop 12 --now\n",
    )
    .argument("[run]", "the run's number (default: the one that goes on)", parseRunId)
    .option("--now", "end its nmaps at once")
    .action(async (run: number | undefined, options: { now?: boolean }, command: Command) => {
      const session = await openSession(command);
      const { path, owner } = session.database;
      const id = runAt(path, run);
      const store = openStore(path, { mode: "write", owner });
      try {
        await stop(store, id, options.now ? "now" : "finish");
      } finally {
        store.close();
      }
    });
}

/** Only read: to write would make a database that is not there, of a name typed wrong. */
function runAt(path: string, run: number | undefined): RunId {
  const store = openStore(path, { mode: "read" });
  try {
    return run ?? runGoingOn(store);
  } finally {
    store.close();
  }
}

/** Returns when it is certain: the run has ended, or it starts no other nmap. */
async function stop(store: Store, id: RunId, how: StopAsked): Promise<void> {
  store.askStop(id, how);
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const run = store.getRun(id);
    if (run.outcome !== "running") {
      printMessage(`run ${id} ended ${run.outcome}: nothing is sent any more`);
      return;
    }
    const progress = store.runProgress(id);
    if (how === "finish" && progress !== null && progress.stopping !== "no") {
      const { inFlight } = progress;
      printMessage(
        `run ${id} stops: ${inFlight === 1 ? "1 nmap is" : `${inFlight} nmaps are`} in flight, no other is started; portreeve runs attach ${id} shows the end`,
      );
      return;
    }
    await new Promise((done) => setTimeout(done, STEP_MS));
  }
  throw new PortreeveError("failed", `run ${id} gave no sign of having heard`, {
    hint: `it may be busy: look with portreeve runs attach ${id}; its nmaps end with its process`,
  });
}
