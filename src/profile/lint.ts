/** What is allowed in a profile and yet likely no one's intent. */
import type { Address } from "../facts/address.js";
import type { ProfileLine } from "../facts/finding.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, formatPortSet, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { placeOf } from "./expectation.js";
import { type HostRules, rulesOf } from "./hostRules.js";
import type { Entry, Group } from "./profile.js";
import { compareEntries, hasSay } from "./rank.js";

export interface LintRow {
  readonly level: "error" | "warning";
  readonly message: string;
  readonly line: ProfileLine;
}

/** A permission this wide says little. */
const WIDE = 1000;

/**
 * Rows in the order of the file's lines. With `seenHosts` (the addresses that runs have seen alive) groups that
 * match none of them, and entries that win on none of them, are told too.
 */
export function lintProfile(
  bound: BoundProfile,
  { seenHosts }: { readonly seenHosts?: readonly Address[] } = {},
): readonly LintRow[] {
  const { groups } = bound.profile;
  const rows = [
    ...groups.flatMap((group) => lintNames(group, bound)),
    ...groups.flatMap(lintTags),
    ...groups.flatMap(lintWidth),
    ...groups.flatMap(lintRepeats),
    ...groups.flatMap(lintShadowed),
    ...lintUnreviewed(groups),
    ...(seenHosts === undefined ? [] : lintAgainstHosts(bound, seenHosts)),
  ];
  return rows.sort((a, b) => a.line.line - b.line.line);
}

function lintNames({ id, match, line }: Group, bound: BoundProfile): readonly LintRow[] {
  return (match.names ?? [])
    .filter((name) => bound.unresolved.includes(name))
    .map((name) => warn(line, `group \`${id}\`: the name ${name} has no address, so it matches no host`));
}

function lintTags({ id, match, line }: Group): readonly LintRow[] {
  if (match.tags === null) return [];
  return [warn(line, `group \`${id}\` matches by tags; nothing has a tag yet, so it matches no host`)];
}

function lintWidth(group: Group): readonly LintRow[] {
  return ownEntries(group)
    .filter(({ list, width }) => list !== "forbidden" && width > WIDE)
    .map(({ line, list, text, width }) => warn(line, `\`${text}\`: ${width} ports are ${list} by one entry`));
}

/** The same ports twice in one group: in two lists that contradict each other an error, else a warning. */
function lintRepeats(group: Group): readonly LintRow[] {
  const rows: LintRow[] = [];
  const entries = ownEntries(group).toSorted((a, b) => a.line.line - b.line.line);
  const byPorts = new Map<string, Entry>();
  for (const entry of entries) {
    const ports = formatPortSet(entry.ports);
    const first = byPorts.get(ports);
    if (first === undefined) {
      byPorts.set(ports, entry);
      continue;
    }
    const contradicts = (first.list === "forbidden") !== (entry.list === "forbidden");
    const listed = first.list === entry.list ? `${entry.list} twice` : `${entry.list} and ${first.list}`;
    const message = `group \`${group.id}\`: \`${entry.text}\` is ${listed}, first in ${placeOf(first.line)}`;
    rows.push({ level: contradicts ? "error" : "warning", message, line: entry.line });
  }
  return rows;
}

function lintShadowed(group: Group): readonly LintRow[] {
  return shadowedEntries(group).map(({ line, text }) =>
    warn(line, `group \`${group.id}\`: \`${text}\` never applies: narrower entries list all its ports`),
  );
}

/** Entries that never win within their own group, because narrower ones beside them list every port of theirs. */
function shadowedEntries(group: Group): readonly Entry[] {
  let listed = emptyPortSet;
  const seen = new Set<string>();
  return group.entries.filter((entry) => {
    if (entry.depth > 0 || !hasSay(entry)) return false;
    const ports = formatPortSet(entry.ports);
    // The same ports twice are a repeat, and told as one.
    const isShadowed = !seen.has(ports) && countPorts(subtractPorts(entry.ports, listed)) === 0;
    listed = unionPorts(listed, entry.ports);
    seen.add(ports);
    return isShadowed;
  });
}

