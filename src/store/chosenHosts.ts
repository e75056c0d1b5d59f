import type { Address } from "../facts/address.js";
import type { Hostset } from "../history/hostset.js";
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
  among: Hostset | null = null,
): ChosenHost[] {
  const known = hosts === undefined ? everyHost(ledger, realm) : namedHosts(ledger, realm, hosts);
  const found = among === null ? known : known.filter(({ id }) => among.has(id));
  return sortByAddress(
    network === undefined ? found : found.filter(({ address }) => hasAddress(network, address)),
  );
}

function everyHost(ledger: Ledger, realm: string): ChosenHost[] {
  return ledger
    .rows<[id: number, address: Address]>(
      "SELECT host.id, address FROM host JOIN realm ON realm.id = host.realm WHERE realm.name = ?",
    )
    .all(realm)
    .map(([id, address]) => ({ id, address }));
}

function namedHosts(ledger: Ledger, realm: string, hosts: readonly Address[]): ChosenHost[] {
  const find = ledger.sql<{ id: number }>(
    "SELECT host.id FROM host JOIN realm ON realm.id = host.realm WHERE realm.name = ? AND address = ?",
  );
  return [...new Set(hosts)].flatMap((address) => {
    const row = find.get(realm, address);
    return row === undefined ? [] : [{ id: row.id, address }];
  });
}

/** The number of each address is read once, and not in every comparison. */
function sortByAddress<T extends { readonly address: Address }>(hosts: readonly T[]): T[] {
  return hosts
    .map((host) => ({ host, family: familyOf(host.address), number: addressToNumber(host.address) }))
    .sort((a, b) => a.family - b.family || (a.number < b.number ? -1 : a.number > b.number ? 1 : 0))
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
