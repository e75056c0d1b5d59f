/**
 * A finding's states in time, by the algebra of spans: a run that tells of the finding is an observation of it at the
 * run's key, and so is what a person does between two runs. A run that only confirms writes no state; a run that is
 * judged again, or late, takes its place where it belongs, and what later runs said stays.
 */
import { insertObservation } from "../history/insertObservation.js";
import { removeObservation } from "../history/removeObservation.js";
import { chainSpans, type Key, type Span } from "../history/span.js";
import { type FindingState, isSameState, STATE_COLUMNS } from "./findingState.js";
import type { Ledger } from "./ledger.js";

/** The key of a span here: a run's judgement, or (act 1) what a person did after it and before the next. */
export function positionOf(key: Key, act: 0 | 1): Key {
  return key * 2 + act;
}

/** What a person says is a span of its own whatever stands beside it: it must not go when a run's word beside it does. */
interface Told {
  readonly act: 0 | 1;
  readonly state: FindingState;
}

type StateRow = FindingState & { readonly id: number; readonly key: Key; readonly act: 0 | 1 };

export interface StateChange {
  readonly finding: number;
  readonly key: Key;
  readonly act: 0 | 1;
  /** Null: it is not told of at this position (any more). */
  readonly state: FindingState | null;
  /** Whether it may have been told of at this position before: that is taken back first. */
  readonly isAgain: boolean;
  /** The key of the next run that tells of it, null where none does. */
  readonly next: Key | null;
}

/** Makes the finding have `state` at a position. @returns the id of its newest state, null where none is left */
export function writeState(ledger: Ledger, change: StateChange): number | null {
  const { finding, key, act, state, isAgain, next } = change;
  const position = positionOf(key, act);
  const coverage = next === null ? [] : [positionOf(next, 0)];
  const rows = ledger
    .sql<StateRow>("SELECT * FROM finding_state WHERE finding = ? ORDER BY key, act")
    .all(finding);
  const stored = new Map(rows.map((row) => [positionOf(row.key, row.act), row]));
  let spans = chainSpans<Told>(
    rows.map((row) => ({ from: positionOf(row.key, row.act), value: { act: row.act, state: row } })),
  );
  if (isAgain) spans = removeObservation(spans, coverage, position, isSameTold);
  if (state !== null) spans = insertObservation(spans, coverage, position, { act, state }, isSameTold);
  return storeSpans(ledger, finding, stored, spans);
}

function isSameTold(a: Told, b: Told): boolean {
  return a.act === 0 && b.act === 0 && isSameState(a.state, b.state);
}

/** Writes what differs. */
function storeSpans(
  ledger: Ledger,
  finding: number,
  stored: Map<Key, StateRow>,
  spans: readonly Span<Told>[],
): number | null {
  let newest: number | null = null;
  for (const { from, value } of spans) {
    const row = stored.get(from);
    stored.delete(from);
    if (row === undefined) newest = insertState(ledger, finding, from, value.state);
    else {
      newest = row.id;
      if (!isSameState(row, value.state)) replaceState(ledger, row.id, value.state);
    }
  }
  for (const { id } of stored.values()) ledger.sql("DELETE FROM finding_state WHERE id = ?").run(id);
  return newest;
}

const COLUMNS = STATE_COLUMNS.join(", ");
const MARKS = STATE_COLUMNS.map(() => "?").join(", ");

function insertState(ledger: Ledger, finding: number, position: Key, state: FindingState): number {
  const insert = ledger.sql(
    `INSERT INTO finding_state (finding, key, act, ${COLUMNS}) VALUES (?, ?, ?, ${MARKS})`,
  );
  const values = STATE_COLUMNS.map((column) => state[column]);
  return Number(insert.run(finding, Math.floor(position / 2), position % 2, ...values).lastInsertRowid);
}

function replaceState(ledger: Ledger, id: number, state: FindingState): void {
  const sets = STATE_COLUMNS.map((column) => `${column} = ?`).join(", ");
  const values = STATE_COLUMNS.map((column) => state[column]);
  ledger.sql(`UPDATE finding_state SET ${sets} WHERE id = ?`).run(...values, id);
}
