import { decodeHostset, type Hostset } from "../history/hostset.js";
import { hostsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

export type CoveredSet = readonly [portset: number, hosts: Hostset];

/** What runs of a vantage covered that have ended: port sets, each with its hosts. */
export type CoverageSets = (run: number) => readonly CoveredSet[];

/** Of so many runs each is asked for alone: most questions need the newest only. */
const ASKED_ALONE = 3;

/** One reader for many runs: after the first few the rest is read at once, for a history has hundreds. */
export function coverageSets(ledger: Ledger, vantage: number): CoverageSets {
  const known = new Map<number, readonly CoveredSet[]>();
  let isWhole = false;
  return (run) => {
    const found = known.get(run);
    if (found !== undefined) return found;
    if (!isWhole && known.size >= ASKED_ALONE) {
      isWhole = true;
      for (const [each, sets] of readAll(ledger, vantage)) known.set(each, sets);
    }
    const sets = known.get(run) ?? (isWhole ? [] : readOne(ledger, run));
    known.set(run, sets);
    return sets;
  };
}

function readOne(ledger: Ledger, run: number): CoveredSet[] {
  return ledger
    .rows<[portset: number, hostset: number]>("SELECT portset, hostset FROM coverage WHERE run = ?")
    .all(run)
    .map(([portset, hostset]) => [portset, hostsetOf(ledger, hostset)]);
}

function readAll(ledger: Ledger, vantage: number): ReadonlyMap<number, CoveredSet[]> {
  const rows = ledger.rows<[run: number, portset: number, hostset: number, members: Buffer]>(
    `SELECT run, portset, hostset, members FROM run JOIN coverage ON coverage.run = run.id
     JOIN hostset ON hostset.id = coverage.hostset WHERE vantage = ?`,
  );
  const decoded = new Map<number, Hostset>();
  const byRun = new Map<number, CoveredSet[]>();
  for (const [run, portset, hostset, members] of rows.all(vantage)) {
    const hosts = decoded.get(hostset) ?? decodeHostset(members);
    decoded.set(hostset, hosts);
    const sets = byRun.get(run);
    if (sets === undefined) byRun.set(run, [[portset, hosts]]);
    else sets.push([portset, hosts]);
  }
  return byRun;
}
