import type { FindingTransition } from "../facts/finding.js";
import type { Key } from "../history/span.js";
import type { Ledger } from "./ledger.js";
import type { StoredRun } from "./runs.js";

type LogRow = Omit<FindingTransition, "fingerprint">;
const COLUMNS = "run, at, from_status AS [from], to_status AS [to], person, why";
// With `+` the planner leaves the index on retracts alone, in which almost every row is NULL.
const HOLDS = `+retracts IS NULL AND NOT EXISTS (
  SELECT 1 FROM finding_transition AS later WHERE later.retracts = finding_transition.id)`;

/**
 * Makes the log say what the run's judgement says. The log is append-only: what it says already is not said twice,
 * and what an earlier judgement of the run said and this one does not is retracted by a row of its own.
 * @param transitions with the ids of their findings
 */
export function logJudgement(
  ledger: Ledger,
  { run, key }: Pick<StoredRun, "run" | "key">,
  transitions: readonly (readonly [finding: number, FindingTransition])[],
): void {
  const logged = ledger
    .sql<LogRow & { id: number; finding: number }>(
      `SELECT id, finding, ${COLUMNS} FROM finding_transition WHERE run = ? AND act = 0 AND ${HOLDS}`,
    )
    .all(run.id);
  const known = new Map(logged.map((row) => [wordOf(row.finding, row), row]));
  const told = new Map(transitions.map((each) => [wordOf(...each), each]));
  for (const [word, [finding, transition]] of told) {
    if (!known.delete(word))
      append(ledger, finding, { ...transition, run: run.id }, { key, act: 0, retracts: null });
  }
  for (const row of known.values()) {
    append(ledger, row.finding, { ...row, at: ledger.now() }, { key, act: 0, retracts: row.id });
  }
}

/** Logs what a person did after the run with this key. */
export function logAct(ledger: Ledger, finding: number, key: Key, transition: FindingTransition): void {
  append(ledger, finding, transition, { key, act: 1, retracts: null });
}

/** A finding's transitions in the order of their runs, what a person did after a run behind what came with it. */
export function transitionsOf(ledger: Ledger, fingerprint: string): FindingTransition[] {
  return ledger.read(() =>
    ledger
      .sql<LogRow>(
        `SELECT ${COLUMNS} FROM finding_transition WHERE finding = (SELECT id FROM finding WHERE fingerprint = ?)
           AND ${HOLDS}
         ORDER BY key, act, id`,
      )
      .all(fingerprint)
      .map((row) => ({ fingerprint, ...row })),
  );
}

/** What tells one transition of a run from another. The time does not: a run that is resumed ends later. */
function wordOf(finding: number, { from, to, person, why }: Omit<LogRow, "run" | "at">): string {
  return JSON.stringify([finding, from, to, person, why]);
}

function append(
  ledger: Ledger,
  finding: number,
  row: LogRow,
  { key, act, retracts }: { readonly key: Key; readonly act: 0 | 1; readonly retracts: number | null },
): void {
  const { run, at, from, to, person, why } = row;
  ledger
    .sql(
      `INSERT INTO finding_transition (finding, run, key, act, at, from_status, to_status, person, why, retracts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(finding, run, key, act, at, from, to, person, why, retracts);
}
