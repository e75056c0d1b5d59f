import type { Address } from "../facts/address.js";
import type { Asset, Identity } from "../facts/asset.js";
import type { Instant } from "../facts/run.js";
import { numberToAddress } from "../scope/address.js";
import { type AddressSet, addressSetOf } from "../scope/addressSet.js";
import { type ExceptionRules, indexExceptions } from "./exceptionRules.js";
import type { HostRules } from "./hostRules.js";
import { bindIdentities, type Identities, identityNames, identityOf, isInRealm } from "./identities.js";
import { indexMatches, type MatchIndex } from "./matchIndex.js";
import { isSingle } from "./matchKeys.js";
import type { Exception, Group, Match, Profile } from "./profile.js";
import { compareText } from "./rank.js";
import type { Voices } from "./voice.js";

/** From where hosts are looked at, and what is known of them besides the profile. */
export interface Seen {
  readonly vantage: string;
  readonly realm: string;
  /** IANA zone in which exceptions end their last day. */
  readonly zone: string;
  /** What names resolve to, as `namesToResolve` gives them; one that is missing or has no address matches nothing. */
  readonly names: ReadonlyMap<string, readonly Address[]>;
  readonly assets: readonly Asset[];
}

/** A profile tied to a place and a time: what hosts are judged by. */
export interface BoundProfile extends Omit<Seen, "assets"> {
  readonly profile: Profile;
  readonly identities: Identities;
  /** The addresses of each name that stands in a `match`: those of the host so called, else what it resolved to. */
  readonly names: ReadonlyMap<string, readonly Address[]>;
  /** Names without an address: they match nothing. */
  readonly unresolved: readonly string[];
  readonly index: MatchIndex<Group>;
  readonly exceptionIndex: MatchIndex<Exception>;
  /** What was worked out before. It grows; it never changes an answer. */
  readonly memory: Memory;
}

interface Memory {
  /** By address, or by the host that several addresses are. */
  readonly rules: Map<Address | Identity, HostRules>;
  /** Hosts that are in the same places share their rules, */
  readonly rulesByPlaces: Map<string, HostRules>;
  /** and so do hosts that the same groups match in the same way. */
  readonly rulesByMatches: Map<string, HostRules>;
  /** What each group says from this vantage. */
  readonly voices: Map<Group, Voices>;
  readonly exceptions: Map<Address | Identity, ExceptionRules>;
  readonly exceptionsByPlaces: Map<string, ExceptionRules>;
  /** By the last day. */
  readonly ends: Map<string, Instant>;
}

/**
 * The host names that the profile matches by and DNS must tell, each once, sorted. A name that one of the profile's
 * `hosts` or an asset of this realm (of any, where none is given) bears means that host, and is not among them.
 */
export function namesToResolve(
  profile: Profile,
  assets: readonly Asset[],
  realm: string | null = null,
): string[] {
  const known = identityNames(profile.hosts, assets, realm);
  return matchedNames(profile).filter((name) => !known.has(name));
}

function matchedNames({ groups, exceptions }: Profile): readonly string[] {
  const names = [...groups, ...exceptions].flatMap(({ match }) => namesOf(match));
  return [...new Set(names)].sort(compareText);
}

/** The names that a match names hosts by. */
export function namesOf({ names, hosts }: Match): readonly string[] {
  return [...(names ?? []), ...(hosts?.names ?? [])];
}

/** Ties a profile to where it is judged: vantage, realm, what names resolve to, and the assets known. */
export function bindProfile(profile: Profile, seen: Seen): BoundProfile {
  const identities = bindIdentities(profile.hosts, seen.assets, seen);
  const names = new Map(
    matchedNames(profile).map((name) => {
      const hosts = identities.byName.get(name);
      const addresses = hosts?.flatMap((identity) => identity.addresses) ?? seen.names.get(name) ?? [];
      return [name, addresses];
    }),
  );
  return {
    profile,
    vantage: seen.vantage,
    realm: seen.realm,
    zone: seen.zone,
    identities,
    names,
    unresolved: [...names].filter(([, addresses]) => addresses.length === 0).map(([name]) => name),
    index: indexMatches(profile.groups, names, seen.realm),
    exceptionIndex: indexExceptions(profile.exceptions, names, seen),
    memory: {
      rules: new Map(),
      rulesByPlaces: new Map(),
      rulesByMatches: new Map(),
      voices: new Map(),
      exceptions: new Map(),
      exceptionsByPlaces: new Map(),
      ends: new Map(),
    },
  };
}

/**
 * The hosts that the profile names one by one, by address, by name or under `hosts`, as this vantage meets them (by
 * their NAT addresses where it gives some): they are due to be swept whatever discovery says, and are `host-missing`
 * when they answer nothing. Hosts of a network are not among them.
 */
export function profiledAddresses(bound: BoundProfile): AddressSet {
  const { profile, identities } = bound;
  const addresses = new Set<Address>();
  const add = (address: Address) => {
    const identity = identityOf(identities, address);
    const exposed = identity === null ? [address] : (identities.exposed.get(identity) ?? []);
    for (const each of exposed) addresses.add(each);
  };
  for (const group of profile.groups) {
    if (group.match.realms?.includes(bound.realm) === false) continue;
    for (const address of namedAddresses(group.match, bound)) add(address);
  }
  for (const host of profile.hosts) {
    if (!isInRealm(host, bound.realm)) continue;
    for (const address of [...host.addresses, ...(host.seenAs.get(bound.vantage) ?? [])]) add(address);
  }
  return addressSetOf(addresses);
}

function namedAddresses(match: Match, bound: BoundProfile): readonly Address[] {
  const singles = [...(match.addresses ?? []), ...(match.hosts?.addresses ?? [])].filter(isSingle);
  return [
    ...singles.map(({ family, first }) => numberToAddress(family, first)),
    ...namesOf(match).flatMap((name) => bound.names.get(name) ?? []),
  ];
}
