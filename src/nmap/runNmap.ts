/** One nmap process, from its argument list to what it left behind. */
import { setMaxListeners } from "node:events";
import type { Address } from "../facts/address.js";
import type { Instant } from "../facts/run.js";
import { deathSignalPrefix } from "./deathSignal.js";
import { isExecutableFile } from "./findProgram.js";
import { startTicksOf } from "./processIdentity.js";
import { Scan, type ScanEnd, type ScanResult } from "./scan.js";

export interface NmapCall {
  /** Absolute path. */
  readonly binary: string;
  /** Made by `argv.ts`: without targets and without `-oX`. */
  readonly argv: readonly string[];
  readonly addresses: readonly Address[];
  /** The watchdog ends nmap after this long. */
  readonly timeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  readonly signal?: AbortSignal;
  /** Told at once, so that an orphan can be settled later. If it throws, nmap is ended and `runNmap` rejects with it. */
  readonly onStart?: (process: { pid: number; startTicks: number }) => void;
  /** Default 64 MiB: the XML of a shard is about 1 MB for 16 hosts × 1000 listed ports. */
  readonly maxOutputBytes?: number;
}

export interface NmapExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly ended: ScanEnd;
  /** What nmap wrote to stdout, as UTF-8; cut where nmap was cut. */
  readonly xml: string;
  /** Lines of the last 64 KiB; where nmap did not start, why. May hold text from the network. */
  readonly stderr: readonly string[];
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Null where nmap did not start. */
  readonly pid: number | null;
  /** The command as run, targets not included. */
  readonly argv: readonly string[];
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs nmap over `addresses` and resolves once, when it and all its children are gone. Never rejects for what
 * nmap did: a missing file, a signal, a time-out are in the result. Rejects for an address that is none
 * (`failed`), and with what `onStart` threw.
 */
export async function runNmap(call: NmapCall): Promise<NmapExit> {
  const startedAt = Date.now();
  const scan = new Scan(call.addresses, call.argv);
  const prefix = await deathSignalPrefix();
  const refusal = await refusalOf(call);
  if (refusal) return exitOf(call, scan, prefix, { ...NOTHING, ...refusal }, startedAt);

  const cancel = () => scan.cancelScan();
  const result = new Promise<ScanResult>((resolve) => scan.once("complete", resolve));
  scan.startScan(call.binary, prefix, {
    timeoutMs: call.timeoutMs,
    graceMs: call.graceMs,
    maxOutputBytes: call.maxOutputBytes ?? MAX_OUTPUT_BYTES,
  });
  // A run's many scans share one signal, and each takes its listener away again: no leak to warn of.
  if (call.signal) setMaxListeners(0, call.signal);
  call.signal?.addEventListener("abort", cancel, { once: true });
  if (call.signal?.aborted) cancel();
  try {
    tellStart(call, scan);
    return exitOf(call, scan, prefix, await result, startedAt);
  } catch (error) {
    scan.cancelScan();
    await result;
    throw error;
  } finally {
    call.signal?.removeEventListener("abort", cancel);
  }
}

const NOTHING = {
  code: null,
  signal: null,
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
};

/** Why nothing is to be spawned, or null. Asked first, for behind setpriv a missing nmap is only an exit code. */
async function refusalOf(call: NmapCall): Promise<Pick<ScanResult, "ended" | "trouble"> | null> {
  if (!(await isExecutableFile(call.binary))) {
    return { ended: "not-started", trouble: `${call.binary} is not an executable file` };
  }
  if (call.signal?.aborted) return { ended: "cancelled", trouble: null };
  return null;
}

function tellStart(call: NmapCall, scan: Scan): void {
  const pid = scan.child?.pid;
  if (pid === undefined || !call.onStart) return;
  // The process cannot have been reaped yet: that happens in a later turn of the event loop.
  call.onStart({ pid, startTicks: startTicksOf(pid) ?? 0 });
}

function exitOf(
  call: NmapCall,
  scan: Scan,
  prefix: readonly string[],
  result: ScanResult,
  startedAt: Instant,
): NmapExit {
  const lines = result.stderr
    .toString("utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  // setpriv says so itself where the command cannot be executed (126, 127), whatever was true a moment before.
  const unexecuted =
    prefix.length > 0 && (result.code === 126 || result.code === 127) && result.stdout.length === 0;
  return {
    code: result.code,
    signal: result.signal,
    ended: unexecuted ? "not-started" : result.ended,
    xml: result.stdout.toString("utf8"),
    stderr: result.trouble === null ? lines : [...lines, result.trouble],
    startedAt,
    // A clock set back meanwhile must not make a process end before it began.
    endedAt: Math.max(startedAt, Date.now()),
    pid: scan.child?.pid ?? null,
    argv: [...prefix, call.binary, ...scan.command],
  };
}
