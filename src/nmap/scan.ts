/**
 * node-nmap's `NmapScan` with its defects mended (node-nmap 4.0.0, read whole):
 *
 * - it dropped every stdout chunk with the word "percent": here all bytes are kept and decoded once, at the end;
 * - any stderr line discarded the scan, only the last chunk was kept: here stderr is a list of warnings;
 * - exit status and signal were ignored: here they are the result;
 * - it spawned in its constructor, held SIGINT, exit and uncaughtException listeners of the whole process, and
 *   leaked an interval: here nothing starts before `startScan`, and no process-wide listener is ever added;
 * - SIGTERM to one process and no more: here the group gets it, and SIGKILL after a grace;
 * - strings were split at blanks into options: here arrays only, and addresses go in through stdin (`-iL -`);
 * - `error` came twice or killed the program unheard: here there is one event, `complete`, exactly once.
 */
import { spawn } from "node:child_process";
import { isIP } from "node:net";
import nmap from "node-nmap";
import { PortreeveError } from "../facts/error.js";
import { killGroup } from "./processIdentity.js";

export type ScanEnd = "exited" | "timed-out" | "cancelled" | "output-limit" | "not-started";

export interface ScanLimits {
  /** The watchdog: this long after the start the group gets SIGTERM. */
  readonly timeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  readonly maxOutputBytes: number;
}

/** What `complete` carries. */
export interface ScanResult {
  readonly ended: ScanEnd;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Why it did not start, or could not be ended; null otherwise. */
  readonly trouble: string | null;
}

const STDERR_TAIL_BYTES = 64 * 1024;
/** A process in an uninterruptible wait outlives SIGKILL; nobody waits for it longer than this. */
const ABANDON_MS = 10_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Scan extends nmap.NmapScan {
  private stop: ((why: ScanEnd) => void) | undefined;

  /** Called by the parent's constructor, before any field of this class exists. */
  override commandConstructor(addresses: readonly string[], argv: readonly string[]): void {
    const bad = addresses.find((address) => isIP(address) === 0 || address.includes("%"));
    if (bad !== undefined || addresses.length === 0) {
      throw new PortreeveError(
        "failed",
        `nmap was to be given ${JSON.stringify(bad ?? "no address")} as a target`,
        {
          hint: "This is a fault in portreeve; please report it with the command you ran.",
        },
      );
    }
    this.range = [...addresses];
    this.command = [...this.arguments, ...argv, "-iL", "-"];
  }

  override initializeChildProcess(): void {}

  override startTimer(): void {}

  override cancelScan(): void {
    this.stop?.("cancelled");
  }

  /** Starts `[...prefix, binary, ...command]` as the leader of a session of its own, and emits `complete` once. */
  override startScan(binary: string, prefix: readonly string[], limits: ScanLimits): void {
    const [file = binary, ...args] = [...prefix, binary, ...this.command];
    const stdout: Buffer[] = [];
    const stderr = new Tail(STDERR_TAIL_BYTES);
    const timers = new Set<NodeJS.Timeout>();
    let bytes = 0;
    let ended: ScanEnd = "exited";
    let settled = false;

    const after = (ms: number, act: () => void) =>
      timers.add(setTimeout(act, Math.min(ms, LONGEST_TIMER_MS)));
    const settle = (code: number | null, signal: NodeJS.Signals | null, trouble: string | null = null) => {
      if (settled) return;
      settled = true;
      this.stop = undefined;
      for (const timer of timers) clearTimeout(timer);
      const result = { ended, code, signal, stdout: Buffer.concat(stdout), stderr: stderr.bytes(), trouble };
      this.emit("complete", result satisfies ScanResult);
    };
    const fail = (error: Error) => {
      ended = "not-started";
      settle(null, null, error.message);
    };

    try {
      this.child = spawn(file, args, { cwd: "/", env: childEnvironment(), detached: true, stdio: "pipe" });
    } catch (error) {
      // E2BIG, a NUL byte: spawn throws these instead of emitting them.
      process.nextTick(fail, error as Error);
      return;
    }
    const { child } = this;
    const pid = child.pid;
    child.on("error", (error) => {
      if (pid === undefined) fail(error);
    });
    if (pid === undefined) return;

    const release = (code: number | null, signal: NodeJS.Signals | null, trouble: string | null) => {
      for (const stream of child.stdio) stream?.destroy();
      child.unref();
      settle(code, signal, trouble);
    };
    const stop = (why: ScanEnd) => {
      if (ended !== "exited" || settled || child.exitCode !== null || child.signalCode !== null) return;
      ended = why;
      this.cancelled = true;
      killGroup(pid, "SIGTERM");
      after(limits.graceMs, () => {
        killGroup(pid, "SIGKILL");
        after(ABANDON_MS, () => release(null, "SIGKILL", `nmap (process ${pid}) did not end after SIGKILL`));
      });
    };
    this.stop = stop;
    after(limits.timeoutMs, () => stop("timed-out"));
    // What the leader leaves behind would hold the pipes open, or live on: nmap itself leaves nothing.
    child.on("exit", (code, signal) => {
      killGroup(pid, "SIGKILL");
      // Something that left the group and kept our pipes would keep `close` from coming.
      after(ABANDON_MS, () => release(code, signal, null));
    });
    child.on("close", (code, signal) => settle(code, signal));
    child.stderr?.on("data", (chunk: Buffer) => stderr.add(chunk));
    child.stdout?.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limits.maxOutputBytes) stdout.push(chunk);
      else stop("output-limit");
    });
    // nmap that quits over a bad option never reads its targets: EPIPE is no news.
    child.stdin?.on("error", () => {});
    child.stdin?.end(`${this.range.join("\n")}\n`);
  }
}

/** Keeps the last bytes of what is added. */
class Tail {
  private chunks: Buffer[] = [];
  private size = 0;
  constructor(private readonly limit: number) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size > 4 * this.limit) this.trim();
  }

  bytes(): Buffer {
    this.trim();
    return Buffer.concat(this.chunks);
  }

  private trim(): void {
    const all = Buffer.concat(this.chunks);
    this.chunks = [all.subarray(Math.max(0, all.length - this.limit))];
    this.size = this.chunks[0]?.length ?? 0;
  }
}

/** nmap reads NMAP_PRIVILEGED and the like: only what it needs is passed on. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME", "NMAPDIR", "TZ", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}
