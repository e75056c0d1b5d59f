import type { PortSet } from "../facts/port.js";
import { editDistance } from "../scope/nearWord.js";
import { countPorts } from "../scope/portSet.js";
import { readPorts, type ServicePorts, unionOfPorts } from "./portList.js";
import { plainText } from "./problem.js";
import { readProductRule } from "./productRule.js";
import { type Entry, LISTS, type List, UNREVIEWED } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { EntryFile, GroupFile } from "./schema.js";
import { readVersionRule } from "./versionRule.js";
import type { YamlPath } from "./yamlFile.js";

/** The entries that are written in one group, in no order that matters. */
export function readEntries(
  group: GroupFile,
  path: YamlPath,
  services: ServicePorts,
  reading: Reading,
): readonly Entry[] {
  return LISTS.flatMap((list) =>
    (group[list] ?? []).map((entry, index) =>
      readEntry(entry, list, group, [...path, list, index], services, reading),
    ),
  );
}

function readEntry(
  written: EntryFile,
  list: List,
  group: GroupFile,
  path: YamlPath,
  services: ServicePorts,
  reading: Reading,
): Entry {
  const detail = typeof written === "string" ? { port: written } : written;
  const portPath = typeof written === "string" ? path : [...path, "port"];
  const ports = readEntryPorts(detail.port, portPath, services, reading);
  const own = readOwner(detail.owner, [...path, "owner"], reading);
  complainOf(readProductRule(detail.product ?? "").wrong, [...path, "product"], reading);
  complainOf(
    detail.version === undefined ? null : readVersionRule(detail.version).wrong,
    [...path, "version"],
    reading,
  );
  return {
    list,
    text: [detail.port].flat().join(", "),
    ports,
    width: countPorts(ports),
    service: detail.service ?? null,
    product: detail.product ?? null,
    version: detail.version ?? null,
    owner: own,
    unreviewed: own === UNREVIEWED || (own === null && isUnreviewed(group.owner)),
    reason: detail.reason ?? null,
    severity: detail.severity ?? null,
    line: reading.lineOf(path),
    writtenIn: group.id,
    depth: 0,
  };
}

function readEntryPorts(
  texts: string | readonly string[],
  path: YamlPath,
  services: ServicePorts,
  reading: Reading,
): PortSet {
  const sets: PortSet[] = [];
  for (const { item, path: at } of listWithPaths(texts, path)) {
    const read = readPorts(item, services);
    if (read.ports === null) reading.complain(at, read.wrong);
    else sets.push(read.ports);
  }
  return unionOfPorts(sets);
}

/**
 * The owner as it counts. A misspelt `unreviewed` would permit what nobody has looked at, so it is refused;
 * case does not matter.
 */
export function readOwner(text: string | undefined, path: YamlPath, reading: Reading): string | null {
  if (text === undefined) return null;
  if (isUnreviewed(text)) return UNREVIEWED;
  if (editDistance(text.toLowerCase(), UNREVIEWED) <= 2) {
    reading.complain(path, `\`${plainText(text)}\` is no owner; did you mean \`${UNREVIEWED}\`?`);
  }
  return text;
}

/** Whether an owner is the word that permits nothing. */
export function isUnreviewed(owner: string | null | undefined): boolean {
  return owner?.toLowerCase() === UNREVIEWED;
}

function complainOf(wrong: string | null, path: YamlPath, reading: Reading): void {
  if (wrong !== null) reading.complain(path, wrong);
}
