/**
 * Finds the groups that may match an address without trying them all: by the address itself, then by one table
 * for each prefix length in use. A group is entered under its most exact key only (its addresses, else its names,
 * else its networks); whether its other keys match is asked afterwards.
 */
import type { Address, Family } from "../facts/address.js";
import { addressToNumber, familyOf, numberToAddress } from "../scope/address.js";
import type { Network } from "../scope/network.js";
import type { Group } from "./profile.js";
import type { Specificity } from "./rank.js";

export interface GroupIndex {
  readonly groups: readonly IndexedGroup[];
  readonly byAddress: ReadonlyMap<Address, readonly IndexedGroup[]>;
  readonly byPrefix: readonly PrefixTable[];
  readonly everywhere: readonly IndexedGroup[];
}

export interface IndexedGroup {
  readonly number: number;
  readonly group: Group;
  /** Null where the group has no such key. */
  readonly singles: ReadonlySet<Address> | null;
  readonly blocks: readonly Network[];
  /** The name that each address was resolved from. */
  readonly named: ReadonlyMap<Address, string> | null;
}

interface PrefixTable {
  readonly family: Family;
  readonly prefix: number;
  readonly groups: Map<bigint, IndexedGroup[]>;
}

/** How one group names one host. */
export interface Naming {
  readonly specificity: Specificity;
  /** For people: `address 10.0.0.1`, `network servers (10.0.0.0/22)`, `every host`. */
  readonly how: string;
}

/** Builds the index. `names` holds the addresses of each host name. */
export function indexGroups(
  groups: readonly Group[],
  names: ReadonlyMap<string, readonly Address[]>,
): GroupIndex {
  const byAddress = new Map<Address, IndexedGroup[]>();
  const byPrefix = new Map<string, PrefixTable>();
  const everywhere: IndexedGroup[] = [];
  const indexed = groups.map((group, number) => indexGroup(group, number, names));

  function enterBlock(entry: IndexedGroup, network: Network): void {
    const key = `${network.family}/${network.prefix}`;
    let table = byPrefix.get(key);
    if (table === undefined) {
      table = { family: network.family, prefix: network.prefix, groups: new Map() };
      byPrefix.set(key, table);
    }
    pushTo(table.groups, network.first, entry);
  }

  for (const entry of indexed) {
    const { match } = entry.group;
    // Nothing has a tag until assets are known.
    if (match.tags !== null) continue;
    if (entry.singles !== null) {
      for (const address of entry.singles) pushTo(byAddress, address, entry);
      for (const block of entry.blocks) enterBlock(entry, block);
    } else if (entry.named !== null) {
      for (const address of entry.named.keys()) pushTo(byAddress, address, entry);
    } else if (match.networks !== null) {
      for (const network of match.networks) for (const block of network.cidrs) enterBlock(entry, block);
    } else {
      everywhere.push(entry);
    }
  }
  return { groups: indexed, byAddress, byPrefix: [...byPrefix.values()], everywhere };
}

function indexGroup(
  group: Group,
  number: number,
  names: ReadonlyMap<string, readonly Address[]>,
): IndexedGroup {
  const singles = new Set<Address>();
  const blocks: Network[] = [];
  for (const network of group.match.addresses ?? []) {
    if (network.first === network.last) singles.add(numberToAddress(network.family, network.first));
    else blocks.push(network);
  }
  const named = new Map<Address, string>();
  for (const name of group.match.names ?? [])
    for (const address of names.get(name) ?? []) named.set(address, name);
  return {
    number,
    group,
    singles: group.match.addresses === null ? null : singles,
    blocks,
    named: group.match.names === null ? null : named,
  };
}

function pushTo<K>(map: Map<K, IndexedGroup[]>, key: K, entry: IndexedGroup): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}

/** The groups that match an address, each once, in no order. */
export function* findGroups(
  index: GroupIndex,
  address: Address,
): Generator<{ group: IndexedGroup; naming: Naming }> {
  const family = familyOf(address);
  const number = addressToNumber(address);
  const candidates = new Set<IndexedGroup>(index.byAddress.get(address));
  for (const table of index.byPrefix) {
    if (table.family !== family) continue;
    const hostBits = BigInt((family === 4 ? 32 : 128) - table.prefix);
    for (const entry of table.groups.get((number >> hostBits) << hostBits) ?? []) candidates.add(entry);
  }
  for (const entry of index.everywhere) candidates.add(entry);
  for (const group of candidates) {
    const naming = nameHost(group, address, family, number);
    if (naming !== null) yield { group, naming };
  }
}

/** How the group names the host, or null where one of its keys does not match. */
function nameHost(entry: IndexedGroup, address: Address, family: Family, number: bigint): Naming | null {
  const holds = (network: Network) =>
    network.family === family && number >= network.first && number <= network.last;
  const how: string[] = [];
  let prefix = -1;
  let isNamedByAddress = false;
  if (entry.singles !== null) {
    isNamedByAddress = entry.singles.has(address);
    const block = isNamedByAddress ? null : longestPrefix(entry.blocks.filter(holds));
    if (!isNamedByAddress && block === null) return null;
    how.push(block === null ? `address ${address}` : `address in ${block.text}`);
    prefix = block?.prefix ?? -1;
  }
  let name: string | undefined;
  if (entry.named !== null) {
    name = entry.named.get(address);
    if (name === undefined) return null;
    how.push(`name ${name}`);
  }
  if (entry.group.match.networks !== null) {
    let best: { readonly block: Network; readonly name: string } | null = null;
    for (const network of entry.group.match.networks) {
      if (network.except.some(holds)) continue;
      const block = longestPrefix(network.cidrs.filter(holds));
      if (block !== null && (best === null || block.prefix > best.block.prefix))
        best = { block, name: network.name };
    }
    if (best === null) return null;
    how.push(
      best.name === best.block.text ? `network ${best.name}` : `network ${best.name} (${best.block.text})`,
    );
    prefix = Math.max(prefix, best.block.prefix);
  }
  return {
    specificity: { address: isNamedByAddress, name: name !== undefined, tag: false, prefix },
    how: how.length === 0 ? "every host" : how.join(", "),
  };
}

function longestPrefix(networks: readonly Network[]): Network | null {
  let longest: Network | null = null;
  for (const network of networks) if (longest === null || network.prefix > longest.prefix) longest = network;
  return longest;
}
