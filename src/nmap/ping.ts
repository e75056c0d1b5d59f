/**
 * Echo requests by the system's `ping`, for discovery without raw packets: a host behind a default-drop filter
 * answers no `connect()`, but often an echo. ping has the right to send one where nmap has not.
 */
import { execFile } from "node:child_process";
import { setMaxListeners } from "node:events";
import pLimit from "p-limit";
import type { Address } from "../facts/address.js";
import { familyOf } from "../scope/address.js";
import { findProgram } from "./findProgram.js";

export interface PingOptions {
  /** Processes side by side. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  /** Packets a second; none: as fast as `concurrency` allows. */
  readonly rate?: number;
  /** Absolute path, for tests; null: there is none. */
  readonly program?: string | null;
}

export interface PingResult {
  /** In the order asked. An address that is not here is unknown, not absent. */
  readonly answered: readonly Address[];
  /** Why ping could not ask, null where it could. */
  readonly note: string | null;
}

const WAIT_SECONDS = 1;

/** Sends one echo request to each address and waits a second for its answer. Rejects for nothing. */
export async function pingAddresses(
  addresses: readonly Address[],
  options: PingOptions,
): Promise<PingResult> {
  const program = options.program === undefined ? await findProgram("ping") : options.program;
  if (program === null) {
    return {
      answered: [],
      note: "the system has no ping: hosts that answer only echo requests stay unknown",
    };
  }
  // One listener a running ping on one signal, each taken away as it ends: no leak to warn of.
  if (options.signal) setMaxListeners(0, options.signal);
  const limit = pLimit(Math.max(1, options.concurrency));
  const turn = takeTurns(options.rate);
  let trouble: string | null = null;
  const answers = await Promise.all(
    addresses.map((address) =>
      limit(async () => {
        if (options.signal?.aborted) return false;
        await turn();
        const outcome = await pingOne(program, address, options.signal);
        if (typeof outcome === "string") trouble ??= outcome;
        return outcome === true;
      }),
    ),
  );
  return { answered: addresses.filter((_, index) => answers[index]), note: trouble };
}

/** True: answered; false: silent (exit 1); a text: ping could not ask (exit 2, ping(8)). */
function pingOne(
  program: string,
  address: Address,
  signal: AbortSignal | undefined,
): Promise<boolean | string> {
  const args = [familyOf(address) === 6 ? "-6" : "-4", "-n", "-c", "1", "-W", String(WAIT_SECONDS), address];
  const options = {
    timeout: (WAIT_SECONDS + 4) * 1000,
    cwd: "/",
    env: { LC_ALL: "C" },
    ...(signal ? { signal } : {}),
  };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, _stdout, stderr) => {
      if (!error) resolve(true);
      else if (error.code === 2) resolve(`ping could not ask: ${stderr.trim().split("\n")[0] ?? ""}`);
      else resolve(false);
    });
  });
}

/** A wait that lets callers through at `rate` a second, one at a time. */
function takeTurns(rate: number | undefined): () => Promise<void> {
  if (rate === undefined) return async () => {};
  let next = 0;
  return async () => {
    const now = Date.now();
    const start = Math.max(now, next);
    next = start + 1000 / rate;
    if (start > now) await new Promise((resolve) => setTimeout(resolve, start - now));
  };
}
