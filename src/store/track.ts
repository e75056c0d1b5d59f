import { settleTail, type TailWrite } from "../history/settleTail.js";
import type { Key, Same, Span } from "../history/span.js";
import type { Ledger } from "./ledger.js";

/** The four tables of spans, with the column that tells the tracks of one host apart. */
export type SpanTable = "span" | "service_span" | "quiet" | "host_span";
export type TrackName = number | string;

const COLUMNS: Readonly<Record<SpanTable, string>> = {
  span: "protoport",
  service_span: "protoport",
  quiet: "portset",
  host_span: "track",
};

export interface TrackPlace {
  readonly table: SpanTable;
  readonly host: number;
  readonly vantage: number;
}

/** As an array: a whole history is many of them. */
type TrackRow = [name: TrackName, from: number, value: number, until: number | null];

/** How the values of a track are stored: by ids, which are looked up only for what is written. */
export interface ValueCodec<V> {
  readonly read: (id: number) => V;
  readonly id: (value: V) => number;
  /** Whether two values are one state. */
  readonly same: Same<V>;
}

/** The end of a track: its open span, and the one before where the open one began at the run's own key. */
export interface Tail {
  readonly last: Span<number> | null;
  readonly previous: Span<number> | null;
}

export const NO_TAIL: Tail = { last: null, previous: null };

/** The ends of a host's tracks as a run with the newest `key` finds them. */
export function readTails(
  ledger: Ledger,
  { table, host, vantage }: TrackPlace,
  key: Key,
): Map<TrackName, Tail> {
  const rows = ledger
    .rows<TrackRow>(
      `SELECT ${COLUMNS[table]}, from_key, value, until_key FROM ${table}
       WHERE host = ? AND vantage = ? AND (until_key IS NULL OR until_key = ?)`,
    )
    .all(host, vantage, key);
  const tails = new Map<TrackName, Tail>();
  for (const row of rows) {
    const span = spanOf(row);
    const tail = tails.get(row[0]) ?? NO_TAIL;
    tails.set(row[0], span.until === null ? { ...tail, last: span } : { ...tail, previous: span });
  }
  return tails;
}

/** All spans of one track that began at or before `key`, ascending. */
export function readTrack(ledger: Ledger, place: TrackPlace, name: TrackName, key: Key): Span<number>[] {
  const { table, host, vantage } = place;
  return ledger
    .rows<TrackRow>(
      `SELECT ${COLUMNS[table]}, from_key, value, until_key FROM ${table}
       WHERE host = ? AND vantage = ? AND ${COLUMNS[table]} = ? AND from_key <= ? ORDER BY from_key`,
    )
    .all(host, vantage, name, key)
    .map(spanOf);
}

/** All spans of a host's tracks that began at or before `key`, ascending in each track. */
export function readTracks(
  ledger: Ledger,
  { table, host, vantage }: TrackPlace,
  key: Key,
): Map<TrackName, Span<number>[]> {
  const column = COLUMNS[table];
  const rows = ledger
    .rows<TrackRow>(
      `SELECT ${column}, from_key, value, until_key FROM ${table}
       WHERE host = ? AND vantage = ? AND from_key <= ? ORDER BY ${column}, from_key`,
    )
    .all(host, vantage, key);
  const tracks = new Map<TrackName, Span<number>[]>();
  for (const row of rows) {
    const track = tracks.get(row[0]);
    if (track === undefined) tracks.set(row[0], [spanOf(row)]);
    else track.push(spanOf(row));
  }
  return tracks;
}

/** The value before the run with `key`, whatever that run has said itself. */
export function valueBefore<V>({ last, previous }: Tail, key: Key, codec: ValueCodec<V>): V | null {
  const before = last !== null && last.from === key ? previous : last;
  return before === null ? null : codec.read(before.value);
}

/**
 * Makes a track say `value` (null: nothing) at the newest key. A value that is the same as the one before writes
 * nothing.
 * @returns the value before the run with `key`, whatever that run has said itself
 */
export function writeTail<V>(
  ledger: Ledger,
  place: TrackPlace,
  name: TrackName,
  { last, previous }: Tail,
  key: Key,
  value: V | null,
  codec: ValueCodec<V>,
): V | null {
  const isOwn = last !== null && last.from === key;
  const beforeSpan = isOwn ? previous : last;
  const before = beforeSpan === null ? null : { ...beforeSpan, value: codec.read(beforeSpan.value) };
  // The usual case by far: the run confirms, or says nothing.
  if (!isOwn && (value === null || (before !== null && codec.same(before.value, value))))
    return before?.value ?? null;
  const own = isOwn ? { ...last, value: codec.read(last.value) } : before;
  const identical: Same<V> = (a, b) => codec.id(a) === codec.id(b);
  apply(ledger, place, name, key, settleTail(own, before, key, value, codec.same, identical), codec);
  return before?.value ?? null;
}

function apply<V>(
  ledger: Ledger,
  place: TrackPlace,
  name: TrackName,
  key: Key,
  step: TailWrite<V>,
  codec: ValueCodec<V>,
): void {
  const { table, host, vantage } = place;
  const where = `host = ? AND vantage = ? AND ${COLUMNS[table]} = ? AND from_key = ?`;
  const end = (from: Key, until: Key | null): void => {
    ledger.sql(`UPDATE ${table} SET until_key = ? WHERE ${where}`).run(until, host, vantage, name, from);
  };
  switch (step.write) {
    case "nothing":
      return;
    case "begin":
      if (step.closes !== null) end(step.closes, key);
      insertSpan(ledger, place, name, { from: key, value: codec.id(step.value), until: null });
      return;
    case "replace":
      ledger
        .sql(`UPDATE ${table} SET value = ? WHERE ${where}`)
        .run(codec.id(step.value), host, vantage, name, key);
      return;
    case "drop":
      ledger.sql(`DELETE FROM ${table} WHERE ${where}`).run(host, vantage, name, key);
      if (step.reopens !== null) end(step.reopens, null);
  }
}

export function insertSpan(
  ledger: Ledger,
  { table, host, vantage }: TrackPlace,
  name: TrackName,
  { from, value, until }: Span<number>,
): void {
  ledger
    .sql(
      `INSERT INTO ${table} (host, vantage, ${COLUMNS[table]}, from_key, value, until_key) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(host, vantage, name, from, value, until);
}

/** Removes all spans of one track. */
export function dropTrack(ledger: Ledger, { table, host, vantage }: TrackPlace, name: TrackName): void {
  const where = `host = ? AND vantage = ? AND ${COLUMNS[table]} = ?`;
  ledger.sql(`DELETE FROM ${table} WHERE ${where}`).run(host, vantage, name);
}

function spanOf([, from, value, until]: TrackRow): Span<number> {
  return { from, value, until };
}
