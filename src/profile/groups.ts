import { readEntries, readOwner } from "./entry.js";
import { readMatch } from "./groupMatch.js";
import { suggestWord } from "./nearWord.js";
import type { ServicePorts } from "./portList.js";
import { plainText } from "./problem.js";
import { type Entry, type Group, type NamedNetwork, UNREVIEWED } from "./profile.js";
import { compareWithinGroup } from "./rank.js";
import type { Reading } from "./reading.js";
import type { GroupFile } from "./schema.js";
import type { YamlPath } from "./yamlFile.js";

interface Named {
  readonly networks: ReadonlyMap<string, NamedNetwork>;
  readonly services: ServicePorts;
}

/** Reads the groups: each with its own entries and those of the groups it extends. */
export function readGroups(written: readonly GroupFile[], named: Named, reading: Reading): readonly Group[] {
  const own = new Map<string, Group>();
  written.forEach((group, index) => {
    const path: YamlPath = ["groups", index];
    const first = own.get(group.id);
    if (first !== undefined) {
      reading.complain(
        [...path, "id"],
        `the id \`${plainText(group.id)}\` is taken by the group of line ${first.line.line}`,
      );
    }
    const read = readGroup(group, path, named, reading);
    if (first === undefined) own.set(group.id, read);
  });
  written.forEach((group, index) => {
    checkExtends(group, ["groups", index, "extends"], own, reading);
  });
  if (reading.problems.length > 0) return [];
  const whole = new Map<string, Group>();
  return [...own.values()].map((group) => inherit(group, own, whole));
}

function readGroup(group: GroupFile, path: YamlPath, named: Named, reading: Reading): Group {
  return {
    id: group.id,
    line: reading.lineOf([...path, "id"]),
    match: readMatch(group.match, [...path, "match"], named.networks, reading),
    extends: group.extends ?? null,
    owner: readOwner(group.owner, [...path, "owner"], reading),
    severity: group.severity ?? null,
    entries: readEntries(group, path, named.services, reading),
  };
}

function checkExtends(
  group: GroupFile,
  path: YamlPath,
  groups: ReadonlyMap<string, Group>,
  reading: Reading,
): void {
  const chain = new Set([group.id]);
  let parent = group.extends;
  if (parent !== undefined && !groups.has(parent)) {
    reading.complain(path, `unknown group \`${plainText(parent)}\`${suggestWord(parent, groups.keys())}`);
    return;
  }
  while (parent !== undefined && parent !== null) {
    if (parent === group.id) {
      reading.complain(path, `groups extend each other in a circle: ${[...chain, parent].join(" → ")}`);
      return;
    }
    // A circle further up is told where it is.
    if (chain.has(parent)) return;
    chain.add(parent);
    parent = groups.get(parent)?.extends ?? undefined;
  }
}

/** The group with what it takes over. Its match is its own alone; its own entries come before inherited ones. */
function inherit(group: Group, own: ReadonlyMap<string, Group>, whole: Map<string, Group>): Group {
  const done = whole.get(group.id);
  if (done !== undefined) return done;
  const above = group.extends === null ? undefined : own.get(group.extends);
  const parent = above === undefined ? null : inherit(above, own, whole);
  const owner = group.owner ?? parent?.owner ?? null;
  const inherited = (parent?.entries ?? []).map((entry): Entry => ({ ...entry, depth: entry.depth + 1 }));
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
