/**
 * The words to put before a command so that the kernel kills it when portreeve dies.
 *
 * A portreeve that is killed with -9 cannot end its nmaps; `setpriv --pdeathsig` (util-linux 2.33 or newer) asks
 * the kernel to (prctl(2), PR_SET_PDEATHSIG). setpriv becomes the command, so the process id is nmap's own, and
 * ambient capabilities stay. The signal follows the thread that spawned: never run nmap from a worker thread that ends
 * before it. Where it is absent, orphans are settled by the next run from their recorded ids.
 */
import { execFile } from "node:child_process";
import { findProgram } from "./findProgram.js";

let known: Promise<readonly string[]> | null = null;

/** `["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]`, or nothing where that does not work. Found out once. */
export function deathSignalPrefix(): Promise<readonly string[]> {
  known ??= tryDeathSignal();
  return known;
}

/** As `deathSignalPrefix`, asked anew of the given `setpriv` (or of the one found). */
export async function tryDeathSignal(setpriv?: string): Promise<readonly string[]> {
  const program = setpriv ?? (await findProgram("setpriv"));
  const proof = await findProgram("true");
  if (program === null || proof === null) return [];
  const prefix = [program, "--pdeathsig", "KILL", "--"];
  return new Promise((resolve) => {
    execFile(program, [...prefix.slice(1), proof], { timeout: 5000 }, (error) =>
      resolve(error ? [] : prefix),
    );
  });
}
