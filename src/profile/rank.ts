/**
 * Which rule wins, apart from the order of the file. First every group that matches the host names its one entry
 * for the port (own before inherited, then the narrower, then forbidden > required > allowed; `voice.ts` tells how
 * entries of one depth share a port among vantages); then those entries meet: the group that names the host more exactly,
 * then the narrower entry, then again forbidden > required > allowed. Two stages, because "own before inherited" means
 * something within one group only: mixed into the second comparison it would make circles.
 */
import { PROTOCOLS } from "../facts/port.js";
import { formatPortSet } from "../scope/portSet.js";
import { portKeyOf } from "./portKey.js";
import { type Entry, LISTS, type List } from "./profile.js";

/** How exactly a group names a host. Compared from the top: address, name, tag, then the longer prefix. */
export interface Specificity {
  readonly address: boolean;
  readonly name: boolean;
  readonly tag: boolean;
  /** Length of the longest prefix that matched; -1 where no network is named. */
  readonly prefix: number;
}

/** Below zero: `a` is the more specific. */
export function compareSpecificity(a: Specificity, b: Specificity): number {
  return (
    Number(b.address) - Number(a.address) ||
    Number(b.name) - Number(a.name) ||
    Number(b.tag) - Number(a.tag) ||
    b.prefix - a.prefix
  );
}

/** The order of entries within one group, wherever one looks from; below zero: `a` wins. */
export function compareWithinGroup(a: Entry, b: Entry): number {
  return a.depth - b.depth || compareEntries(a, b, a.list, b.list);
}

/**
 * The narrower entry, then the graver of the words that the two say; entries that say different things never
 * compare equal.
 */
export function compareEntries(a: Entry, b: Entry, wordOfA: List, wordOfB: List): number {
  return (
    a.width - b.width ||
    gravity(wordOfA) - gravity(wordOfB) ||
    // Most that come this far differ here already; to spell out all they say is slow.
    compareText(a.writtenIn, b.writtenIn) ||
    firstPort(a) - firstPort(b) ||
    compareText(keyOf(a), keyOf(b))
  );
}

function firstPort({ ports }: Entry): number {
  const protocol = PROTOCOLS.find((each) => ports[each].length > 0) ?? "tcp";
  return portKeyOf({ protocol, port: ports[protocol][0]?.[0] ?? 0 });
}

function gravity(word: List): number {
  return LISTS.indexOf(word);
}

/** Code unit order: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const keys = new WeakMap<Entry, string>();

function keyOf(entry: Entry): string {
  let key = keys.get(entry);
  if (key === undefined) {
    const { list, ports, service, product, version, owner, severity, reason, unreviewed } = entry;
    key = JSON.stringify([
      list,
      formatPortSet(ports),
      service,
      product,
      version,
      entry.from?.toSorted() ?? null,
      entry.closedFrom.toSorted(),
      owner,
      severity,
      reason,
      unreviewed,
    ]);
    keys.set(entry, key);
  }
  return key;
}
