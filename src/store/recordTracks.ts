import type { HostObservation } from "../facts/observation.js";
import { digestOf, dropHead, isHead, writeHead } from "./head.js";
import { isConfirming } from "./isConfirming.js";
import { placeHost } from "./placeHost.js";
import type { Recording } from "./recording.js";
import { recordTail } from "./recordTail.js";
import { saidBy } from "./said.js";

/**
 * Writes of an observation all that depends on what other runs said; coverage and exceptions are the caller's, after it.
 * @param again whether the run has said something of the host before
 */
export function recordTracks(
  recording: Recording,
  host: number,
  observation: HostObservation,
  again: boolean,
): void {
  const { ledger, stored } = recording;
  const at = { host, vantage: stored.vantage };
  if (again || !recording.isNewest) {
    const said = saidBy(ledger, observation);
    if (again || !isConfirming(recording, host, said)) placeHost(recording, host, said);
    if (isNewestOf(recording, host)) dropHead(ledger, at);
    return;
  }
  const digest = digestOf(ledger, observation);
  if (isHead(ledger, at, digest)) return;
  const said = saidBy(ledger, observation);
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
