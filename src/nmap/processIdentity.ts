/**
 * Which process a number means. Process ids are used again, so an orphan is known by its id and its start time
 * together, and only such a one is ever killed.
 */
import { readFileSync } from "node:fs";

/**
 * When a process started, in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)); null if there is none.
 * A zombie still has one: it ran, and its parent has not looked yet.
 */
export function startTicksOf(pid: number): number | null {
  const stat = readStat(pid);
  return stat === null ? null : Number(stat[19]);
}

/** True while the process that had this id and start time is alive. A zombie is not: it can do nothing any more. */
export function isSameProcess(pid: number, startTicks: number): boolean {
  const stat = readStat(pid);
  if (stat === null) return false;
  return Number(stat[19]) === startTicks && stat[0] !== "Z" && stat[0] !== "X";
}

/**
 * Sends a signal, SIGKILL unless told, to every process of the group that `pid` leads.
 * Returns false if there is no such group; throws only what the kernel refuses (EPERM).
 */
export function killGroup(pid: number, signal: NodeJS.Signals = "SIGKILL"): boolean {
  // 0 and 1 would mean our own group and every process.
  if (!Number.isSafeInteger(pid) || pid < 2) return false;
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** The fields of /proc/PID/stat from the third (state) on; the second, the name, may hold blanks and parentheses. */
function readStat(pid: number): string[] | null {
  if (!Number.isSafeInteger(pid) || pid < 1) return null;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
