import type { Address } from "../facts/address.js";
import { numberToAddress } from "../scope/address.js";
import { type AddressSet, addressSetOf } from "../scope/addressSet.js";
import type { Network } from "../scope/network.js";
import { type GroupIndex, indexGroups } from "./groupIndex.js";
import type { HostRules } from "./hostRules.js";
import type { Profile } from "./profile.js";
import { compareText } from "./rank.js";

/** A profile with its host names resolved: what hosts are judged by. */
export interface BoundProfile {
  readonly profile: Profile;
  /** The addresses of each name that stands in a `match.name`. */
  readonly names: ReadonlyMap<string, readonly Address[]>;
  /** Names without an address: their groups match nothing. */
  readonly unresolved: readonly string[];
  readonly index: GroupIndex;
  /** The rules of hosts that were asked for before. It grows; it never changes an answer. */
  readonly rules: Map<Address, HostRules>;
  /** Hosts that the same groups match in the same way share their rules. */
  readonly sharedRules: Map<string, HostRules>;
}

/** The host names a profile matches by, each once, sorted: the caller resolves them forward. */
export function profileNames(profile: Profile): string[] {
  return [...new Set(profile.groups.flatMap((group) => group.match.names ?? []))].sort(compareText);
}

/**
 * Ties a profile to what its names resolve to (lower case, as `profileNames` gives them). A name that is missing
 * from `resolved`, or has no address, matches nothing.
 */
export function bindNames(profile: Profile, resolved: ReadonlyMap<string, readonly Address[]>): BoundProfile {
  const names = new Map(profileNames(profile).map((name) => [name, resolved.get(name) ?? []]));
  return {
    profile,
    names,
    unresolved: [...names].filter(([, addresses]) => addresses.length === 0).map(([name]) => name),
    index: indexGroups(profile.groups, names),
    rules: new Map(),
    sharedRules: new Map(),
  };
}

/**
 * The hosts that the profile names one by one, by address or by name: they are due to be swept whatever discovery
 * says, and are `host-missing` when they answer nothing. Hosts of a network are not among them.
 */
export function profiledAddresses(bound: BoundProfile): AddressSet {
  const addresses: Address[] = [...bound.names.values()].flat();
  for (const { match } of bound.profile.groups) {
    for (const network of match.addresses ?? []) {
      if (isSingle(network)) addresses.push(numberToAddress(network.family, network.first));
    }
  }
  return addressSetOf(addresses);
}

/** Whether the block is one address. */
export function isSingle(network: Network): boolean {
  return network.first === network.last;
}
