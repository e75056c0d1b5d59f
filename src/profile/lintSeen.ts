/** Rules held against the hosts that runs have seen: groups that match none, entries that win on none. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { type HostRules, type MatchedGroup, rulesOf } from "./hostRules.js";
import { shadowedEntries } from "./lintGroups.js";
import { type LintRow, ownEntries, warn } from "./lintRow.js";
import { unmatchable } from "./lintUnmatchable.js";
import type { Entry } from "./profile.js";
import { compareEntries } from "./rank.js";
import { type Voice, voicesOf } from "./voice.js";

/** Groups that match no host seen, and entries that win on none although their group matches some. */
export function lintAgainstHosts(bound: BoundProfile, seenHosts: readonly Address[]): readonly LintRow[] {
  const rulesSeen = new Set(seenHosts.map((address) => rulesOf(bound, address)));
  const matched = new Set([...rulesSeen].flatMap((rules) => rules.matched.map(({ group }) => group)));
  const winning = new Set([...rulesSeen].flatMap((rules) => [...winningLines(rules)]));
  const extended = new Set(bound.profile.groups.map((group) => group.extends));
  const told = new Set(unmatchable(bound, seenHosts).map(({ item }) => item));
  const rows: LintRow[] = [];
  for (const group of bound.profile.groups) {
    if (!matched.has(group)) {
      const isOfOtherRealm = group.match.realms?.includes(bound.realm) === false;
      // A group that others extend has its use, and one that cannot match is told of already.
      if (!extended.has(group.id) && !told.has(group) && !isOfOtherRealm)
        rows.push(warn(group.line, `group \`${group.id}\` matches none of the hosts seen`));
      continue;
    }
    const shadowed = new Set(shadowedEntries(group));
    const speaking = new Set(
      voicesOf(group, bound.vantage)
        .all.filter(isSpeaking)
        .map(({ entry }) => entry),
    );
    for (const entry of ownEntries(group)) {
      if (!speaking.has(entry) || winning.has(lineKey(entry)) || shadowed.has(entry)) continue;
      const message = `group \`${group.id}\`: \`${entry.text}\` applies to none of the hosts seen: others win`;
      rows.push(warn(entry.line, message));
    }
  }
  return rows;
}

/** What only keeps this vantage out is meant for others. */
function isSpeaking({ counts, elsewhere }: Voice): boolean {
  return counts && elsewhere !== "not-from";
}

/** An entry as it is written, whichever groups take it over. */
export function lineKey({ writtenIn, list, line, text, from, closedFrom }: Entry): string {
  return JSON.stringify([writtenIn, list, line.file, line.line, text, from, closedFrom]);
}

/** The entries that win at least one port under these rules. */
function* winningLines(rules: HostRules): Generator<string> {
  // Settled from the most specific rank down; what is settled is out of reach of what comes after.
  let settled: PortSet = emptyPortSet;
  for (const level of byLevel(rules)) {
    const claims = level.flatMap(claimsOf);
    claims.sort((a, b) => compareEntries(a.voice.entry, b.voice.entry, a.voice.word, b.voice.word));
    for (const { voice, ports } of claims) {
      if (countPorts(subtractPorts(ports, settled)) === 0) continue;
      yield lineKey(voice.entry);
      settled = unionPorts(settled, ports);
    }
  }
}

/** The ports that each entry speaks for in its group, once the entries before it have taken theirs. */
function claimsOf({ voices }: MatchedGroup): readonly { readonly voice: Voice; readonly ports: PortSet }[] {
  let taken: PortSet = emptyPortSet;
  const counting = voices.all.filter(({ counts }) => counts);
  return counting.map((voice) => {
    const ports = subtractPorts(heardPorts(voice, counting), taken);
    taken = unionPorts(taken, ports);
    return { voice, ports };
  });
}

/** What only keeps the vantage out is not heard where an entry beside it names the vantage (`voice.ts`). */
function heardPorts({ entry, elsewhere }: Voice, counting: readonly Voice[]): PortSet {
  if (elsewhere !== "not-from") return entry.ports;
  return counting
    .filter((other) => other.namesVantage && other.entry.depth === entry.depth)
    .reduce((ports, other) => subtractPorts(ports, other.entry.ports), entry.ports);
}

function byLevel(rules: HostRules): readonly (readonly MatchedGroup[])[] {
  const levels = new Map<string, MatchedGroup[]>();
  for (const matched of rules.listing) {
    const key = JSON.stringify(matched.specificity);
    const level = levels.get(key);
    if (level === undefined) levels.set(key, [matched]);
    else level.push(matched);
  }
  return [...levels.values()];
}
