/** Asking before something is written, where there is somebody to ask. */
import { createInterface } from "node:readline/promises";
import { PortreeveError } from "../facts/error.js";

/** Whether a person sits at both ends: who can read the question and answer it. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal; only `y` or `yes` is a yes.
 * @throws PortreeveError `interrupted` where the answer is Ctrl-C or the end of the input
 */
export async function askFirst(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const leave = new AbortController();
  terminal.on("SIGINT", () => leave.abort());
  terminal.on("close", () => leave.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: leave.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!leave.signal.aborted) throw error;
    throw new PortreeveError("interrupted", "nothing was written", { cause: error });
  } finally {
    terminal.close();
  }
}
