import type { PortSet, Protocol } from "../facts/port.js";
import type { Key } from "../history/span.js";
import { hasPort } from "../scope/portSet.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { KeyedRun } from "./recording.js";
import type { CoveredHost } from "./runCoverage.js";

/** What a run covered of one host: the coverage of each of its tracks follows from it. */
export interface HostRun extends CoveredHost {
  readonly id: number;
  readonly key: Key;
  /** Which of the open ports were identified: all, or these. */
  readonly identified: "all" | PortSet | null;
}

/** The runs of the vantage that asked the host, by key. */
export function runsOfHost(ledger: Ledger, runs: readonly KeyedRun[], host: number): HostRun[] {
  const some = new Map(
    ledger
      .rows<[run: number, portset: number]>("SELECT run, portset FROM identified WHERE host = ?")
      .all(host),
  );
  const asked: HostRun[] = [];
  for (const { id, key, coverage } of runs) {
    const covered = coverage.covered(host);
    if (covered === null) continue;
    const listed = covered.isIdentified ? undefined : some.get(id);
    const identified = covered.isIdentified ? "all" : listed === undefined ? null : portsetOf(ledger, listed);
    // Field by field: a spread is ten times slower here, and there are many.
    const { presence, hasMac, hasNames, isIdentified, portsets } = covered;
    asked.push({ id, key, presence, hasMac, hasNames, isIdentified, portsets, identified });
  }
  return asked;
}

export function covers(ledger: Ledger, run: HostRun, protocol: Protocol, port: number): boolean {
  const portset = run.portsets[protocol];
  return portset !== null && hasPort(portsetOf(ledger, portset), protocol, port);
}
