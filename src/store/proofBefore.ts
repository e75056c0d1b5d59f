import { portOfCode } from "../history/cell.js";
import type { SpanChange } from "../history/spanChanges.js";
import type { Ledger } from "./ledger.js";
import { WHOLE_HOST } from "./recordChanges.js";
import { hasProved, type KeyedRun } from "./recording.js";
import { wasIdentified } from "./serviceCoverage.js";

/** Where runs and their coverage are found. */
export interface RunsOfVantage {
  readonly ledger: Ledger;
  readonly stored: { readonly vantage: number };
  runs(): readonly KeyedRun[];
}

/**
 * The last run before a change that covered what changed: it happened after that run's end. Null where none did. It is
 * looked up and not stored, for a run that comes in between makes the window narrower.
 */
export function lastProof(
  { ledger, stored, runs }: RunsOfVantage,
  host: number,
  protoport: number,
  { key, kind, from }: Pick<SpanChange, "key" | "kind" | "from">,
): KeyedRun | null {
  const all = runs();
  for (let index = countBefore(all, key) - 1; index >= 0; index--) {
    const run = all[index];
    if (run !== undefined && isProof(ledger, stored.vantage, run, host, protoport, kind, from)) return run;
  }
  return null;
}

function isProof(
  ledger: Ledger,
  vantage: number,
  run: KeyedRun,
  host: number,
  protoport: number,
  kind: SpanChange["kind"],
  from: string | null,
): boolean {
  const { coverage } = run;
  if (protoport === WHOLE_HOST) {
    if (from === "silent") return coverage.has(host, "silent");
    return coverage.has(host, "alive") || coverage.has(host, "vanished");
  }
  const port = portOfCode(protoport);
  if (kind === "service-changed") return wasIdentified(ledger, run, vantage, host, port);
  return hasProved(ledger, run, host, port);
}

function countBefore(runs: readonly KeyedRun[], key: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.key ?? key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
