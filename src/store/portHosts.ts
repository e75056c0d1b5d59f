/**
 * Which hosts to look at for a port: those that ever had a span of it, at any vantage. A hint: there may be more hosts in
 * it, never fewer. It is brought up to date once a run, when that ends; hosts of a run that goes on are all in it.
 */
import type { ChangeColumns } from "../history/changePack.js";
import { decodeHostset, encodeHostset, type Hostset } from "../history/hostset.js";
import { beginsAt, visitSpans } from "../history/trackPack.js";
import { flushTracks } from "./hostPack.js";
import type { Ledger } from "./ledger.js";
import { RowBatch } from "./rowBatch.js";
import type { StoredRun } from "./runs.js";

export function hostsOfPort(ledger: Ledger, protoport: number): Hostset {
  const known = decodeHostset(storedHosts(ledger, protoport) ?? encodeHostset([]));
  const working = ledger.numbers("SELECT DISTINCT host FROM working_host").all();
  return working.length === 0 ? known : decodeHostset(encodeHostset([...known.list(), ...working]));
}

function storedHosts(ledger: Ledger, protoport: number): Uint8Array | null {
  const row = ledger.rows<[Uint8Array]>("SELECT members FROM port_hosts WHERE protoport = ?").get(protoport);
  return row?.[0] ?? null;
}

export interface HostPort {
  readonly host: number;
  readonly code: number;
}

/**
 * What a file brought: the transaction knows, and whoever recorded hosts for the first time.
 * @param told lines on changes: each port of a host that shows first has one
 * @param untold those that have none
 */
export function hintAdded(ledger: Ledger, told: ChangeColumns, untold: readonly HostPort[]): void {
  writeHints(ledger, hostsByPort(told, [...untold, ...ledger.packs.added]));
}

/** Millions of them: counted first, so that each list is made once and of its size. */
function hostsByPort(
  { hosts, protoports }: ChangeColumns,
  more: readonly HostPort[],
): Map<number, Int32Array> {
  const counts = new Map<number, number>();
  for (const code of protoports) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  for (const { code } of more) counts.set(code, (counts.get(code) ?? 0) + 1);
  const lists = new Map<number, Int32Array>();
  for (const [code, count] of counts) lists.set(code, new Int32Array(count));
  const add = (code: number, host: number): void => {
    const left = (counts.get(code) ?? 0) - 1;
    counts.set(code, left);
    const list = lists.get(code);
    if (list !== undefined) list[list.length - 1 - left] = host;
  };
  for (let index = 0; index < hosts.length; index++) {
    const code = protoports[index] ?? -1;
    if (code >= 0) add(code, hosts[index] ?? 0);
  }
  for (const { code, host } of more) add(code, host);
  return lists;
}

/**
 * What a live run brought, over all its transactions: the ports of the hosts on whose tracks a span begins with the run,
 * for a track that is new has one. Inside a transaction, when all of them are recorded.
 */
export function hintPorts(
  ledger: Ledger,
  { vantage, key }: Pick<StoredRun, "vantage" | "key">,
  hosts: Iterable<number>,
): void {
  flushTracks(ledger);
  const read = ledger.rows<[Uint8Array]>("SELECT packed FROM tracks WHERE vantage = ? AND host = ?");
  const found = new Map<number, number[]>();
  for (const host of hosts) {
    const packed = read.get(vantage, host)?.[0];
    if (packed === undefined || !beginsAt(packed, key)) continue;
    let last = -1;
    visitSpans(packed, "cells", (code) => {
      if (code !== last) addHost(found, code, host);
      last = code;
    });
  }
  writeHints(ledger, found);
}

function addHost(found: Map<number, number[]>, code: number, host: number): void {
  const known = found.get(code);
  if (known === undefined) found.set(code, [host]);
  else known.push(host);
}

function writeHints(ledger: Ledger, found: ReadonlyMap<number, readonly number[] | Int32Array>): void {
  const write = ledger.sql("UPDATE port_hosts SET members = ? WHERE protoport = ?");
  const fresh = new RowBatch(ledger, "port_hosts (protoport, members)");
  const storedOf = found.size > MANY_PORTS ? allStored(ledger) : (code: number) => storedHosts(ledger, code);
  // In the order of the table: it grows at its end then.
  for (const code of Int32Array.from(found.keys()).sort()) {
    const added = [...(found.get(code) ?? [])];
    const stored = storedOf(code);
    if (stored === null) {
      fresh.add(code, encodeHostset(added));
      continue;
    }
    const known = decodeHostset(stored);
    const more = added.filter((host) => !known.has(host));
    if (more.length > 0) write.run(encodeHostset([...known.list(), ...more]), code);
  }
  fresh.flush();
}

/** Of so many ports all hints are read at once. */
const MANY_PORTS = 1000;

function allStored(ledger: Ledger): (code: number) => Uint8Array | null {
  const stored = new Map(ledger.rows<[number, Buffer]>("SELECT protoport, members FROM port_hosts").all());
  return (code) => stored.get(code) ?? null;
}
