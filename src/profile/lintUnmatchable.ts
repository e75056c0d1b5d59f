/** Groups and exceptions that can match no host, whatever runs will see, and names that lead to none. */
import type { Address } from "../facts/address.js";
import { numberToAddress } from "../scope/address.js";
import {
  type AddressSet,
  addressSetOf,
  addressSetOfNetworks,
  countAddresses,
  intersectAddresses,
  subtractAddresses,
  unionOfAddressSets,
} from "../scope/addressSet.js";
import { type BoundProfile, namesOf } from "./bind.js";
import { exceptionsOf } from "./exceptionRules.js";
import { foldTag } from "./hostFacts.js";
import { matchGroups } from "./hostRules.js";
import { type LintRow, warn } from "./lintRow.js";
import { isSingle } from "./matchKeys.js";
import { suggestWord } from "./nearWord.js";
import type { Exception, Group, Match } from "./profile.js";

/** Tells of them, and why. What is for other realms or vantages is not asked about. */
export function lintUnmatchable(bound: BoundProfile, seenHosts: readonly Address[]): readonly LintRow[] {
  const { groups, exceptions } = bound.profile;
  return [
    ...groups.flatMap((group) => lintNames("group", group, bound)),
    ...exceptions.flatMap((exception) => lintNames("exception", exception, bound)),
    ...unmatchable(bound, seenHosts).flatMap(({ what, item, why }) =>
      why === null ? [] : [warn(item.line, `${what} \`${item.id}\` can never match: ${why}`)],
    ),
  ];
}

function lintNames(
  what: Unmatchable["what"],
  { id, match, line }: Group | Exception,
  bound: BoundProfile,
): readonly LintRow[] {
  return namesOf(match)
    .filter((name) => bound.unresolved.includes(name))
    .map((name) => warn(line, `${what} \`${id}\`: the name ${name} has no address, so it matches no host`));
}

interface Unmatchable {
  readonly what: "group" | "exception";
  readonly item: Group | Exception;
  /** Null where names without an address say so already. */
  readonly why: string | null;
}

/** What cannot match. Groups that others extend may be without a match of their own. */
export function unmatchable(bound: BoundProfile, seenHosts: readonly Address[]): readonly Unmatchable[] {
  const { groups, exceptions } = bound.profile;
  const matching = matchingSomewhere(bound, seenHosts);
  const tags = new Set(bound.identities.all.flatMap((identity) => identity.tags));
  const found: Unmatchable[] = [];
  const look = (what: Unmatchable["what"], item: Group | Exception) => {
    if (matching.has(item) || isElsewhere(item.match, bound)) return;
    const why = whyUnmatchable(item.match, tags, bound);
    if (why !== undefined) found.push({ what, item, why });
  };
  for (const group of groups) look("group", group);
  for (const exception of exceptions) {
    if (exception.from === null || exception.from.includes(bound.vantage)) look("exception", exception);
  }
  return found;
}

/** What matches a host that is known: by name, by address, by an identity or because a run has seen it. */
function matchingSomewhere(
  bound: BoundProfile,
  seenHosts: readonly Address[],
): ReadonlySet<Group | Exception> {
  const { groups, exceptions } = bound.profile;
  const known = new Set<Address>([...seenHosts, ...[...bound.names.values()].flat()]);
  for (const { addresses } of bound.identities.all) for (const address of addresses) known.add(address);
  for (const { match } of [...groups, ...exceptions]) {
    for (const { family, first, last } of [...(match.addresses ?? []), ...(match.hosts?.addresses ?? [])]) {
      if (first === last) known.add(numberToAddress(family, first));
    }
  }
  const matching = new Set<Group | Exception>();
  // Hosts that are matched alike share their lists.
  const groupsOfHosts = new Set([...known].map((address) => matchGroups(bound, address)));
  for (const matched of groupsOfHosts) for (const { group } of matched) matching.add(group);
  const exceptionsOfHosts = new Set([...known].map((address) => exceptionsOf(bound, address)));
  for (const matched of exceptionsOfHosts) for (const exception of matched) matching.add(exception);
  return matching;
}

function isElsewhere({ realms }: Match, { realm }: BoundProfile): boolean {
  return realms !== null && !realms.includes(realm);
}

/** Undefined where a host that nobody knows yet may be matched. */
function whyUnmatchable(
  match: Match,
  tags: ReadonlySet<string>,
  bound: BoundProfile,
): string | null | undefined {
  if (namesOf(match).some((name) => bound.unresolved.includes(name))) return null;
  if (match.tags !== null) {
    const known = new Set([...tags].map(foldTag));
    if (match.tags.some((tag) => known.has(foldTag(tag)))) return EXCLUDING;
    const named = match.tags.map((tag) => `\`${tag}\``).join(", ");
    const hint =
      tags.size === 0
        ? "; tags come from the profile's `hosts` and from `portreeve assets import`"
        : suggestWord(match.tags[0] ?? "", tags);
    return `no host has the tag ${named}${hint}`;
  }
  const sets = addressesOfKeys(match, bound);
  if (sets.some((set) => countAddresses(set) === 0n)) return "its network is excepted from itself";
  const [first, ...others] = sets;
  if (first === undefined) return undefined;
  const common = others.reduce(intersectAddresses, first);
  return countAddresses(common) === 0n ? EXCLUDING : undefined;
}

const EXCLUDING = "no host is named by all its keys";

function addressesOfKeys(match: Match, bound: BoundProfile): readonly AddressSet[] {
  const sets: AddressSet[] = [];
  const named = (names: readonly string[]) =>
    addressSetOf(names.flatMap((name) => bound.names.get(name) ?? []));
  if (match.addresses !== null) sets.push(addressSetOfNetworks(match.addresses));
  if (match.hosts !== null) {
    const { addresses, names } = match.hosts;
    sets.push(unionOfAddressSets([addressSetOfNetworks(addresses.filter(isSingle)), named(names)]));
  }
  if (match.names !== null) sets.push(named(match.names));
  if (match.networks !== null) {
    const remaining = match.networks.map(({ cidrs, except }) =>
      subtractAddresses(addressSetOfNetworks(cidrs), addressSetOfNetworks(except)),
    );
    sets.push(unionOfAddressSets(remaining));
  }
  return sets;
}
