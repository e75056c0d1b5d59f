import type { Address } from "../facts/address.js";
import type { BoundProfile } from "./bind.js";
import type { Expectation, RequiredPort } from "./expectation.js";
import { hostFactsOf } from "./hostFacts.js";
import { identityOf } from "./identities.js";
import { findMatches, locateHost, type Matched } from "./matchIndex.js";
import type { Naming } from "./matchKeys.js";
import type { Group } from "./profile.js";
import { type Voices, voicesOf } from "./voice.js";

/** A group that matches a host, how exactly, and what it says from here. */
export interface MatchedGroup extends Naming {
  readonly group: Group;
  readonly voices: Voices;
}

/** What is said about one host (or about all hosts that the same groups match in the same way). */
export interface HostRules {
  /** The most specific first. */
  readonly matched: readonly MatchedGroup[];
  /** Those of them that say something of ports from here. */
  readonly listing: readonly MatchedGroup[];
  /** Whether all that is said counts. */
  readonly isReviewed: boolean;
  /** What was worked out before. It grows; it never changes an answer. */
  readonly memory: {
    /** How many hosts have asked. */
    hosts: number;
    /** By protocol and number. */
    readonly expectations: Map<number, Expectation>;
    unlisted: Expectation | null;
    required: readonly RequiredPort[] | null;
  };
}

/** The groups that match a host, the most specific first; equally specific ones by id. Empty for a host nobody lists. */
export function matchGroups(bound: BoundProfile, address: Address): readonly MatchedGroup[] {
  return rulesOf(bound, address).matched;
}

/** The rules of a host; asked for again they come from memory. */
export function rulesOf(bound: BoundProfile, address: Address): HostRules {
  const { rules, rulesByPlaces } = bound.memory;
  const key = identityOf(bound.identities, address) ?? address;
  const known = rules.get(key);
  if (known !== undefined) return known;
  const host = hostFactsOf(bound.identities, address);
  const whereabouts = locateHost(bound.index, host);
  let found = rulesByPlaces.get(whereabouts.text);
  if (found === undefined) {
    found = rulesBy(bound, findMatches(bound.index, host, whereabouts));
    rulesByPlaces.set(whereabouts.text, found);
  }
  found.memory.hosts += 1;
  rules.set(key, found);
  return found;
}

/** Hosts in different places may be matched alike all the same: most tags and blocks name no group of theirs. */
function rulesBy(bound: BoundProfile, matches: readonly Matched<Group>[]): HostRules {
  const { rulesByMatches } = bound.memory;
  const key = matches.map(({ item, how }) => `${item.id} ${how}`).join("\n");
  let rules = rulesByMatches.get(key);
  if (rules === undefined) {
    const matched = matches.map(({ item, specificity, how }): MatchedGroup => {
      return { group: item, specificity, how, voices: voicesIn(bound, item) };
    });
    rules = {
      matched,
      listing: matched.filter(({ voices }) => voices.all.length > 0),
      isReviewed: matched.every(({ voices }) => voices.all.every(({ counts }) => counts)),
      memory: { hosts: 0, expectations: new Map(), unlisted: null, required: null },
    };
    rulesByMatches.set(key, rules);
  }
  return rules;
}

function voicesIn({ vantage, memory }: BoundProfile, group: Group): Voices {
  let voices = memory.voices.get(group);
  if (voices === undefined) {
    voices = voicesOf(group, vantage);
    memory.voices.set(group, voices);
  }
  return voices;
}
