import { gatherById, gatherItems, type Placed } from "./definitions.js";
import { readEntries, readOwner } from "./entry.js";
import { readMatch } from "./groupMatch.js";
import type { Part } from "./include.js";
import { suggestWord } from "./nearWord.js";
import type { ServicePorts } from "./portList.js";
import { type Problem, plainText } from "./problem.js";
import { type Entry, type Group, type NamedNetwork, UNREVIEWED } from "./profile.js";
import { compareWithinGroup } from "./rank.js";
import type { GroupFile } from "./schema.js";
import { nameTemplate, type Templates, takeTemplates } from "./templates.js";
import type { VantageNames } from "./vantages.js";

/** What the profile gives a name, for whatever uses the names. */
export interface Named {
  readonly networks: ReadonlyMap<string, NamedNetwork>;
  readonly services: ServicePorts;
  readonly vantages: VantageNames;
  readonly templates: Templates;
}

/** Reads the groups: each with its own entries, those of its templates and those of the groups it extends. */
export function readGroups(parts: readonly Part[], named: Named): readonly Group[] {
  const placed = gatherById(gatherItems(parts, "groups"), "group");
  const own = new Map([...placed].map(([id, group]) => [id, readGroup(group, named)]));
  let isSound = true;
  for (const group of placed.values()) {
    const wrong = explainExtends(group.value, own);
    if (wrong === null) continue;
    group.reading.complain([...group.path, "extends"], wrong);
    isSound = false;
  }
  if (!isSound) return [];
  const whole = new Map<string, Group>();
  return [...own.values()].map((group) => inherit(group, own, whole));
}

function readGroup({ value: group, path, reading }: Placed<GroupFile>, named: Named): Group {
  const writer = { writtenIn: group.id, owner: group.owner ?? null, depth: 0 };
  const taken = takeTemplates(group.templates, [...path, "templates"], named.templates, reading);
  return {
    id: group.id,
    line: reading.lineOf([...path, "id"]),
    match: readMatch(group.match, [...path, "match"], named.networks, reading),
    extends: group.extends ?? null,
    templates: taken.names,
    owner: readOwner(group.owner, [...path, "owner"], reading),
    severity: group.severity ?? null,
    entries: [...readEntries(group, path, writer, named, reading), ...taken.entries],
  };
}

/** More steps than this are no one's intent, and each copies the entries of all before it. */
const DEEPEST = 20;

/** What is wrong with a group's `extends`; null where nothing is. */
function explainExtends(group: GroupFile, groups: ReadonlyMap<string, Group>): Problem["message"] | null {
  const chain = new Set([group.id]);
  const extended = group.extends;
  if (extended !== undefined && !groups.has(extended)) {
    return () => `unknown group \`${plainText(extended)}\`${suggestWord(extended, groups.keys())}`;
  }
  let parent = extended;
  while (parent !== undefined && parent !== null) {
    if (parent === group.id) return `groups extend each other in a circle: ${[...chain, parent].join(" → ")}`;
    // A circle further up is told where it is.
    if (chain.has(parent)) return null;
    chain.add(parent);
    if (chain.size > DEEPEST + 1) return `groups extend each other more than ${DEEPEST} deep`;
    parent = groups.get(parent)?.extends ?? undefined;
  }
  return null;
}

/** The group with what it takes over. Its match is its own alone; its own entries come before inherited ones. */
function inherit(group: Group, own: ReadonlyMap<string, Group>, whole: Map<string, Group>): Group {
  const done = whole.get(group.id);
  if (done !== undefined) return done;
  const above = group.extends === null ? undefined : own.get(group.extends);
  const parent = above === undefined ? null : inherit(above, own, whole);
  const owner = group.owner ?? parent?.owner ?? null;
  // A template that the group takes itself is not taken a second time, further away.
  const templates = new Set(group.templates.map(nameTemplate));
  const inherited = (parent?.entries ?? [])
    .filter(({ writtenIn }) => !templates.has(writtenIn))
    .map((entry): Entry => ({ ...entry, depth: entry.depth + 1 }));
  // What nobody has reviewed stays so, whoever takes it over; and an unreviewed group blesses nothing it takes over.
  const entries = [...group.entries, ...inherited].map((entry): Entry => {
    const unreviewed = entry.unreviewed || (entry.owner === null && owner === UNREVIEWED);
    return unreviewed === entry.unreviewed ? entry : { ...entry, unreviewed };
  });
  const result: Group = {
    ...group,
    owner,
    severity: group.severity ?? parent?.severity ?? null,
    entries: entries.sort(compareWithinGroup),
  };
  whole.set(group.id, result);
  return result;
}
