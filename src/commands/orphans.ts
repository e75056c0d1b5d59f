/** nmaps that a portreeve left behind which was killed: they are ended before anything is asked again. */
import { readFileSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import { isSameProcess, killGroup } from "../nmap/processIdentity.js";

export interface Orphan {
  readonly pid: number | null;
  readonly startTicks: number | null;
}

/** From SIGKILL to gone; a process in the kernel's hands may take a moment. */
const PATIENCE_MS = 5000;
const STEP_MS = 20;

/**
 * Ends those that are still there, and waits until they are gone: two nmaps on one host would send twice its share, and
 * answers to the one would be taken for answers to the other. Known by pid and start time, and by their name, for a
 * start time counts from the boot.
 * @returns how many there were
 * @throws PortreeveError `failed` for one that is not ours to end, or does not go
 */
export async function endOrphans(shards: readonly Orphan[]): Promise<number> {
  const alive = shards.flatMap(({ pid, startTicks }) =>
    pid !== null && startTicks !== null && isOurs(pid, startTicks) ? [{ pid, startTicks }] : [],
  );
  for (const { pid } of alive) end(pid);
  const deadline = Date.now() + PATIENCE_MS;
  for (const { pid, startTicks } of alive) {
    while (isSameProcess(pid, startTicks)) {
      if (Date.now() > deadline) throw stays(pid, "it does not end");
      await new Promise((done) => setTimeout(done, STEP_MS));
    }
  }
  return alive.length;
}

function end(pid: number): void {
  try {
    killGroup(pid, "SIGKILL");
  } catch (cause) {
    throw stays(
      pid,
      (cause as NodeJS.ErrnoException).code === "EPERM" ? "another user started it" : String(cause),
    );
  }
}

function stays(pid: number, why: string): PortreeveError {
  return new PortreeveError(
    "failed",
    `nmap (process ${pid}) of a run that died is still sending, and cannot be ended: ${why}`,
    { hint: `end it as its user or as root: kill -9 ${pid}; then try again` },
  );
}

/** Before nmap is executed the process is still setpriv. */
function isOurs(pid: number, startTicks: number): boolean {
  if (!isSameProcess(pid, startTicks)) return false;
  try {
    return /nmap|setpriv/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  } catch {
    return false;
  }
}
