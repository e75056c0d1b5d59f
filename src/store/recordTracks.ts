import { dropHead, isHead, writeHead } from "./head.js";
import { isConfirming } from "./isConfirming.js";
import { placeHost } from "./placeHost.js";
import type { Recording } from "./recording.js";
import { recordTail } from "./recordTail.js";
import type { Said } from "./said.js";

/**
 * Writes of what a run says of a host all that depends on what other runs said; coverage and exceptions are the caller's,
 * after it.
 * @param digest of `head.ts`; only where the host is new to the run
 * @param say makes it: mostly it is not asked for
 * @param again whether the run has said something of the host before
 */
export function recordSaid(
  recording: Recording,
  host: number,
  digest: Uint8Array,
  say: () => Said,
  again: boolean,
): void {
  const { ledger, stored } = recording;
  const at = { host, vantage: stored.vantage };
  if (again || !recording.isNewest) {
    const said = say();
    if (again || !isConfirming(recording, host, said)) placeHost(recording, host, said);
    if (isNewestOf(recording, host)) dropHead(ledger, at);
    return;
  }
  if (isHead(ledger, at, digest)) return;
  const said = say();
  const hasException = recordTail(recording, host, said);
  if (hasException === null) placeHost(recording, host, said);
  if (hasException === false) writeHead(ledger, at, digest);
  else dropHead(ledger, at);
}

/** Whether no later run of the vantage asked the host: then what is said now is the newest. */
function isNewestOf({ stored, runs }: Recording, host: number): boolean {
  const all = runs();
  for (let index = all.length - 1; index >= 0; index--) {
    const run = all[index];
    if (run === undefined || run.key <= stored.key) return true;
    const { coverage } = run;
    if (coverage.has(host, "alive") || coverage.has(host, "silent") || coverage.has(host, "vanished"))
      return false;
  }
  return true;
}
