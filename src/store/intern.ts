/** Values that are stored once and named by a small number. Ids are given inside a write transaction only. */
import { createHash } from "node:crypto";
import type { Address } from "../facts/address.js";
import type { Service } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { ChangeKind } from "../facts/view.js";
import { decodeHostset, encodeHostset, type Hostset } from "../history/hostset.js";
import type { CellState } from "../history/proof.js";
import type { QuietValue } from "../history/quietTrack.js";
import { formatPortSet, parseCanonicalPorts } from "../scope/portSet.js";
import type { Ledger } from "./ledger.js";
import { sharedService } from "./shareServices.js";

/** A span's value: the cell's state, and a name guessed by the port number where nothing was identified ("" none). */
export type CellValue = CellState & { readonly guess: string };

export function realmId(ledger: Ledger, name: string): number {
  return idOf(ledger, "realm", name, ["name"], [name]);
}

export function vantageId(ledger: Ledger, realm: number, name: string): number {
  return idOf(ledger, "vantage", `${realm} ${name}`, ["realm", "name"], [realm, name]);
}

export function hostId(ledger: Ledger, realm: number, address: Address): number {
  return idOf(ledger, "host", `${realm} ${address}`, ["realm", "address"], [realm, address]);
}

export function addressOf(ledger: Ledger, id: number): Address {
  return contentOf<Address, { address: Address }>(ledger, "host", id, (row) => row.address);
}

/** One text a set, made once for each object: the sweep hands the same set to many hosts. */
const specs = new WeakMap<PortSet, string>();

export function portsetId(ledger: Ledger, ports: PortSet): number {
  let spec = specs.get(ports);
  if (spec === undefined) {
    spec = formatPortSet(ports);
    specs.set(ports, spec);
  }
  return portsetIdOf(ledger, spec);
}

/** @param spec of `formatPortSet` */
export function portsetIdOf(ledger: Ledger, spec: string): number {
  return idOf(ledger, "portset", spec, ["spec"], [spec]);
}

export function portsetOf(ledger: Ledger, id: number): PortSet {
  return contentOf<PortSet, { spec: string }>(ledger, "portset", id, (row) => parseCanonicalPorts(row.spec));
}

export function hostsetId(ledger: Ledger, hosts: readonly number[]): number {
  const members = Buffer.from(encodeHostset(hosts));
  const sha = createHash("sha256").update(members).digest();
  const row = ledger.sql<{ id: number }>("SELECT id FROM hostset WHERE sha = ?").get(sha);
  if (row !== undefined) return row.id;
  const insert = ledger.sql("INSERT INTO hostset (sha, n, members) VALUES (?, ?, ?)");
  return Number(insert.run(sha, hosts.length, members).lastInsertRowid);
}

export function hostsetOf(ledger: Ledger, id: number): Hostset {
  return contentOf<Hostset, { members: Uint8Array }>(ledger, "hostset", id, (row) =>
    decodeHostset(row.members),
  );
}

export function cellValueId(ledger: Ledger, { state, reason, proof, guess }: CellValue): number {
  const columns = ["state", "reason", "proof", "guess"];
  return idOf(ledger, "value", `${state} ${proof} ${guess} ${reason}`, columns, [
    state,
    reason,
    proof,
    guess,
  ]);
}

export function cellValueOf(ledger: Ledger, id: number): CellValue {
  return contentOf<CellValue, CellValue>(ledger, "value", id, (row) => row);
}

export function serviceId(ledger: Ledger, service: Service): number {
  const shared = sharedService(service);
  const known = ledger.services.get(shared);
  if (known !== undefined) return known;
  const id = storedServiceId(ledger, shared);
  if (ledger.services.size >= MOST_SERVICES) ledger.services.clear();
  ledger.services.set(shared, id);
  return id;
}

/** Hostile banners could make it grow without end. */
const MOST_SERVICES = 50_000;

function storedServiceId(ledger: Ledger, service: Service): number {
  return serviceIdOf(ledger, serviceText(service));
}

/** @param text of `serviceText` */
export function serviceIdOf(ledger: Ledger, text: string): number {
  return idOf(ledger, "service_value", text, ["service"], [text]);
}

/** A service as it is stored. */
export function serviceText(service: Service): string {
  // The order of the keys is part of the text: it must be ours, not the caller's.
  const {
    name,
    product,
    version,
    extraInfo,
    tunnel,
    method,
    confidence,
    hostname,
    osType,
    deviceType,
    cpes,
  } = service;
  return JSON.stringify({
    name,
    product,
    version,
    extraInfo,
    tunnel,
    method,
    confidence,
    hostname,
    osType,
    deviceType,
    cpes,
  });
}

