import type { Port } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import { type HeldPort, portInPack } from "../history/portInPack.js";
import type { Key } from "../history/span.js";
import { type HeldSpans, isMost, openValues } from "./heldSpans.js";
import { packChunks, packOf } from "./hostPack.js";
import type { Ledger } from "./ledger.js";

/**
 * The spans of one port that hold at a key, and what was identified on it then: no more than one of each a host. Where
 * most hosts of the vantage are asked for, all tracks are read in one pass.
 */
export function heldPort(
  ledger: Ledger,
  vantage: number,
  key: Key,
  port: Port,
  hosts: readonly number[],
  openOnly: boolean,
): { readonly spans: HeldSpans; readonly services: HeldSpans } {
  const code = cellCode(port.protocol, port.port);
  const open = openOnly ? openValues(ledger) : null;
  const found = new Map<number, HeldPort>();
  let held: HeldPort = { value: 0, from: 0, until: 0, service: 0 };
  const look = (host: number, bytes: Uint8Array, start: number, end: number): void => {
    if (!portInPack(bytes, start, end, code, key, held)) return;
    if (open !== null && !open.has(held.value)) return;
    found.set(host, held);
    held = { value: 0, from: 0, until: 0, service: 0 };
  };
  if (!isMost(ledger, vantage, hosts.length)) {
    for (const host of hosts) {
      const bytes = packOf(ledger, vantage, host);
      if (bytes !== null) look(host, bytes, 0, bytes.length);
    }
    return inColumns(code, found);
  }
  const wanted = new Set(hosts);
  for (const { hosts: those, ends, bytes } of packChunks(ledger, vantage)) {
    let start = 0;
    for (const [index, host] of those.entries()) {
      const end = ends[index] ?? start;
      if (wanted.has(host)) look(host, bytes, start, end);
      start = end;
    }
  }
  return inColumns(code, found);
}

function inColumns(
  code: number,
  found: ReadonlyMap<number, HeldPort>,
): { readonly spans: HeldSpans; readonly services: HeldSpans } {
  const codes = new Int32Array(found.size).fill(code);
  const values = new Int32Array(found.size);
  const served = new Int32Array(found.size);
  const froms = new Float64Array(found.size);
  const untils = new Float64Array(found.size);
  const places = new Map<number, number>();
  for (const [host, { value, from, until, service }] of found) {
    const place = places.size;
    places.set(host, place);
    values[place] = value;
    froms[place] = from;
    untils[place] = until;
    served[place] = service;
  }
  const rangeOf = (host: number, column: Int32Array): readonly [start: number, end: number] | null => {
    const place = places.get(host);
    return place === undefined || column[place] === 0 ? null : [place, place + 1];
  };
  return {
    spans: { codes, values, froms, untils, range: (host) => rangeOf(host, values) },
    services: { codes, values: served, froms, untils, range: (host) => rangeOf(host, served) },
  };
}
