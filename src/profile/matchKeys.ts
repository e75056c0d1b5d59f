/** A `match` made ready to be asked about hosts: one key for each that is written, and all of them must say yes. */
import type { Address } from "../facts/address.js";
import { numberToAddress } from "../scope/address.js";
import type { Network } from "../scope/network.js";
import { type Block, blockOf, foldTag, type HostFacts, holds, type NumberedAddress } from "./hostFacts.js";
import type { Match, NamedNetwork } from "./profile.js";
import { compareText, type Specificity } from "./rank.js";

/** One key of a match. A host says yes to it by any of its addresses. */
export type MatchKey =
  /** `address`, `host` and `name`: hosts named one by one, or by a block under `address`. */
  | {
      readonly kind: "one-by-one";
      readonly singles: ReadonlySet<Address>;
      readonly blocks: readonly Block[];
      /** The name that each address came from. */
      readonly named: ReadonlyMap<Address, string>;
    }
  | { readonly kind: "tag" /** Lower case. */; readonly tags: ReadonlySet<string> }
  | { readonly kind: "network"; readonly networks: readonly NetworkBlocks[] }
  /** Of the realm that is judged: other matches are left out before hosts are asked. */
  | { readonly kind: "realm"; readonly realm: string };

interface NetworkBlocks {
  readonly name: string;
  readonly cidrs: readonly Block[];
  readonly except: readonly Block[];
}

/** How one match names one host. */
export interface Naming {
  readonly specificity: Specificity;
  /** For people: `address 10.0.0.1`, `network servers (10.0.0.0/22), tag web`, `every host`. */
  readonly how: string;
}

/** What one key adds to a naming. */
interface Part extends Partial<Specificity> {
  readonly how: string;
}

/** The keys of a match, blocks last, for they take longest to ask; null where it is not for hosts of this realm. */
export function compileMatch(
  match: Match,
  names: ReadonlyMap<string, readonly Address[]>,
  realm: string,
): readonly MatchKey[] | null {
  if (match.realms !== null && !match.realms.includes(realm)) return null;
  const keys: MatchKey[] = [];
  if (match.addresses !== null) keys.push(oneByOne(match.addresses, [], names));
  if (match.hosts !== null) keys.push(oneByOne(match.hosts.addresses, match.hosts.names, names));
  if (match.names !== null) keys.push(oneByOne([], match.names, names));
  if (match.tags !== null) keys.push({ kind: "tag", tags: new Set(match.tags.map(foldTag)) });
  if (match.networks !== null) keys.push({ kind: "network", networks: match.networks.map(networkBlocks) });
  if (match.realms !== null) keys.push({ kind: "realm", realm });
  return keys;
}

function oneByOne(
  networks: readonly Network[],
  hostNames: readonly string[],
  names: ReadonlyMap<string, readonly Address[]>,
): MatchKey {
  const named = new Map<Address, string>();
  for (const name of hostNames.toSorted(compareText)) {
    for (const address of names.get(name) ?? []) if (!named.has(address)) named.set(address, name);
  }
  return {
    kind: "one-by-one",
    singles: new Set(networks.filter(isSingle).map(({ family, first }) => numberToAddress(family, first))),
    blocks: networks.filter((network) => !isSingle(network)).map(blockOf),
    named,
  };
}

function networkBlocks({ name, cidrs, except }: NamedNetwork): NetworkBlocks {
  return { name, cidrs: cidrs.map(blockOf), except: except.map(blockOf) };
}

/** Whether the block is one address. */
export function isSingle(network: Network): boolean {
  return network.first === network.last;
}

/** How the keys name the host, or null where one of them does not match. */
export function nameHost(keys: readonly MatchKey[], host: HostFacts): Naming | null {
  let address = false;
  let name = false;
  let tag = false;
  let prefix = -1;
  const how: string[] = [];
  for (const key of keys) {
    const part = askKey(key, host);
    if (part === null) return null;
    address ||= part.address === true;
    name ||= part.name === true;
    tag ||= part.tag === true;
    prefix = Math.max(prefix, part.prefix ?? -1);
    how.push(part.how);
  }
  return {
    specificity: { address, name, tag, prefix },
    how: how.length === 0 ? "every host" : how.join(", "),
  };
}

function askKey(key: MatchKey, host: HostFacts): Part | null {
  switch (key.kind) {
    case "one-by-one":
      return askOneByOne(key, host);
    case "network":
      return askNetworks(key.networks, host);
    case "tag": {
      const tag = [...host.tags].filter((each) => key.tags.has(each)).sort(compareText)[0];
      return tag === undefined ? null : { how: `tag ${tag}`, tag: true };
    }
    case "realm":
      return { how: `realm ${key.realm}` };
  }
}

function askOneByOne(
  { singles, blocks, named }: MatchKey & { readonly kind: "one-by-one" },
  host: HostFacts,
): Part | null {
  const single = host.addresses.find(({ address }) => singles.has(address));
  if (single !== undefined) return { how: `address ${single.address}`, address: true };
  for (const { address } of host.addresses) {
    const name = named.get(address);
    if (name !== undefined) return { how: `name ${name}`, name: true };
  }
  const block = longestAround(blocks, host.addresses);
  return block === null ? null : { how: `address in ${block.text}`, prefix: block.prefix };
}

function askNetworks(networks: readonly NetworkBlocks[], host: HostFacts): Part | null {
  let best: { readonly block: Block; readonly name: string } | null = null;
  for (const { name, cidrs, except } of networks) {
    const inside = host.addresses.filter((address) => !except.some((block) => holds(block, address)));
    const block = longestAround(cidrs, inside);
    if (block === null) continue;
    const isBetter =
      best === null ||
      block.prefix > best.block.prefix ||
      (block.prefix === best.block.prefix && compareText(name, best.name) < 0);
    if (isBetter) best = { block, name };
  }
  if (best === null) return null;
  const { block, name } = best;
  return {
    how: name === block.text ? `network ${name}` : `network ${name} (${block.text})`,
    prefix: block.prefix,
  };
}

/** The longest of the blocks that hold one of the addresses; of equal ones that of the address named first. */
function longestAround(blocks: readonly Block[], addresses: readonly NumberedAddress[]): Block | null {
  let longest: Block | null = null;
  for (const address of addresses) {
    for (const block of blocks) {
      if (holds(block, address) && (longest === null || block.prefix > longest.prefix)) longest = block;
    }
  }
  return longest;
}
