/**
 * The spans of ports and services, a row for each host and vantage (history/trackPack.ts). A host's tracks are read and
 * written as a whole; what is changed of them is written when another host is, and at the end of the transaction at the
 * latest (`flushTracks`: the ledger sees to it).
 */
import type { Key, Span } from "../history/span.js";
import {
  type PackedTracks,
  packTracks,
  type Section,
  type Tracks,
  unpackTracks,
  visitPort,
  visitSpans,
} from "../history/trackPack.js";
import type { Ledger } from "./ledger.js";

export interface PackPlace {
  readonly host: number;
  readonly vantage: number;
}

/** The tracks of the host that was asked for last: one question follows another on the same host. */
interface ReadPack extends PackPlace {
  readonly bytes: Uint8Array;
  readonly tracks: PackedTracks;
}

/** Tracks that are being changed. The lists of spans are replaced, never changed: others may hold them. */
interface EditedPack extends PackPlace {
  readonly isNew: boolean;
  readonly cells: Map<number, readonly Span<number>[]>;
  readonly services: Map<number, readonly Span<number>[]>;
}

export interface PackMemory {
  read: ReadPack | null;
  edited: EditedPack | null;
  /** All of a vantage: one question reads them several times. Forgotten when that is answered. */
  all: EveryPack | null;
  /** The tracks of ports that were new in this transaction. */
  added: AddedTrack[];
}

export interface AddedTrack {
  readonly host: number;
  readonly code: number;
}

interface EveryPack {
  readonly vantage: number;
  /** SQLite's count of other connections' writes. */
  readonly version: number;
  readonly packs: ReadonlyMap<number, Uint8Array>;
}

const NOTHING: PackedTracks = { cells: new Map(), services: new Map() };

export function tracksOfHost(ledger: Ledger, place: PackPlace): PackedTracks {
  const { edited } = ledger.packs;
  if (edited !== null && isAt(edited, place)) return edited;
  return readPack(ledger, place) ?? NOTHING;
}

/** The spans of one port or service that began at or before the key; of the others nothing is unpacked. */
export function trackOfPort(
  ledger: Ledger,
  place: PackPlace,
  section: Section,
  code: number,
  key: Key,
): Span<number>[] {
  const { edited, read } = ledger.packs;
  if (edited !== null && isAt(edited, place)) return spansUpTo(edited[section], code, key);
  const bytes = storedPack(ledger, place);
  if (bytes === null) return [];
  if (read !== null && isAt(read, place) && bytes.equals(read.bytes))
    return spansUpTo(read.tracks[section], code, key);
  const spans: Span<number>[] = [];
  visitPort(bytes, section, code, (_, from, value, until) => {
    if (from <= key) spans.push({ from, value, until });
  });
  return spans;
}

/**
 * The values that hold at a key, by port, of tracks that are not being changed; null where a port's track begins after it.
 */
export function tracksAt(
  ledger: Ledger,
  place: PackPlace,
  key: Key,
): Record<Section, ReadonlyMap<number, number>> | null {
  flushTracks(ledger);
  const held = { cells: new Map<number, number>(), services: new Map<number, number>() };
  const bytes = storedPack(ledger, place);
  if (bytes === null) return held;
  let begun = 0;
  let last = -1;
  visitSpans(bytes, "cells", (code, from, value, until) => {
    if (code !== last) begun += 1;
    last = code;
    if (from <= key && (until === null || until > key)) held.cells.set(code, value);
  });
  if (begun > held.cells.size) return null;
  visitSpans(bytes, "services", (code, from, value, until) => {
    if (from <= key && (until === null || until > key)) held.services.set(code, value);
  });
  return held;
}

/** The packed tracks of one host as they are stored. */
export function packOf(ledger: Ledger, vantage: number, host: number): Buffer | null {
  return storedPack(ledger, { host, vantage });
}

function storedPack(ledger: Ledger, { host, vantage }: PackPlace): Buffer | null {
  const row = ledger
    .rows<[Buffer]>("SELECT packed FROM tracks WHERE vantage = ? AND host = ?")
    .get(vantage, host);
  return row?.[0] ?? null;
}

function readPack(ledger: Ledger, { host, vantage }: PackPlace): PackedTracks | null {
  const bytes = storedPack(ledger, { host, vantage });
  if (bytes === null) return null;
  const { read } = ledger.packs;
  // Another process may have written it since: only the same bytes are the same tracks.
  if (read !== null && isAt(read, { host, vantage }) && bytes.equals(read.bytes)) return read.tracks;
  const tracks = unpackTracks(bytes);
  ledger.packs.read = { host, vantage, bytes, tracks };
  return tracks;
}

