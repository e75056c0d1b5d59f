import type { Key } from "../history/span.js";
import { type Section, visitSpans } from "../history/trackPack.js";
import { allPacks, packOf } from "./hostPack.js";
import type { Ledger } from "./ledger.js";

/**
 * Spans of a table that hold at a key, host by host as asked and in the order of ports: one list for each column, for
 * there may be hundreds of thousands, and an object for each would cost more than reading them.
 */
export interface HeldSpans {
  readonly codes: Int32Array;
  readonly values: Int32Array;
  readonly froms: Float64Array;
  /** `STILL_SO` where nothing contradicts it. */
  readonly untils: Float64Array;
  /** Where the host's spans begin and end (the end left out); null where it has none. */
  range(host: number): readonly [start: number, end: number] | null;
}

export const STILL_SO: Key = Number.POSITIVE_INFINITY;

export interface HeldFilter {
  readonly openOnly?: boolean;
  /** Whether only codes and values are wanted. */
  readonly bare?: boolean;
}

/** From so many hosts on, and an eighth of all, they are read in one pass instead of one by one. */
const MANY_HOSTS = 300;
const SHARE = 8;

export function heldSpans(
  ledger: Ledger,
  table: "span" | "service_span",
  vantage: number,
  key: Key,
  hosts: readonly { readonly id: number }[],
  { openOnly = false }: HeldFilter = {},
): HeldSpans {
  const section: Section = table === "span" ? "cells" : "services";
  const open = openOnly ? openValues(ledger) : null;
  const packOf = packsOf(ledger, vantage, hosts.length);
  const ranges = new Map<number, readonly [start: number, end: number]>();
  let room = 1024;
  let codes = new Int32Array(room);
  let values = new Int32Array(room);
  let froms = new Float64Array(room);
  let untils = new Float64Array(room);
  let count = 0;
  const take = (code: number, from: Key, value: number, until: Key | null): void => {
    if (from > key || (until !== null && until <= key)) return;
    if (open !== null && !open.has(value)) return;
    if (count === room) {
      room *= 2;
      codes = grown(codes, new Int32Array(room));
      values = grown(values, new Int32Array(room));
      froms = grown(froms, new Float64Array(room));
      untils = grown(untils, new Float64Array(room));
    }
    codes[count] = code;
    values[count] = value;
    froms[count] = from;
    untils[count] = until ?? STILL_SO;
    count += 1;
  };
  for (const { id } of hosts) {
    const packed = packOf(id);
    if (packed === undefined || ranges.has(id)) continue;
    const start = count;
    visitSpans(packed, section, take);
    if (count > start) ranges.set(id, [start, count]);
  }
  return { codes, values, froms, untils, range: (host) => ranges.get(host) ?? null };
}

/** The values of open ports: in a long history most ports that were open once are closed. */
export function openValues(ledger: Ledger): ReadonlySet<number> {
  return new Set(ledger.numbers("SELECT id FROM value WHERE state = 'open'").all());
}

function packsOf(ledger: Ledger, vantage: number, count: number): (host: number) => Uint8Array | undefined {
  if (!isMost(ledger, vantage, count)) return (host) => packOf(ledger, vantage, host) ?? undefined;
  const packs = allPacks(ledger, vantage);
  return (host) => packs.get(host);
}

/** Whether so many hosts are better read in one pass over all of the vantage than one by one. */
export function isMost(ledger: Ledger, vantage: number, count: number): boolean {
  if (count < MANY_HOSTS) return false;
  const [all = 0] = ledger.numbers("SELECT count(*) FROM tracks WHERE vantage = ?").all(vantage);
  return count * SHARE >= all;
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
