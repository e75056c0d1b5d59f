/**
 * The tracks of one host's ports and of their services as bytes: first the keys at which a span begins, ascending, each
 * as its difference from the one before; then, after its length, the section of the ports, and to the end that of the
 * services. A section is a list of tracks by port: the difference from the port before and how many spans it has in one
 * number, then for each span which key it begins with (counted from the span before) and its value. Where a span ends
 * is not written: there the next one begins. All numbers are varints.
 *
 * A row for each span would be four times as much: the keys of a host are few, and its rows repeat them.
 */
import type { Key, Span } from "./span.js";
import { readVarint, skipVarints, type VarintReader, type VarintWriter, writeVarint } from "./varint.js";

/** Spans by `cellCode`, ascending in each track; none is empty. */
export type Tracks = ReadonlyMap<number, readonly Span<number>[]>;

export interface PackedTracks {
  readonly cells: Tracks;
  readonly services: Tracks;
}

export type Section = keyof PackedTracks;

/** So many spans and more are told by a number of their own. */
const MANY = 4;

/** The same tracks give the same bytes. */
export function packTracks({ cells, services }: PackedTracks): Uint8Array {
  const distinct = new Set<Key>();
  for (const tracks of [cells, services]) {
    for (const spans of tracks.values()) for (const { from } of spans) distinct.add(from);
  }
  const keys = [...distinct].sort((a, b) => a - b);
  const places = new Map<Key, number>();
  const sections = { bytes: new Uint8Array(1024), at: 0 };
  const head = { bytes: new Uint8Array(512), at: 0 };
  writeVarint(head, keys.length);
  let last = 0;
  for (const key of keys) {
    places.set(key, places.size);
    writeVarint(head, key - last);
    last = key;
  }
  writeSection(sections, cells, places);
  writeVarint(head, sections.at);
  writeSection(sections, services, places);
  const packed = new Uint8Array(head.at + sections.at);
  packed.set(head.bytes.subarray(0, head.at));
  packed.set(sections.bytes.subarray(0, sections.at), head.at);
  return packed;
}

/**
 * The same for a host of which nothing was known before: each track has one span, which begins at the key.
 * @param cells code, value and service (0: none) of each port, one after the other, by code
 */
export function packFirstTracks(key: Key, cells: Int32Array): Uint8Array {
  const sections = firstSections;
  sections.at = 0;
  writeFirst(sections, cells, 1);
  const middle = sections.at;
  writeFirst(sections, cells, 2);
  const head = { bytes: new Uint8Array(32), at: 0 };
  writeVarint(head, 1);
  writeVarint(head, key);
  writeVarint(head, middle);
  const packed = new Uint8Array(head.at + sections.at);
  packed.set(head.bytes.subarray(0, head.at));
  packed.set(sections.bytes.subarray(0, sections.at), head.at);
  return packed;
}

/** Used again for each host. */
const firstSections = { bytes: new Uint8Array(1024), at: 0 };

function writeFirst(writer: VarintWriter, cells: Int32Array, column: 1 | 2): void {
  let last = 0;
  for (let at = 0; at < cells.length; at += 3) {
    const value = cells[at + column] ?? 0;
    if (value === 0) continue;
    const code = cells[at] ?? 0;
    writeVarint(writer, (code - last) * MANY);
    last = code;
    writeVarint(writer, 0);
    writeVarint(writer, value);
  }
}

function writeSection(writer: VarintWriter, tracks: Tracks, places: ReadonlyMap<Key, number>): void {
  let last = 0;
  for (const code of [...tracks.keys()].sort((a, b) => a - b)) {
    const spans = tracks.get(code) ?? [];
    const count = Math.min(spans.length, MANY) - 1;
    writeVarint(writer, (code - last) * MANY + count);
    if (count === MANY - 1) writeVarint(writer, spans.length - MANY);
    last = code;
    let place = 0;
    for (const { from, value } of spans) {
      const at = places.get(from) ?? 0;
      writeVarint(writer, at - place);
      writeVarint(writer, value);
      place = at;
    }
  }
}

