import type { RunId } from "../facts/run.js";
import type { ChangeLines } from "../history/changeLines.js";
import { hasLine, type PackedLine } from "../history/changePack.js";
import type { Key } from "../history/span.js";
import type { SpanChange } from "../history/spanChanges.js";
import { changeValueId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { publishedBy } from "./published.js";

/** A change as it is written. */
export interface ChangeDraft extends SpanChange {
  /** `cellCode`, or `WHOLE_HOST`. */
  readonly protoport: number;
}

/** Stands for the host itself in the column of ports. */
export const WHOLE_HOST = -1;

export interface ChangedRun {
  readonly id: RunId;
  readonly key: Key;
  /** Whether what it told was published before: then its log is amended, whether it has ended or was taken up again. */
  readonly isPublished: boolean;
}

/** Lines of a run whose rows are not to be written one by one: a file's, which are published at once. */
export interface GatheredLines {
  readonly run: RunId;
  readonly lines: ChangeLines;
}

/**
 * Makes the log say that the changes of a host are `after` where they were `before`. While a run goes on its rows
 * follow; of a run that has ended none is touched: a correction is one more row.
 */
export function writeChanges(
  ledger: Ledger,
  host: number,
  before: readonly ChangeDraft[],
  after: readonly ChangeDraft[],
  runAt: (key: Key) => ChangedRun | undefined,
  gathered: GatheredLines | null = null,
): void {
  const gone = new Map(before.map((change) => [identity(change), change]));
  for (const change of after) {
    const run = runAt(change.key);
    if (gone.delete(identity(change)) || run === undefined) continue;
    const { protoport } = change;
    if (run.id === gathered?.run) {
      gathered.lines.push(host, protoport, changeValueId(ledger, change));
    } else publish(ledger, host, run, change);
  }
  for (const change of gone.values()) {
    const run = runAt(change.key);
    if (run !== undefined) retract(ledger, host, run, change);
  }
}

function identity({ protoport, key, kind, from, to }: ChangeDraft): string {
  return `${protoport} ${key} ${kind} ${from} ${to}`;
}

/** Whether the row with this serial says that the change holds: they take turns. */
export function isTold(serial: number): boolean {
  return serial % 2 === 0;
}

function publish(ledger: Ledger, host: number, run: ChangedRun, change: ChangeDraft): void {
  const what = changeValueId(ledger, change);
  const last = lastSerial(ledger, run, { host, protoport: change.protoport, what });
  if (last !== null && isTold(last)) return;
  const serial = last === null ? 0 : last + 1;
  const recordedAt = run.isPublished ? ledger.now() : null;
  insertChange(ledger, [run.id, host, change.protoport, what, serial, recordedAt]);
}

function retract(ledger: Ledger, host: number, run: ChangedRun, change: ChangeDraft): void {
  const what = changeValueId(ledger, change);
  const place = [run.id, host, change.protoport, what] as const;
  if (!run.isPublished) {
    ledger.sql("DELETE FROM change WHERE run = ? AND host = ? AND protoport = ? AND what = ?").run(...place);
    return;
  }
  const last = lastSerial(ledger, run, { host, protoport: change.protoport, what });
  if (last !== null && isTold(last)) insertChange(ledger, [...place, last + 1, ledger.now()]);
}

function lastSerial(ledger: Ledger, run: ChangedRun, line: PackedLine): number | null {
  const { host, protoport, what } = line;
  const row = ledger
    .rows<[number | null]>(
      "SELECT max(serial) FROM change WHERE run = ? AND host = ? AND protoport = ? AND what = ?",
    )
    .get(run.id, host, protoport, what);
  if (row !== undefined && row[0] !== null) return row[0];
  const published = run.isPublished ? publishedBy(ledger, run.id) : null;
  return published !== null && hasLine(published, line) ? 0 : null;
}

export function insertChange(
  ledger: Ledger,
  row: readonly [
    run: RunId,
    host: number,
    protoport: number,
    what: number,
    serial: number,
    recordedAt: number | null,
  ],
): void {
  ledger
    .sql("INSERT INTO change (run, host, protoport, what, serial, recorded_at) VALUES (?, ?, ?, ?, ?, ?)")
    .run(...row);
}
