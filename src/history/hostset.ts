/**
 * A set of host ids as bytes, the smaller of two forms: runs (tag 0, then varints: gap to the run's start, its length
 * less one) or a bitmap (tag 1, varint of the first id, then its bits, lowest first). Equal sets give equal bytes, so
 * that the same hosts in run after run are stored once.
 */
import { pushVarint, readVarint } from "./varint.js";

export interface Hostset {
  has(id: number): boolean;
  /** Ascending. */
  list(): number[];
}

/** @param ids positive integers in any order; repeats do not matter */
export function encodeHostset(ids: Iterable<number>): Uint8Array {
  const list = Array.isArray(ids) ? (ids as readonly number[]) : [...ids];
  const isSorted = list.every((id, index) => index === 0 || (list[index - 1] ?? 0) < id);
  const sorted = isSorted ? list : [...new Set(list)].sort((a, b) => a - b);
  const runs = encodeRuns(sorted);
  const first = sorted[0] ?? 0;
  const bitmapSize = 1 + varintSize(first) + Math.floor(((sorted.at(-1) ?? 0) - first) / 8) + 1;
  return sorted.length > 0 && bitmapSize < runs.length ? encodeBitmap(sorted, bitmapSize) : runs;
}

/** @throws RangeError on bytes that `encodeHostset` did not make */
export function decodeHostset(bytes: Uint8Array): Hostset {
  if (bytes[0] === 1) return decodeBitmap(bytes);
  if (bytes[0] !== 0) throw new RangeError("not a host set");
  const starts: number[] = [];
  const ends: number[] = [];
  const reader = { bytes, at: 1 };
  let next = 0;
  while (reader.at < bytes.length) {
    const start = next + readVarint(reader);
    next = start + readVarint(reader) + 1;
    starts.push(start);
    ends.push(next);
  }
  return {
    has(id) {
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= id) low = middle + 1;
        else high = middle;
      }
      return id < (ends[low - 1] ?? 0);
    },
    list() {
      const ids: number[] = [];
      for (const [index, start] of starts.entries()) {
        const end = ends[index] ?? start;
        for (let id = start; id < end; id++) ids.push(id);
      }
      return ids;
    },
  };
}

function encodeRuns(sorted: readonly number[]): Uint8Array {
  const bytes: number[] = [0];
  let next = 0;
  for (let index = 0; index < sorted.length; ) {
    const start = sorted[index] ?? 0;
    let length = 1;
    while (sorted[index + length] === start + length) length += 1;
    pushVarint(bytes, start - next);
    pushVarint(bytes, length - 1);
    next = start + length;
    index += length;
  }
  return Uint8Array.from(bytes);
}

function encodeBitmap(sorted: readonly number[], size: number): Uint8Array {
  const head: number[] = [1];
  const first = sorted[0] ?? 0;
  pushVarint(head, first);
  const bytes = new Uint8Array(size);
  bytes.set(head);
  for (const id of sorted) {
    const at = head.length + Math.floor((id - first) / 8);
    bytes[at] = (bytes[at] ?? 0) | (1 << ((id - first) % 8));
  }
  return bytes;
}

function decodeBitmap(bytes: Uint8Array): Hostset {
  const reader = { bytes, at: 1 };
  const first = readVarint(reader);
  const head = reader.at;
  const has = (id: number): boolean => {
    const bit = id - first;
    return bit >= 0 && (((bytes[head + Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & 1) === 1;
  };
  return {
    has,
    list() {
      const ids: number[] = [];
      const end = first + (bytes.length - head) * 8;
      for (let id = first; id < end; id++) if (has(id)) ids.push(id);
      return ids;
    },
  };
}

function varintSize(value: number): number {
  const bytes: number[] = [];
  pushVarint(bytes, value);
  return bytes.length;
}
