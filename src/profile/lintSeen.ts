/** Rules held against the hosts that runs have seen: groups that match none, entries that win on none. */
import type { Address } from "../facts/address.js";
import type { ProfileLine } from "../facts/finding.js";
import type { PortSet } from "../facts/port.js";
import { emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { type HostRules, type MatchedGroup, rulesOf } from "./hostRules.js";
import { shadowedEntries } from "./lintGroups.js";
import { overlap, TakenPorts } from "./lintPorts.js";
import { type LintRow, ownEntries, warn } from "./lintRow.js";
import { unmatchable } from "./lintUnmatchable.js";
import type { Entry, Group } from "./profile.js";
import { compareEntries } from "./rank.js";
import { invites, prohibits, type Voice, type Voices, voicesOf } from "./voice.js";

/** Groups that match no host seen, and entries that win on none although their group matches some. */
export function lintAgainstHosts(bound: BoundProfile, seenHosts: readonly Address[]): readonly LintRow[] {
  const rulesSeen = new Set(seenHosts.map((address) => rulesOf(bound, address)));
  const matched = new Set([...rulesSeen].flatMap((rules) => rules.matched.map(({ group }) => group)));
  const winning = winningLines(rulesSeen);
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

/** Groups that take an entry over share its line: to keep a key for each of their copies would fill the memory. */
const lineKeys = new WeakMap<ProfileLine, { readonly entry: Entry; readonly key: string }>();

/** An entry as it is written, whichever groups take it over. */
export function lineKey(entry: Entry): string {
  const { writtenIn, list, line, text, from, closedFrom } = entry;
  const known = lineKeys.get(line);
  if (known !== undefined && isCopy(entry, known.entry)) return known.key;
  const key = JSON.stringify([writtenIn, list, line.file, line.line, text, from, closedFrom]);
  lineKeys.set(line, { entry, key });
  return key;
}

function isCopy(a: Entry, b: Entry): boolean {
  return (
    a.writtenIn === b.writtenIn &&
    a.list === b.list &&
    a.text === b.text &&
    a.from === b.from &&
    a.closedFrom === b.closedFrom
  );
}

/** The entries that win at least one port under some of these rules. */
function winningLines(rulesSeen: Iterable<HostRules>): ReadonlySet<string> {
  const won = new Set<Entry>();
  const claimsOf = claimsReader();
  const settled = new TakenPorts();
  for (const rules of rulesSeen) {
    // Settled from the most specific rank down; what is settled is out of reach of what comes after.
    settled.clear();
    for (const level of byLevel(rules)) {
      for (const { voice, ports } of claimsOf(level)) {
        if (!settled.hasFree(ports)) continue;
        won.add(voice.entry);
        settled.take(ports);
      }
    }
  }
  return new Set([...won].map(lineKey));
}

interface Claim {
  readonly voice: Voice;
  readonly ports: PortSet;
}

/** Gives the claims of groups that name a host equally exactly, the winning ones first; many hosts share such groups. */
function claimsReader(): (level: readonly MatchedGroup[]) => readonly Claim[] {
  const ofGroups = new Map<Group, readonly Claim[]>();
  const ofLevels = new Map<string, readonly Claim[]>();
  const taken = new TakenPorts();
  const ofGroup = ({ group, voices }: MatchedGroup) => {
    let claims = ofGroups.get(group);
    if (claims === undefined) {
      taken.clear();
      claims = claimsIn(voices, taken);
      ofGroups.set(group, claims);
    }
    return claims;
  };
  return (level) => {
    const key = level.map(({ group }) => group.id).join("\n");
    let claims = ofLevels.get(key);
    if (claims === undefined) {
      claims = level
        .flatMap(ofGroup)
        .sort((a, b) => compareEntries(a.voice.entry, b.voice.entry, a.voice.word, b.voice.word));
      ofLevels.set(key, claims);
    }
    return claims;
  };
}

/** The ports that each entry speaks for in its group, once the entries before it have taken theirs. */
function claimsIn({ all }: Voices, taken: TakenPorts): readonly Claim[] {
  const counting = all.filter(({ counts }) => counts);
  const deciding = counting.filter((voice) => invites(voice) || prohibits(voice));
  return counting.flatMap((voice) => {
    const left = taken.take(voice.entry.ports);
    return voice.elsewhere === "not-from" ? heardPorts(voice, left, deciding) : [{ voice, ports: left }];
  });
}

/**
 * Who speaks for the ports that an entry has which only keeps the vantage out: the first beside it that invites the
 * vantage, itself where there is none or where a prohibition comes before that one (`voice.ts`).
 */
function heardPorts(shut: Voice, ports: PortSet, deciding: readonly Voice[]): readonly Claim[] {
  const claims: Claim[] = [];
  let own: PortSet = emptyPortSet;
  let open = ports;
  for (const voice of deciding) {
    if (voice.entry.depth !== shut.entry.depth || !overlap(open, voice.entry.ports)) continue;
    const shared = intersectPorts(open, voice.entry.ports);
    if (invites(voice)) claims.push({ voice, ports: shared });
    else own = unionPorts(own, shared);
    open = subtractPorts(open, shared);
  }
  return [...claims, { voice: shut, ports: unionPorts(own, open) }];
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