/** Replaces the spans of one track; an empty list removes it. Inside a transaction. */
export function putTrack(
  ledger: Ledger,
  place: PackPlace,
  section: keyof PackedTracks,
  code: number,
  spans: readonly Span<number>[],
): void {
  const tracks = editPack(ledger, place)[section];
  if (section === "cells" && !tracks.has(code)) ledger.packs.added.push({ host: place.host, code });
  if (spans.length === 0) tracks.delete(code);
  else tracks.set(code, spans);
}

function editPack(ledger: Ledger, place: PackPlace): EditedPack {
  const { edited } = ledger.packs;
  if (edited !== null && isAt(edited, place)) return edited;
  flushTracks(ledger);
  const known = readPack(ledger, place);
  const { cells, services } = known ?? NOTHING;
  const fresh: EditedPack = {
    host: place.host,
    vantage: place.vantage,
    isNew: known === null,
    cells: new Map(cells),
    services: new Map(services),
  };
  ledger.packs.edited = fresh;
  return fresh;
}

/** Writes what is still to be written. */
export function flushTracks(ledger: Ledger): void {
  const { edited } = ledger.packs;
  if (edited === null) return;
  ledger.packs.edited = null;
  ledger.packs.read = null;
  ledger.packs.all = null;
  const { host, vantage, isNew, cells, services } = edited;
  if (cells.size === 0 && services.size === 0) {
    ledger.sql("DELETE FROM tracks WHERE vantage = ? AND host = ?").run(vantage, host);
    return;
  }
  const bytes = Buffer.from(packTracks({ cells, services }));
  const sql = isNew
    ? "INSERT INTO tracks (packed, vantage, host) VALUES (?, ?, ?)"
    : "UPDATE tracks SET packed = ? WHERE vantage = ? AND host = ?";
  ledger.sql(sql).run(bytes, vantage, host);
}

/** Rows of `tracks` were written past this file: nothing that was read before holds. */
export function forgetPacks(ledger: Ledger): void {
  ledger.packs.read = null;
  ledger.packs.all = null;
}

/** Packed tracks end to end, and where those of each host end. */
export interface PackChunk {
  readonly hosts: readonly number[];
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * The packed tracks of every host of a vantage, as they are stored; not inside a transaction that changes some. They come
 * from SQLite many at a time: a buffer of its own for each host costs more than all else about it.
 */
export function* packChunks(ledger: Ledger, vantage: number): Iterable<PackChunk> {
  // Text is bytes to SQLite, zeros among them too: so `group_concat` joins them.
  const read = ledger.rows<[hosts: string | null, sizes: string, bytes: Buffer]>(
    `SELECT group_concat(host), group_concat(length(packed)), CAST(group_concat(packed, '') AS BLOB)
     FROM (SELECT host, packed FROM tracks WHERE vantage = ? AND host > ? ORDER BY host LIMIT ${PACKS_AT_ONCE})`,
  );
  for (let last = 0; ; ) {
    const [list, sizes, bytes] = read.get(vantage, last) ?? [null, "", Buffer.alloc(0)];
    if (list === null) return;
    const hosts = list.split(",").map(Number);
    let at = 0;
    const ends = sizes.split(",").map((size) => {
      at += Number(size);
      return at;
    });
    if (at !== bytes.length)
      throw new RangeError("the tracks of hosts are not as long as they are said to be");
    yield { hosts, ends, bytes };
    last = hosts.at(-1) ?? Number.POSITIVE_INFINITY;
  }
}

/** A host with all ports open has some 200 KB. */
const PACKS_AT_ONCE = 128;

/** The same, each host alone. */
export function* everyPack(
  ledger: Ledger,
  vantage: number,
): Iterable<readonly [host: number, packed: Uint8Array]> {
  for (const { hosts, ends, bytes } of packChunks(ledger, vantage)) {
    let start = bytes.byteOffset;
    for (const [index, host] of hosts.entries()) {
      const end = bytes.byteOffset + (ends[index] ?? 0);
      yield [host, new Uint8Array(bytes.buffer, start, end - start)];
      start = end;
    }
  }
}

/** The same by host, read once for all that one question asks. */
export function allPacks(ledger: Ledger, vantage: number): ReadonlyMap<number, Uint8Array> {
  const version = Number(ledger.database.pragma("data_version", { simple: true }));
  const { all } = ledger.packs;
  if (all !== null && all.vantage === vantage && all.version === version) return all.packs;
  const packs = new Map(everyPack(ledger, vantage));
  ledger.packs.all = { vantage, version, packs };
  queueMicrotask(() => {
    ledger.packs.all = null;
  });
  return packs;
}

/** The spans of a track that began at or before the key. */
export function spansUpTo(tracks: Tracks, code: number, key: Key): Span<number>[] {
  return (tracks.get(code) ?? []).filter(({ from }) => from <= key);
}

function isAt(one: PackPlace, { host, vantage }: PackPlace): boolean {
  return one.host === host && one.vantage === vantage;
}
