/**
 * Signals while a run goes on. Ctrl-C and SIGTERM stop it: its nmaps are ended, what was proved is kept. A lost
 * terminal (SIGHUP) stops nothing; `cli.ts` takes the write errors that follow.
 */
import { closeSync } from "node:fs";

export interface StopSignals {
  readonly signal: AbortSignal;
  /** The signal that stopped the run, null if none did. */
  readonly stoppedBy: () => NodeJS.Signals | null;
  readonly release: () => void;
}

/** The terminal is gone. Node aborts at its end if it cannot restore a terminal; one that is closed it skips. */
function onHangUp(): void {
  process.once("exit", () => {
    for (const stream of [0, 1, 2]) {
      try {
        closeSync(stream);
      } catch {
        // Closed already.
      }
    }
  });
}

export function listenForStop(onStop: (name: NodeJS.Signals) => void): StopSignals {
  const controller = new AbortController();
  let stoppedBy: NodeJS.Signals | null = null;
  const stop = (name: NodeJS.Signals) => {
    if (stoppedBy !== null) return;
    stoppedBy = name;
    onStop(name);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", onHangUp);
  return {
    signal: controller.signal,
    stoppedBy: () => stoppedBy,
    release: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      process.off("SIGHUP", onHangUp);
    },
  };
}
