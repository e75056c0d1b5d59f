/** Doubts about groups that need no host to be seen: wide permissions, repeats, entries that never apply. */
import { formatPortSet } from "../scope/portSet.js";
import { TakenPorts } from "./lintPorts.js";
import { type LintRow, ownEntries, warn } from "./lintRow.js";
import { namePlace } from "./problem.js";
import type { Entry, Group } from "./profile.js";
import { compareWithinGroup } from "./rank.js";

/** A permission this wide says little. */
export const WIDE = 1000;

export function lintGroups(groups: readonly Group[]): readonly LintRow[] {
  return [
    ...groups.flatMap(lintWidth),
    ...groups.flatMap(lintRepeats),
    ...groups.flatMap(lintShadowed),
    ...lintUnreviewed(groups),
  ];
}

function lintWidth(group: Group): readonly LintRow[] {
  return ownEntries(group)
    .filter(({ list, width }) => list !== "forbidden" && width > WIDE)
    .map(({ line, list, text, width }) => warn(line, `\`${text}\`: ${width} ports are ${list} by one entry`));
}

/** The same ports twice in one group, for one vantage: in two lists that contradict each other an error, else a warning. */
function lintRepeats(group: Group): readonly LintRow[] {
  const rows: LintRow[] = [];
  const entries = ownEntries(group).toSorted((a, b) => a.line.line - b.line.line);
  const byPorts = new Map<string, Entry[]>();
  for (const entry of entries) {
    const ports = formatPortSet(entry.ports);
    const before = byPorts.get(ports) ?? [];
    const first = before.find((other) => speakTogether(entry, other));
    before.push(entry);
    byPorts.set(ports, before);
    if (first === undefined) continue;
    const contradicts = (first.list === "forbidden") !== (entry.list === "forbidden");
    const listed = first.list === entry.list ? `${entry.list} twice` : `${entry.list} and ${first.list}`;
    const message = `group \`${group.id}\`: \`${entry.text}\` is ${listed}, first in ${namePlace(first.line)}`;
    rows.push({ level: contradicts ? "error" : "warning", message, line: entry.line });
  }
  return rows;
}

/** Whether both are meant for one vantage. That one speaks of all vantages and the other of some is an exception to it. */
function speakTogether(a: Entry, b: Entry): boolean {
  if (a.from === null || b.from === null) return a.from === b.from;
  const other = b.from;
  return a.from.some((vantage) => other.includes(vantage));
}

function lintShadowed(group: Group): readonly LintRow[] {
  return shadowedEntries(group).map(({ line, text }) =>
    warn(line, `group \`${group.id}\`: \`${text}\` never applies: narrower entries list all its ports`),
  );
}

const shadowed = new WeakMap<Group, readonly Entry[]>();
/** One for all groups, made where it is first needed: it is large. */
let taken: TakenPorts | null = null;

/** Entries that never win within their own group, because narrower ones beside them list every port of theirs. */
export function shadowedEntries(group: Group): readonly Entry[] {
  let found = shadowed.get(group);
  if (found === undefined) {
    found = findShadowed(group);
    shadowed.set(group, found);
  }
  return found;
}

function findShadowed(group: Group): readonly Entry[] {
  const seen = new Set<string>();
  const entries = ownEntries(group).filter(countsSomewhere).sort(compareWithinGroup);
  taken ??= new TakenPorts();
  const listed = taken;
  listed.clear();
  return entries.filter((entry) => {
    // Where entries share a port among vantages, one that names a vantage speaks there, however wide it is.
    if (entry.from !== null && entry.list !== "forbidden") {
      listed.take(entry.ports);
      return false;
    }
    const ports = formatPortSet(entry.ports);
    // The same ports twice are a repeat, and told as one.
    const isShadowed = !seen.has(ports) && !listed.hasFree(entry.ports);
    // What is forbidden from some vantages says nothing elsewhere, and leaves the port to wider entries.
    if (entry.from === null) listed.take(entry.ports);
    seen.add(ports);
    return isShadowed;
  });
}

/** Whether it has a say from any vantage: one that nobody reviewed permits nothing, but it may forbid. */
export function countsSomewhere(entry: Entry): boolean {
  return !entry.unreviewed || entry.list === "forbidden";
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
