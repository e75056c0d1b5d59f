/**
 * One port in the packed tracks of many hosts (trackPack.ts): the question is put to every host of a network at once, in
 * a process that has just begun. So nothing is called on the way to the port's track, and no object is made.
 */
import type { Key } from "./span.js";

/** What a port was at a key, and what was identified on it. */
export interface HeldPort {
  value: number;
  from: Key;
  /** Infinity where nothing contradicts it. */
  until: Key;
  /** 0: none. */
  service: number;
}

/** So many spans and more are told by a number of their own; as in trackPack.ts. */
const MANY = 4;

/** Where the next number is read. */
let cursor = 0;

/**
 * Whether a span of the port holds at the key.
 * @param start where the host's tracks begin in the bytes @param end where they end
 * @param held is filled in where one does
 * @throws RangeError on bytes that `packTracks` did not make
 */
export function portInPack(
  bytes: Uint8Array,
  start: number,
  end: number,
  port: number,
  key: Key,
  held: HeldPort,
): boolean {
  cursor = start;
  const known = nextNumber(bytes, end);
  const keys = cursor;
  let at = keys;
  for (let rest = known; rest > 0 && at < end; at++) if ((bytes[at] ?? 0) < 128) rest -= 1;
  cursor = at;
  const size = nextNumber(bytes, end);
  const middle = cursor + size;
  if (middle > end) throw new RangeError("not the tracks of a host");
  const spans = findTrack(bytes, cursor, middle, port);
  if (spans === 0 || !findHeld(bytes, end, keys, known, spans, key, held)) return false;
  held.service = 0;
  const services = findTrack(bytes, middle, end, port);
  if (services > 0) {
    const { value, from, until } = held;
    if (findHeld(bytes, end, keys, known, services, key, held)) held.service = held.value;
    held.value = value;
    held.from = from;
    held.until = until;
  }
  return true;
}

/** How many spans the port's track has, 0 where there is none; the cursor is then at the first of them. */
function findTrack(bytes: Uint8Array, start: number, end: number, port: number): number {
  let at = start;
  let code = 0;
  while (at < end) {
    let byte = bytes[at++] ?? 0;
    let head = byte & 127;
    for (let scale = 128; byte > 127; scale *= 128) {
      byte = bytes[at++] ?? 0;
      head += (byte & 127) * scale;
    }
    let count = (head % MANY) + 1;
    code += (head - count + 1) / MANY;
    if (code > port) return 0;
    if (count === MANY) {
      cursor = at;
      count += nextNumber(bytes, end);
      at = cursor;
    }
    if (code === port) {
      cursor = at;
      return count;
    }
    for (let rest = 2 * count; rest > 0 && at < end; at++) if ((bytes[at] ?? 0) < 128) rest -= 1;
  }
  return 0;
}

/** The track's places ascend as the keys do: both are read side by side. */
function findHeld(
  bytes: Uint8Array,
  end: number,
  keys: number,
  known: number,
  count: number,
  key: Key,
  held: HeldPort,
): boolean {
  let track = cursor;
  cursor = keys;
  let read = 0;
  let begins = 0;
  let place = 0;
  held.from = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const keyAt = cursor;
    cursor = track;
    place += nextNumber(bytes, end);
    const value = nextNumber(bytes, end);
    track = cursor;
    if (place >= known) throw new RangeError("not the tracks of a host");
    cursor = keyAt;
    for (; read <= place; read++) begins += nextNumber(bytes, end);
    if (begins > key) {
      held.until = begins;
      return index > 0;
    }
    held.value = value;
    held.from = begins;
  }
  held.until = Number.POSITIVE_INFINITY;
  return true;
}

function nextNumber(bytes: Uint8Array, end: number): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    if (cursor >= end) throw new RangeError("the bytes end in the middle of a number");
    const byte = bytes[cursor++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}