/** @throws RangeError on bytes that `packTracks` did not make */
export function unpackTracks(bytes: Uint8Array): PackedTracks {
  const read = (section: Section): Tracks => {
    const tracks = new Map<number, Span<number>[]>();
    let track: Span<number>[] = [];
    let last = -1;
    visitSpans(bytes, section, (code, from, value, until) => {
      if (code !== last) {
        track = [];
        tracks.set(code, track);
        last = code;
      }
      track.push({ from, value, until });
    });
    return tracks;
  };
  return { cells: read("cells"), services: read("services") };
}

/**
 * All spans of a section, by port and time.
 * @throws RangeError on bytes that `packTracks` did not make
 */
export function visitSpans(
  bytes: Uint8Array,
  section: Section,
  visit: (code: number, from: Key, value: number, until: Key | null) => void,
): void {
  const { reader, keys, end } = openSection(bytes, section);
  let code = 0;
  while (reader.at < end) {
    const head = readVarint(reader);
    let count = (head % MANY) + 1;
    code += (head - count + 1) / MANY;
    if (count === MANY) count += readVarint(reader);
    let place = readVarint(reader);
    let value = readVarint(reader);
    for (let index = 1; index < count; index++) {
      const next = place + readVarint(reader);
      visit(code, keyAt(keys, place), value, keyAt(keys, next));
      place = next;
      value = readVarint(reader);
    }
    visit(code, keyAt(keys, place), value, null);
  }
  if (reader.at !== end) throw new RangeError("not the tracks of a host");
}

/** The spans of one port: the keys and the tracks before it are passed over, those after it not looked at. */
export function visitPort(
  bytes: Uint8Array,
  section: Section,
  port: number,
  visit: (code: number, from: Key, value: number, until: Key | null) => void,
): void {
  const reader = { bytes, at: 0 };
  skipVarints(reader, readVarint(reader));
  const size = readVarint(reader);
  const middle = reader.at + size;
  if (middle > bytes.length) throw new RangeError("not the tracks of a host");
  if (section === "services") reader.at = middle;
  const end = section === "cells" ? middle : bytes.length;
  let code = 0;
  while (reader.at < end) {
    const head = readVarint(reader);
    let count = (head % MANY) + 1;
    code += (head - count + 1) / MANY;
    if (code > port) return;
    if (count === MANY) count += readVarint(reader);
    if (code < port) {
      skipVarints(reader, 2 * count);
      continue;
    }
    const keys = readKeys({ bytes, at: 0 });
    let place = 0;
    for (let index = 0; index < count; index++) {
      place += readVarint(reader);
      const value = readVarint(reader);
      const next = { bytes, at: reader.at };
      const until = index === count - 1 ? null : keyAt(keys, place + readVarint(next));
      visit(code, keyAt(keys, place), value, until);
    }
    return;
  }
}

interface OpenSection {
  readonly reader: VarintReader;
  readonly keys: readonly Key[];
  readonly end: number;
}

function openSection(bytes: Uint8Array, section: Section): OpenSection {
  const reader = { bytes, at: 0 };
  const keys = readKeys(reader);
  const size = readVarint(reader);
  const middle = reader.at + size;
  if (middle > bytes.length) throw new RangeError("not the tracks of a host");
  if (section === "services") reader.at = middle;
  return { reader, keys, end: section === "cells" ? middle : bytes.length };
}

/** Whether a span begins at the key: told without a look at the tracks. */
export function beginsAt(bytes: Uint8Array, key: Key): boolean {
  return readKeys({ bytes, at: 0 }).includes(key);
}

function readKeys(reader: VarintReader): Key[] {
  const count = readVarint(reader);
  if (count > reader.bytes.length) throw new RangeError("not the tracks of a host");
  const keys: Key[] = [];
  let key = 0;
  for (let index = 0; index < count; index++) {
    key += readVarint(reader);
    keys.push(key);
  }
  return keys;
}

function keyAt(keys: readonly Key[], place: number): Key {
  const key = keys[place];
  if (key === undefined) throw new RangeError("not the tracks of a host");
  return key;
}