function lintUnreviewed(groups: readonly Group[]): readonly LintRow[] {
  const entries = groups.flatMap(ownEntries).filter(({ unreviewed }) => unreviewed);
  const first = entries.toSorted((a, b) => a.line.line - b.line.line)[0];
  if (first === undefined) return [];
  const many =
    entries.length === 1
      ? "1 entry is unreviewed and permits"
      : `${entries.length} entries are unreviewed and permit`;
  return [warn(first.line, `${many} nothing; the first is here: put the owner in its place`)];
}

/** Groups that match no host seen, and entries that win on none although their group matches some. */
function lintAgainstHosts(bound: BoundProfile, seenHosts: readonly Address[]): readonly LintRow[] {
  const rulesSeen = new Set(seenHosts.map((address) => rulesOf(bound, address)));
  const matched = new Set([...rulesSeen].flatMap((rules) => rules.matched.map(({ group }) => group)));
  const winning = new Set([...rulesSeen].flatMap((rules) => [...winningLines(rules)]));
  const extended = new Set(bound.profile.groups.map((group) => group.extends));
  const rows: LintRow[] = [];
  for (const group of bound.profile.groups) {
    if (!matched.has(group)) {
      // A group that others extend has its use, and one that cannot match is told of already.
      if (!extended.has(group.id) && isAbleToMatch(group, bound))
        rows.push(warn(group.line, `group \`${group.id}\` matches none of the hosts seen`));
      continue;
    }
    const told = new Set(shadowedEntries(group));
    for (const entry of ownEntries(group)) {
      if (!hasSay(entry) || winning.has(lineKey(entry)) || told.has(entry)) continue;
      rows.push(
        warn(
          entry.line,
          `group \`${group.id}\`: \`${entry.text}\` applies to none of the hosts seen: others win`,
        ),
      );
    }
  }
  return rows;
}

function isAbleToMatch({ match }: Group, bound: BoundProfile): boolean {
  return match.tags === null && !(match.names ?? []).some((name) => bound.unresolved.includes(name));
}

function lineKey(entry: Entry): string {
  return `${entry.writtenIn}\n${entry.list}\n${entry.line.line}\n${entry.text}`;
}

/** The entries that win at least one port under these rules. */
function* winningLines(rules: HostRules): Generator<string> {
  // Settled from the most specific rank down; what is settled is out of reach of what comes after.
  let settled: PortSet = emptyPortSet;
  for (const level of byLevel(rules)) {
    const claims = level.flatMap(claimsOf);
    claims.sort((a, b) => compareEntries(a.entry, b.entry));
    for (const { entry, ports } of claims) {
      if (countPorts(subtractPorts(ports, settled)) === 0) continue;
      yield lineKey(entry);
      settled = unionPorts(settled, ports);
    }
  }
}

/** The ports that each entry speaks for in its group, once the entries before it have taken theirs. */
function claimsOf(group: Group): readonly { readonly entry: Entry; readonly ports: PortSet }[] {
  let taken: PortSet = emptyPortSet;
  return group.entries.filter(hasSay).map((entry) => {
    const ports = subtractPorts(entry.ports, taken);
    taken = unionPorts(taken, entry.ports);
    return { entry, ports };
  });
}

function byLevel(rules: HostRules): readonly (readonly Group[])[] {
  const levels = new Map<string, Group[]>();
  for (const { group, specificity } of rules.listing) {
    const key = JSON.stringify(specificity);
    const level = levels.get(key);
    if (level === undefined) levels.set(key, [group]);
    else level.push(group);
  }
  return [...levels.values()];
}

function ownEntries(group: Group): readonly Entry[] {
  return group.entries.filter(({ depth }) => depth === 0);
}

function warn(line: ProfileLine, message: string): LintRow {
  return { level: "warning", message, line };
}
