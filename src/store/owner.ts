/**
 * Who carries a run out, told so that it can be known dead for certain: a pid alone is reused, so with the boot, the
 * pid namespace and the process's start time. proc_pid_stat(5), field 22: start time in clock ticks since boot.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Instant } from "../facts/run.js";

export interface RunOwner {
  readonly hostname: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  readonly startTicks: number;
}

/** An owner whom we cannot look up (another machine or container) is alive while it gave a sign within this time, ms. */
export const HEARTBEAT_LIMIT = 60_000;

export function thisProcess(): RunOwner {
  return {
    hostname: hostname(),
    bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    pidNamespace: readlinkSync("/proc/self/ns/pid"),
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? 0,
  };
}

/** When the process started, in ticks since boot; null where there is none, or only its zombie. */
export function startTicksOf(pid: number): number | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // Gone is the answer here, not a fault.
    return null;
  }
  // The name in parentheses may hold blanks and parentheses itself: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return Number(fields[19]);
}

/** Whether both see the same pids. */
export function sharesPids(a: RunOwner, b: RunOwner): boolean {
  return a.bootId === b.bootId && a.pidNamespace === b.pidNamespace;
}

export function isAlive(owner: RunOwner, heartbeatAt: Instant, self: RunOwner, now: Instant): boolean {
  if (sharesPids(owner, self)) return startTicksOf(owner.pid) === owner.startTicks;
  return now - heartbeatAt < HEARTBEAT_LIMIT;
}
