import type { Key, Span } from "../history/span.js";
import type { Section } from "../history/trackPack.js";
import { putTrack, spansUpTo, trackOfPort, tracksOfHost } from "./hostPack.js";
import type { Ledger } from "./ledger.js";

/**
 * The four tables of spans, with the column that tells the tracks of one host apart. Two of them are views: their tracks
 * are packed by host (`hostPack`).
 */
export type SpanTable = "span" | "service_span" | "quiet" | "host_span";
export type TrackName = number | string;

export const SECTIONS: Readonly<Record<SpanTable, Section | null>> = {
  span: "cells",
  service_span: "services",
  quiet: null,
  host_span: null,
};

export const COLUMNS: Readonly<Record<SpanTable, string>> = {
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

/** The open spans of a host's tracks: those that a run with the newest key finds. */
export function readEnds(ledger: Ledger, place: TrackPlace): Map<TrackName, Span<number>> {
  const { table, host, vantage } = place;
  const section = SECTIONS[table];
  if (section !== null) {
    const ends = new Map<TrackName, Span<number>>();
    for (const [code, spans] of tracksOfHost(ledger, place)[section]) {
      const last = spans.at(-1);
      if (last !== undefined) ends.set(code, last);
    }
    return ends;
  }
  const rows = ledger
    .rows<TrackRow>(
      `SELECT ${COLUMNS[table]}, from_key, value, until_key FROM ${table}
       WHERE host = ? AND vantage = ? AND until_key IS NULL`,
    )
    .all(host, vantage);
  return new Map(rows.map((row) => [row[0], spanOf(row)]));
}

/** All spans of one track that began at or before `key`, ascending. */
export function readTrack(ledger: Ledger, place: TrackPlace, name: TrackName, key: Key): Span<number>[] {
  const { table, host, vantage } = place;
  const section = SECTIONS[table];
  if (section !== null) return trackOfPort(ledger, place, section, Number(name), key);
  return ledger
    .rows<TrackRow>(
      `SELECT ${COLUMNS[table]}, from_key, value, until_key FROM ${table}
       WHERE host = ? AND vantage = ? AND ${COLUMNS[table]} = ? AND from_key <= ? ORDER BY from_key`,
    )
    .all(host, vantage, name, key)
    .map(spanOf);
}

/** All spans of a host's tracks that began at or before `key`, ascending in each track. */
export function readTracks(ledger: Ledger, place: TrackPlace, key: Key): Map<TrackName, Span<number>[]> {
  const { table, host, vantage } = place;
  const section = SECTIONS[table];
  if (section !== null) {
    const packed = tracksOfHost(ledger, place)[section];
    const known = new Map<TrackName, Span<number>[]>();
    for (const code of packed.keys()) {
      const spans = spansUpTo(packed, code, key);
      if (spans.length > 0) known.set(code, spans);
    }
    return known;
  }
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

/** Ends the open span of a track at the key and begins another there. */
export function beginSpan(
  ledger: Ledger,
  place: TrackPlace,
  name: TrackName,
  last: Span<number> | undefined,
  next: Pick<Span<number>, "from" | "value">,
): void {
  const { table, host, vantage } = place;
  const section = SECTIONS[table];
  if (section === null && last !== undefined) {
    ledger
      .sql(
        `UPDATE ${table} SET until_key = ?
         WHERE host = ? AND vantage = ? AND ${COLUMNS[table]} = ? AND from_key = ?`,
      )
      .run(next.from, host, vantage, name, last.from);
  }
  insertSpan(ledger, place, name, { from: next.from, value: next.value, until: null });
}

/** Puts a span into a track, in a track of ports or services as the last one. */
export function insertSpan(ledger: Ledger, place: TrackPlace, name: TrackName, span: Span<number>): void {
  const { table, host, vantage } = place;
  const { from, value, until } = span;
  const section = SECTIONS[table];
  if (section !== null) {
    const before = tracksOfHost(ledger, place)[section].get(Number(name)) ?? [];
    const last = before.at(-1);
    if (last === undefined) putTrack(ledger, place, section, Number(name), [span]);
    else {
      const ended = { from: last.from, value: last.value, until: from };
      putTrack(ledger, place, section, Number(name), [...before.slice(0, -1), ended, span]);
    }
    return;
  }
  ledger
    .sql(
      `INSERT INTO ${table} (host, vantage, ${COLUMNS[table]}, from_key, value, until_key) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(host, vantage, name, from, value, until);
}

function spanOf([, from, value, until]: TrackRow): Span<number> {
  return { from, value, until };
}
