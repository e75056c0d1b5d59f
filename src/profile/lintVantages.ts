/** Vantages that rules name and no run has, vantages that no rule names, and hosts that no group is for. */
import type { ProfileLine } from "../facts/finding.js";
import type { BoundProfile } from "./bind.js";
import { matchGroups } from "./hostRules.js";
import type { LintContext } from "./lint.js";
import { type LintRow, ownEntries, warn } from "./lintRow.js";
import { compareText } from "./rank.js";

export function lintVantages(bound: BoundProfile, { seenVantages }: LintContext): readonly LintRow[] {
  return [
    ...(seenVantages === undefined ? [] : lintUnseen(bound, seenVantages)),
    ...lintUnnamed(bound, seenVantages ?? []),
    ...lintHosts(bound),
  ];
}

/** Where rules name each vantage, in the order of the profile. */
function mentionsOf({ profile }: BoundProfile): ReadonlyMap<string, readonly ProfileLine[]> {
  const mentions = new Map<string, ProfileLine[]>();
  const mention = (vantage: string, line: ProfileLine) => {
    const lines = mentions.get(vantage);
    if (lines === undefined) mentions.set(vantage, [line]);
    else lines.push(line);
  };
  for (const { seenAs, line } of profile.hosts) for (const vantage of seenAs.keys()) mention(vantage, line);
  for (const entry of profile.groups.flatMap(ownEntries)) {
    for (const vantage of new Set([...(entry.from ?? []), ...entry.closedFrom])) mention(vantage, entry.line);
  }
  for (const { from, line } of profile.exceptions) for (const vantage of from ?? []) mention(vantage, line);
  return mentions;
}

function lintUnseen(bound: BoundProfile, seenVantages: readonly string[]): readonly LintRow[] {
  return [...mentionsOf(bound)].flatMap(([vantage, lines]) => {
    const first = lines[0];
    if (first === undefined || vantage === bound.vantage || seenVantages.includes(vantage)) return [];
    const where =
      lines.length === 1 ? "a rule here names it" : `${lines.length} rules name it, the first here`;
    const known = seenVantages.toSorted(compareText).join(", ");
    const others = known === "" ? "" : ` (runs have been made from ${known})`;
    return [warn(first, `no run has the vantage \`${vantage}\`${others}; ${where}`)];
  });
}

function lintUnnamed(bound: BoundProfile, seenVantages: readonly string[]): readonly LintRow[] {
  const mentioned = mentionsOf(bound);
  const seen = new Set([...mentioned.keys(), ...seenVantages, bound.vantage]);
  return bound.profile.vantages
    .filter(({ name }) => !seen.has(name))
    .map(({ name, line }) => warn(line, `the vantage \`${name}\` is never named, and no run has it`));
}

/** A host is of use where a group is for it, by name or by an address. */
function lintHosts(bound: BoundProfile): readonly LintRow[] {
  const { hosts, groups } = bound.profile;
  const isForHosts = groups.filter(({ match }) => match.realms?.includes(bound.realm) !== false);
  if (isForHosts.length === 0) return [];
  return hosts.flatMap(({ name, addresses, line }) => {
    const [address] = addresses;
    if (address === undefined || matchGroups(bound, address).length > 0) return [];
    return [warn(line, `no group is for the host \`${name}\`: neither its name nor its addresses are named`)];
  });
}
