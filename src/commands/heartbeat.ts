/** The sign of life of a run: what others see of it, and how it hears what they ask. */
import { statSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import type { RunRequest } from "./auditRun.js";
import type { ProgressNotes } from "./runProgress.js";

/** What others see of the run is this old at most, and so long it takes until it hears of a stop. */
const HEARTBEAT_MS = 2000;

/** The run with what happens around it. */
export interface Beating extends RunRequest {
  readonly signal: AbortSignal;
  readonly notes: ProgressNotes;
  /** Shards that have an nmap. */
  readonly flying: Set<string>;
}

/** Writing to a database that was removed or replaced meanwhile would look like success and leave nothing. */
export function requireInPlace(path: string, inode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.ino === inode) return;
  throw new PortreeveError("failed", `the database ${path} was removed or replaced while the run went on`, {
    hint: "put it back if it was moved, and scan again: this run is lost",
  });
}

interface Heart {
  readonly timer: NodeJS.Timeout;
  readonly once: () => void;
  error: unknown;
}

/**
 * Tells others how far the run is and hears what they ask of it. A run that can no longer say it is alive (disk full,
 * settled by another after a long sleep) must stop probing.
 */
export function beat(
  { store, run, stop, notes, flying }: Beating,
  inode: number,
  lost: AbortController,
): Heart {
  const once = () => {
    try {
      requireInPlace(store.path, inode);
      const progress = notes.tell({ inFlight: flying.size, stopping: stop.asked() });
      stop.ask(store.tellProgress(run.id, progress), "portreeve runs stop");
    } catch (error) {
      heart.error ??= error;
      lost.abort();
    }
  };
  const heart: Heart = { error: null, once, timer: setInterval(once, HEARTBEAT_MS) };
  // Whoever asked is told at once that it was heard.
  stop.finish.addEventListener("abort", once, { once: true });
  return heart;
}
