import type { PortSet } from "../facts/port.js";
import { editDistance } from "../scope/nearWord.js";
import { countPorts } from "../scope/portSet.js";
import { readPorts, type ServicePorts, unionOfPorts } from "./portList.js";
import { plainText } from "./problem.js";
import { readProductRule } from "./productRule.js";
import { type Entry, LISTS, type List, UNREVIEWED } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { EntryFile, ListsFile } from "./schema.js";
import { readFrom, type VantageNames } from "./vantages.js";
import { readVersionRule } from "./versionRule.js";
import type { YamlPath } from "./yamlFile.js";

/** What an entry may name. */
export interface EntryNames {
  readonly services: ServicePorts;
  readonly vantages: VantageNames;
}

/** The group or template that entries are written in. */
export interface Writer {
  readonly writtenIn: string;
  /** The owner of what is written without one; a template has none. */
  readonly owner: string | null;
  readonly depth: number;
}

/** The entries of a group's or a template's lists, in no order that matters. */
export function readEntries(
  lists: ListsFile,
  path: YamlPath,
  writer: Writer,
  names: EntryNames,
  reading: Reading,
): readonly Entry[] {
  return LISTS.flatMap((list) =>
    (lists[list] ?? []).map((entry, index) =>
      readEntry(entry, list, [...path, list, index], writer, names, reading),
    ),
  );
}

function readEntry(
  written: EntryFile,
  list: List,
  path: YamlPath,
  { writtenIn, owner, depth }: Writer,
  { services, vantages }: EntryNames,
  reading: Reading,
): Entry {
  const detail = typeof written === "string" ? { port: written } : written;
  const portPath = typeof written === "string" ? path : [...path, "port"];
  const ports = readPortList(detail.port, portPath, services, reading);
  const own = readOwner(detail.owner, [...path, "owner"], reading);
  checkExpected(detail, path, reading);
  return {
    list,
    text: [detail.port].flat().join(", "),
    ports,
    width: countPorts(ports),
    service: detail.service ?? null,
    product: detail.product ?? null,
    version: detail.version ?? null,
    ...readPlaces(detail, path, vantages, reading),
    owner: own,
    unreviewed: own === UNREVIEWED || (own === null && isUnreviewed(owner)),
    reason: detail.reason ?? null,
    severity: detail.severity ?? null,
    line: reading.lineOf(path),
    writtenIn,
    depth,
  };
}

type EntryDetail = Exclude<EntryFile, string>;

function readPlaces(
  detail: EntryDetail,
  path: YamlPath,
  vantages: VantageNames,
  reading: Reading,
): Pick<Entry, "from" | "closedFrom"> {
  const from = readFrom(detail.from, [...path, "from"], vantages, reading);
  const closedFrom = readFrom(detail.closed_from, [...path, "closed_from"], vantages, reading) ?? [];
  const both = closedFrom.find((vantage) => from?.includes(vantage));
  if (both !== undefined) {
    reading.complain(
      [...path, "closed_from"],
      `\`${plainText(both)}\` stands in \`from\` and in \`closed_from\`: the port cannot be open and closed from there`,
    );
  }
  return { from, closedFrom };
}

function checkExpected({ product, version }: EntryDetail, path: YamlPath, reading: Reading): void {
  const wrongProduct = product === undefined ? null : readProductRule(product).wrong;
  if (wrongProduct !== null) reading.complain([...path, "product"], wrongProduct);
  const wrongVersion = version === undefined ? null : readVersionRule(version).wrong;
  if (wrongVersion !== null) reading.complain([...path, "version"], wrongVersion);
}

/** The ports of one text or a list of them; what is no port is complained of and left out. */
export function readPortList(
  texts: string | readonly string[],
  path: YamlPath,
  services: ServicePorts,
  reading: Reading,
): PortSet {
  const sets: PortSet[] = [];
  for (const { item, path: at } of listWithPaths(texts, path)) {
    const read = readPorts(item, services);
    if (read.ports === null) reading.complain(at, () => read.wrong);
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
