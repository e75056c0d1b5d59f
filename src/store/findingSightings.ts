/**
 * Which findings each run told of, which run judged those last (another where they are only carried) and when they were
 * last seen: one row for all that have both in common, and the same set in run after run is stored once. So a run that
 * confirms 5,000 findings adds a row or two, and what an older run told is known exactly.
 */
import type { Instant, RunId } from "../facts/run.js";
import type { Key } from "../history/span.js";
import { hostsetId, hostsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

/** What a run told of a finding beside its state. */
export interface Sighting {
  readonly judgedBy: RunId;
  readonly toldBy: RunId;
  /** The end of the run that told it, or its start while it goes on: what ages are counted to. */
  readonly toldAt: Instant;
  readonly lastSeen: Instant;
}

interface SeenRow extends Sighting {
  readonly key: Key;
  readonly findings: number;
}

const SELECT = `SELECT finding_seen.judged_by AS judgedBy, run.id AS toldBy,
    coalesce(run.ended_at, run.started_at) AS toldAt, finding_seen.last_seen AS lastSeen, run.key, finding_seen.findings
  FROM run JOIN finding_seen ON finding_seen.run = run.id`;

/** Writes what the run told of in place of what it told of before. @param told by the finding's id */
export function writeSightings(
  ledger: Ledger,
  run: RunId,
  told: ReadonlyMap<number, Pick<Sighting, "judgedBy" | "lastSeen">>,
): void {
  ledger.sql("DELETE FROM finding_seen WHERE run = ?").run(run);
  const groups = new Map<string, number[]>();
  for (const [finding, { judgedBy, lastSeen }] of told) {
    const key = `${judgedBy} ${lastSeen}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const insert = ledger.sql(
    "INSERT INTO finding_seen (run, judged_by, last_seen, findings) VALUES (?, ?, ?, ?)",
  );
  for (const [key, findings] of groups) {
    const [judgedBy, lastSeen] = key.split(" ").map(Number);
    insert.run(run, judgedBy, lastSeen, hostsetId(ledger, findings));
  }
}

/** The findings the run told of. */
export function findingsOfRun(ledger: Ledger, run: RunId): Set<number> {
  const rows = ledger.sql<SeenRow>(`${SELECT} WHERE run.id = ?`).all(run);
  return new Set(rows.flatMap(({ findings }) => hostsetOf(ledger, findings).list()));
}

/** By finding: the last run of the vantage before `key` that told of it. */
export function sightingsBefore(ledger: Ledger, vantage: number, key: Key): Map<number, Sighting> {
  const rows = ledger
    .sql<SeenRow>(`${SELECT} WHERE run.vantage = ? AND run.key < ? ORDER BY run.key DESC`)
    .all(vantage, key);
  const last = new Map<number, Sighting>();
  for (const row of rows) {
    for (const finding of hostsetOf(ledger, row.findings).list()) {
      if (!last.has(finding)) last.set(finding, row);
    }
  }
  return last;
}

/** By finding: the key of the first run of the vantage after `key` that told of it. */
export function nextSightings(ledger: Ledger, vantage: number, key: Key): Map<number, Key> {
  const rows = ledger
    .sql<SeenRow>(`${SELECT} WHERE run.vantage = ? AND run.key > ? ORDER BY run.key DESC`)
    .all(vantage, key);
  const next = new Map<number, Key>();
  for (const row of rows) {
    for (const finding of hostsetOf(ledger, row.findings).list()) next.set(finding, row.key);
  }
  return next;
}
