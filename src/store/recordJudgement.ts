import type { Finding, FindingTransition } from "../facts/finding.js";
import type { JudgingBasis } from "../facts/profileText.js";
import {
  findingsOfRun,
  nextSightings,
  type Sighting,
  sightingsBefore,
  writeSightings,
} from "./findingSightings.js";
import { writeState } from "./findingSpans.js";
import { stateOfFinding } from "./findingState.js";
import { logJudgement } from "./findingTransitions.js";
import { writeBasis } from "./judgingBasis.js";
import type { Ledger } from "./ledger.js";
import { idOfRun, type RunRef, type StoredRun, storedRun } from "./runs.js";

export interface RecordedJudgement {
  readonly basis: Omit<JudgingBasis, "run">;
  /** What the run told of: judged, settled, and carried ones with something new. One each. */
  readonly findings: readonly Finding[];
  /** Of these findings. */
  readonly transitions: readonly FindingTransition[];
}

/**
 * Keeps what a run was judged by, and what came of it. `ageDays` is not kept: it follows from `firstSeen` and the run's
 * end. Findings that are not among these stay as they are.
 *
 * A run judged again: its newest judgement counts, as if there had been no other, but for the log, where transitions
 * that do not hold any more are retracted. What a person did after the run (`acceptFinding`) stands on top of it.
 *
 * A run older than the newest judged one (a backfill): its findings take their place in time, so that `findingsBefore`
 * tells of them; where a later run or person has told of a finding, its present state stays. Later runs are not judged
 * anew by this: replay them in the order of their keys where they should know.
 * @throws PortreeveError `usage` where there is no such run
 * @throws RangeError for a finding of another realm or vantage or one that is there twice, and for a transition of a
 *   finding that is not there: mistakes of the caller
 */
export function recordJudgement(ledger: Ledger, ref: RunRef, judgement: RecordedJudgement): void {
  ledger.write(() => {
    const stored = storedRun(ledger, idOfRun(ref));
    writeBasis(ledger, stored.run.id, judgement.basis);
    const ids = placeFindings(ledger, stored, judgement.findings);
    const transitions = judgement.transitions.map((transition) => {
      const finding = ids.get(transition.fingerprint);
      if (finding === undefined) {
        throw new RangeError(`a transition of ${transition.fingerprint}, which is not among the findings`);
      }
      return [finding, transition] as const;
    });
    logJudgement(ledger, stored, transitions);
  });
}

/** @returns the findings' ids by fingerprint */
function placeFindings(
  ledger: Ledger,
  { run, vantage, key }: StoredRun,
  findings: readonly Finding[],
): Map<string, number> {
  const former = findingsOfRun(ledger, run.id);
  const next = nextSightings(ledger, vantage, key);
  const ids = new Map<string, number>();
  const told = new Map<number, Pick<Sighting, "judgedBy" | "lastSeen">>();
  const place = { key, act: 0 } as const;
  for (const finding of findings) {
    if (finding.realm !== run.realm || finding.vantage !== run.vantage) {
      throw new RangeError(`finding ${finding.fingerprint} is not of the realm and vantage of run ${run.id}`);
    }
    if (ids.has(finding.fingerprint)) throw new RangeError(`finding ${finding.fingerprint} is there twice`);
    const id = findingId(ledger, vantage, finding);
    ids.set(finding.fingerprint, id);
    const sighting = { judgedBy: finding.run, toldBy: run.id, lastSeen: finding.lastSeen };
    told.set(id, sighting);
    const after = next.get(id) ?? null;
    const isAgain = former.delete(id);
    const state = stateOfFinding(finding);
    const newest = writeState(ledger, { ...place, finding: id, state, isAgain, next: after });
    pointTo(ledger, id, newest, after === null ? sighting : "later run");
  }
  writeSightings(ledger, run.id, told);
  // What an earlier judgement of the run told of and this one does not.
  if (former.size > 0) takeBack(ledger, { vantage, key }, former, next);
  return ids;
}

function takeBack(
  ledger: Ledger,
  { vantage, key }: Pick<StoredRun, "vantage" | "key">,
  findings: ReadonlySet<number>,
  next: ReadonlyMap<number, number>,
): void {
  const before = sightingsBefore(ledger, vantage, key);
  for (const finding of findings) {
    const after = next.get(finding) ?? null;
    const change = { finding, key, act: 0, state: null, isAgain: true, next: after } as const;
    const newest = writeState(ledger, change);
    const last = before.get(finding) ?? null;
    if (after !== null) pointTo(ledger, finding, newest, "later run");
    else pointTo(ledger, finding, last === null ? null : newest, last);
  }
}

/** @param sighting the last run's; a run later than this one has told of the finding: it stays */
function pointTo(
  ledger: Ledger,
  finding: number,
  state: number | null,
  sighting: Pick<Sighting, "judgedBy" | "toldBy" | "lastSeen"> | null | "later run",
): void {
  if (sighting === "later run") {
    ledger.sql("UPDATE finding SET state = ? WHERE id = ?").run(state, finding);
    return;
  }
  const { judgedBy = null, toldBy = null, lastSeen = null } = sighting ?? {};
  ledger
    .sql("UPDATE finding SET state = ?, judged_by = ?, told_by = ?, last_seen = ? WHERE id = ?")
    .run(state, judgedBy, toldBy, lastSeen, finding);
}

function findingId(ledger: Ledger, vantage: number, finding: Finding): number {
  const { fingerprint, rule, address, protocol, port } = finding;
  const known = ledger
    .sql<{ id: number }>("SELECT id FROM finding WHERE fingerprint = ?")
    .get(fingerprint)?.id;
  if (known !== undefined) return known;
  const insert = ledger.sql(
    "INSERT INTO finding (fingerprint, vantage, rule, address, protocol, port) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return Number(insert.run(fingerprint, vantage, rule, address, protocol, port).lastInsertRowid);
}
