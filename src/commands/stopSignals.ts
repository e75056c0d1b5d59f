/**
 * Signals while a run goes on. Ctrl-C and SIGTERM stop it: its nmaps are ended, what was proved is kept. A lost
 * terminal (SIGHUP, and the write errors that follow) stops nothing.
 */
export interface StopSignals {
  readonly signal: AbortSignal;
  /** The signal that stopped the run, null if none did. */
  readonly stoppedBy: () => NodeJS.Signals | null;
  readonly release: () => void;
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
  const ignore = () => undefined;
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", ignore);
  process.stdout.on("error", ignore);
  process.stderr.on("error", ignore);
  return {
    signal: controller.signal,
    stoppedBy: () => stoppedBy,
    release: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      process.off("SIGHUP", ignore);
      process.stdout.off("error", ignore);
      process.stderr.off("error", ignore);
    },
  };
}