export function serviceOf(ledger: Ledger, id: number): Service {
  return contentOf<Service, { service: string }>(ledger, "service_value", id, (row) =>
    JSON.parse(row.service),
  );
}

export function quietId(ledger: Ledger, value: QuietValue): number {
  return quietIdOf(ledger, JSON.stringify(value));
}

/** @param text a `QuietValue` as JSON */
export function quietIdOf(ledger: Ledger, text: string): number {
  return idOf(ledger, "quiet_value", text, ["groups"], [text]);
}

export function quietOf(ledger: Ledger, id: number): QuietValue {
  return contentOf<QuietValue, { groups: string }>(ledger, "quiet_value", id, (row) =>
    JSON.parse(row.groups),
  );
}

export interface ChangeValue {
  readonly kind: ChangeKind;
  readonly from: string | null;
  readonly to: string | null;
}

export function changeValueId(ledger: Ledger, { kind, from, to }: ChangeValue): number {
  const key = `${kind} ${from === null ? 0 : 1} ${to === null ? 0 : 1} ${from}\0${to}`;
  const ids = remembered(ledger.ids, "change_value by word");
  const known = ids.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify([kind, from, to]);
  const id = storedChangeValueId(ledger, text);
  ids.set(key, id);
  return id;
}

function storedChangeValueId(ledger: Ledger, text: string): number {
  return idOf(ledger, "change_value", text, ["what"], [text]);
}

export function changeValueOf(ledger: Ledger, id: number): ChangeValue {
  return contentOf<ChangeValue, { what: string }>(ledger, "change_value", id, (row) => {
    const [kind, from, to] = JSON.parse(row.what);
    return { kind, from, to };
  });
}

export type HostTrack = "presence" | "occupant" | "names";

export function hostValueId(ledger: Ledger, track: HostTrack, value: unknown): number {
  return hostValueIdOf(ledger, track, JSON.stringify(value));
}

/** @param text the value as JSON */
export function hostValueIdOf(ledger: Ledger, track: HostTrack, text: string): number {
  return idOf(ledger, "host_value", `${track} ${text}`, ["track", "value"], [track, text]);
}

export function hostValueOf<T>(ledger: Ledger, id: number): T {
  return contentOf<T, { value: string }>(ledger, "host_value", id, (row) => JSON.parse(row.value));
}

function idOf(
  ledger: Ledger,
  table: string,
  key: string,
  columns: readonly string[],
  values: readonly unknown[],
): number {
  const ids = remembered(ledger.ids, table);
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = storedId(ledger, table, columns, values);
  if (ids.size >= MOST_REMEMBERED) ids.clear();
  ids.set(key, id);
  return id;
}

/** Of each table: names and banners are a new one for each host. */
const MOST_REMEMBERED = 10_000;

/** Where the last one was new the next one probably is: then it is put in without a look. */
function storedId(
  ledger: Ledger,
  table: string,
  columns: readonly string[],
  values: readonly unknown[],
): number {
  const marks = columns.map(() => "?").join(", ");
  const insert = ledger.sql(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks}) ON CONFLICT DO NOTHING`,
  );
  if (ledger.growing.has(table)) {
    const { changes, lastInsertRowid } = insert.run(...values);
    if (changes === 1) return Number(lastInsertRowid);
    ledger.growing.delete(table);
  }
  const where = columns.map((column) => `${column} = ?`).join(" AND ");
  const found = ledger.numbers(`SELECT id FROM ${table} WHERE ${where}`).get(...values);
  if (found !== undefined) return found;
  ledger.growing.add(table);
  return Number(insert.run(...values).lastInsertRowid);
}

function contentOf<T, Row>(ledger: Ledger, table: string, id: number, read: (row: Row) => T): T {
  const contents = remembered(ledger.contents, table);
  const known = contents.get(id);
  if (known !== undefined) return known as T;
  const row = ledger.sql<Row>(`SELECT * FROM ${table} WHERE id = ?`).get(id);
  if (row === undefined) throw new RangeError(`the database names ${table} ${id}, which it does not hold`);
  const content = read(row);
  contents.set(id, content);
  return content;
}

function remembered<K, V>(tables: Map<string, Map<K, V>>, table: string): Map<K, V> {
  const known = tables.get(table);
  if (known !== undefined) return known;
  const fresh = new Map<K, V>();
  tables.set(table, fresh);
  return fresh;
}
