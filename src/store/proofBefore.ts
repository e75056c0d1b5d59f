import type { Port, PortSet } from "../facts/port.js";
import type { Run } from "../facts/run.js";
import { portOfCode } from "../history/cell.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import type { SpanChange } from "../history/spanChanges.js";
import { hasPort } from "../scope/portSet.js";
import { asOf, type KnownRun } from "./asOf.js";
import { coverageSets } from "./coverageSets.js";
import { cellValueOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { WHOLE_HOST } from "./recordChanges.js";
import { lookOf, type RunLook } from "./runLook.js";
import { readTrack } from "./track.js";

/**
 * The last run before a change that covered what changed: it happened after that run's end. Null where none did. It is
 * looked up and not stored, for a run that comes in between makes the window narrower.
 */
export type ProofBefore = (
  host: number,
  protoport: number,
  change: Pick<SpanChange, "key" | "kind" | "from">,
) => Run | null;

interface EarlierRun {
  readonly run: KnownRun;
  readonly look: RunLook;
  /** Hosts of which it identified some open ports, and which. */
  identified(): ReadonlyMap<number, PortSet>;
}

/** One reader for many changes of a vantage: its runs are read once, their coverage where it is asked for. */
export function proofsOf(ledger: Ledger, vantage: number): ProofBefore {
  const sets = coverageSets(ledger, vantage);
  const runs = asOf(ledger, vantage, Number.MAX_SAFE_INTEGER).runs.map((run): EarlierRun => {
    let identified: ReadonlyMap<number, PortSet> | null = null;
    return {
      run,
      look: lookOf(ledger, run, sets),
      identified() {
        identified ??= readIdentified(ledger, run.run.id);
        return identified;
      },
    };
  });
  let lastKey: Key | null = null;
  let begin = 0;
  return (host, protoport, { key, kind, from }) => {
    // The newest first; most questions in a row are about one run.
    if (key !== lastKey) {
      lastKey = key;
      const found = runs.findIndex(({ run }) => run.key < key);
      begin = found === -1 ? runs.length : found;
    }
    const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
    // The states of a port whose service changed: only while it is open it is identified.
    const states =
      port === null || kind !== "service-changed"
        ? null
        : readTrack(ledger, { table: "span", host, vantage }, protoport, key);
    for (let index = begin; index < runs.length; index++) {
      const each = runs[index];
      if (each === undefined) break;
      const isProof =
        port === null
          ? askedHost(each.run, host, from)
          : each.look.proved(host, port.protocol, port.port) &&
            (states === null || wasIdentified(ledger, each, host, port, states));
      if (isProof) return each.run.run;
    }
    return null;
  };
}

function askedHost(run: KnownRun, host: number, from: string | null): boolean {
  const coverage = run.coverage();
  if (from === "silent") return coverage.has(host, "silent");
  return coverage.has(host, "alive") || coverage.has(host, "vanished");
}

/** `serviceCoverage.ts`'s rule, with the port's states read before. */
function wasIdentified(
  ledger: Ledger,
  { run, identified }: EarlierRun,
  host: number,
  { protocol, port }: Port,
  states: readonly Span<number>[],
): boolean {
  if (!run.coverage().has(host, "identified")) {
    const ports = identified().get(host);
    return ports !== undefined && hasPort(ports, protocol, port);
  }
  const span = stateAt(states, run.key);
  return span !== null && cellValueOf(ledger, span.value).state === "open";
}

function readIdentified(ledger: Ledger, run: number): ReadonlyMap<number, PortSet> {
  const rows = ledger.rows<[host: number, portset: number]>(
    "SELECT host, portset FROM identified WHERE run = ?",
  );
  return new Map(rows.all(run).map(([host, portset]) => [host, portsetOf(ledger, portset)]));
}
