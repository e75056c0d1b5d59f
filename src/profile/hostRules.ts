import type { Address } from "../facts/address.js";
import type { BoundProfile } from "./bind.js";
import type { Expectation } from "./expectation.js";
import { findGroups, type Naming } from "./groupIndex.js";
import type { Entry, Group } from "./profile.js";
import { compareSpecificity, compareText } from "./rank.js";

/** A group that matches a host, and how exactly. */
export interface MatchedGroup extends Naming {
  readonly group: Group;
}

/** What is said about one host (or about all hosts that the same groups match in the same way). */
export interface HostRules {
  /** The most specific first. */
  readonly matched: readonly MatchedGroup[];
  /** The entries of those groups, without the groups that list no port. */
  readonly listing: readonly MatchedGroup[];
  /** What was said of ports before, by protocol and number. It grows; it never changes an answer. */
  readonly expectations: Map<number, Expectation>;
}

/** The groups that match a host, the most specific first; equally specific ones by id. Empty for a host nobody lists. */
export function matchGroups(bound: BoundProfile, address: Address): readonly MatchedGroup[] {
  return rulesOf(bound, address).matched;
}

/** The rules of a host; asked for again they come from memory. */
export function rulesOf(bound: BoundProfile, address: Address): HostRules {
  const known = bound.rules.get(address);
  if (known !== undefined) return known;
  const found = [...findGroups(bound.index, address)].sort(
    (a, b) =>
      compareSpecificity(a.naming.specificity, b.naming.specificity) ||
      compareText(a.group.group.id, b.group.group.id),
  );
  const key = found.map(({ group, naming }) => `${group.number}:${naming.how}`).join("\n");
  let rules = bound.sharedRules.get(key);
  if (rules === undefined) {
    const matched = found.map(({ group, naming }) => ({ group: group.group, ...naming }));
    rules = {
      matched,
      listing: matched.filter(({ group }) => group.entries.length > 0),
      expectations: new Map(),
    };
    bound.sharedRules.set(key, rules);
  }
  bound.rules.set(address, rules);
  return rules;
}

/** An entry as one of a host's groups brings it in. */
export interface Candidate {
  readonly entry: Entry;
  readonly matched: MatchedGroup;
}
