import type { Address } from "../facts/address.js";
import { addressToNumber, familyOf } from "../scope/address.js";
import { type AddressSet, hasAddress } from "../scope/addressSet.js";
import type { Ledger } from "./ledger.js";

/** Which addresses a question is about; all where both parts are left out. */
export interface HostChoice {
  readonly hosts?: readonly Address[];
  readonly network?: AddressSet;
}

export interface ChosenHost {
  readonly id: number;
  readonly address: Address;
}

/** The hosts of a realm that the question is about, by address. @param among only these */
export function chosenHosts(
  ledger: Ledger,
  realm: string,
  { hosts, network }: HostChoice,
  among: readonly number[] | null = null,
): ChosenHost[] {
  const found =
    hosts === undefined ? hostsAmong(ledger, realm, among) : namedHosts(ledger, realm, hosts, among);
  return sortByAddress(
    network === undefined ? found : found.filter(({ address }) => hasAddress(network, address)),
  );
}

function hostsAmong(ledger: Ledger, realm: string, among: readonly number[] | null): ChosenHost[] {
  const sql = "SELECT id, address FROM host WHERE realm = (SELECT id FROM realm WHERE name = ?)";
  const rows =
    among === null
      ? ledger.rows<[id: number, address: Address]>(sql).all(realm)
      : ledger
          .rows<[id: number, address: Address]>(`${sql} AND id IN (SELECT value FROM json_each(?))`)
          .all(realm, JSON.stringify(among));
  return rows.map(([id, address]) => ({ id, address }));
}

function namedHosts(
  ledger: Ledger,
  realm: string,
  hosts: readonly Address[],
  among: readonly number[] | null,
): ChosenHost[] {
  const find = ledger.sql<{ id: number }>(
    "SELECT host.id FROM host JOIN realm ON realm.id = host.realm WHERE realm.name = ? AND address = ?",
  );
  const wanted = among === null ? null : new Set(among);
  return [...new Set(hosts)].flatMap((address) => {
    const row = find.get(realm, address);
    return row === undefined || wanted?.has(row.id) === false ? [] : [{ id: row.id, address }];
  });
}

/** Those with the same address stay as they were. */
function sortByAddress<T extends { readonly address: Address }>(hosts: readonly T[]): T[] {
  const sixes = hosts.filter(({ address }) => familyOf(address) === 6);
  const fours = sixes.length === 0 ? hosts : hosts.filter(({ address }) => familyOf(address) === 4);
  return sixes.length === 0 ? sortFours(fours) : [...sortFours(fours), ...sortSixes(sixes)];
}

/** The number of an address and its place in one key, so that keys are sorted without a comparison of ours. */
function sortFours<T extends { readonly address: Address }>(hosts: readonly T[]): T[] {
  const keys = new Float64Array(hosts.length);
  const many = 2 ** 21;
  if (hosts.length > many) return sortSixes(hosts);
  for (const [place, { address }] of hosts.entries()) keys[place] = numberOfFour(address) * many + place;
  keys.sort();
  const sorted: T[] = [];
  for (const key of keys) {
    const host = hosts[key % many];
    if (host !== undefined) sorted.push(host);
  }
  return sorted;
}

/** Of our own canonical text: `addressToNumber` makes a bigint, which costs more than all else here. */
function numberOfFour(address: Address): number {
  let number = 0;
  let part = 0;
  for (let index = 0; index < address.length; index++) {
    const code = address.charCodeAt(index);
    if (code === DOT) {
      number = number * 256 + part;
      part = 0;
    } else part = part * 10 + code - ZERO;
  }
  return number * 256 + part;
}

const DOT = 46;
const ZERO = 48;

/** The number of each address is read once, and not in every comparison. */
function sortSixes<T extends { readonly address: Address }>(hosts: readonly T[]): T[] {
  return hosts
    .map((host) => ({ host, number: addressToNumber(host.address) }))
    .sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0))
    .map(({ host }) => host);
}

/** Rows by address, those of one address as they were. */
export function inAddressOrder<T extends { readonly address: Address }>(rows: readonly T[]): T[] {
  const byAddress = new Map<Address, { readonly address: Address; readonly rows: T[] }>();
  for (const row of rows) {
    const group = byAddress.get(row.address);
    if (group === undefined) byAddress.set(row.address, { address: row.address, rows: [row] });
    else group.rows.push(row);
  }
  return sortByAddress([...byAddress.values()]).flatMap((group) => group.rows);
}
