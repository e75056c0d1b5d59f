import { PortreeveError } from "../facts/error.js";
import { type Port, type PortRange, type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import { quoteText } from "./quoteText.js";

/** Sets of ports, kept as `PortSet` in facts describes: sorted, disjoint, not adjacent ranges of each protocol. */

/** nmap's letters for `-p`. */
const LETTERS: Readonly<Record<Protocol, string>> = { tcp: "T", udp: "U", sctp: "S" };

export const emptyPortSet: PortSet = Object.freeze({
  tcp: Object.freeze([]),
  udp: Object.freeze([]),
  sctp: Object.freeze([]),
});

/** The set of these ports; order and repeats do not matter. */
export function portSetOf(ports: Iterable<Port>): PortSet {
  const ranges: Record<Protocol, PortRange[]> = { tcp: [], udp: [], sctp: [] };
  for (const { protocol, port } of ports) ranges[protocol].push([port, port]);
  return portSetOfRanges(ranges);
}

/** A set from ranges in any order, which may overlap; a protocol left out has none. The array may become the set's own. */
export function portSetOfRanges(ranges: Partial<Record<Protocol, readonly PortRange[]>>): PortSet {
  return eachProtocol((protocol) => {
    const given = ranges[protocol] ?? [];
    return isNormal(given) ? given : normalize([...given]);
  });
}

/** What is in any of the sets. */
export function unionPorts(...sets: readonly PortSet[]): PortSet {
  return eachProtocol((protocol) =>
    sets.reduce<readonly PortRange[]>((union, set) => uniteRanges(union, set[protocol]), []),
  );
}

/** Whether every port of `part` is in `whole`. */
export function isWithinPorts(part: PortSet, whole: PortSet): boolean {
  return PROTOCOLS.every((protocol) => isWithinRanges(part[protocol], whole[protocol]));
}

/** Whether there is no port in it. */
export function isEmptySet(set: PortSet): boolean {
  return set.tcp.length === 0 && set.udp.length === 0 && set.sctp.length === 0;
}

/** What is in `from` and not in `what`. */
export function subtractPorts(from: PortSet, what: PortSet): PortSet {
  return eachProtocol((protocol) => subtractRanges(from[protocol], what[protocol]));
}

/** What is in both sets. */
export function intersectPorts(a: PortSet, b: PortSet): PortSet {
  return eachProtocol((protocol) => intersectRanges(a[protocol], b[protocol]));
}

/** How many ports, of one protocol or of all. */
export function countPorts(set: PortSet, protocol?: Protocol): number {
  let count = 0;
  for (const each of protocol === undefined ? PROTOCOLS : [protocol]) {
    const ranges = set[each];
    // By index: taking a thousand ranges apart in a loop's head is ten times slower.
    for (let i = 0; i < ranges.length; i++) {
      const range = ranges[i] as PortRange;
      count += range[1] - range[0] + 1;
    }
  }
  return count;
}

/** Whether the set holds the port; a binary search. */
export function hasPort(set: PortSet, protocol: Protocol, port: number): boolean {
  const ranges = set[protocol];
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (port < range[0]) high = middle - 1;
    else if (port > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** Every port: TCP, UDP, SCTP, each ascending. */
export function* listPorts(set: PortSet): Iterable<Port> {
  for (const protocol of PROTOCOLS) {
    for (const [from, to] of set[protocol]) {
      for (let port = from; port <= to; port++) yield { protocol, port };
    }
  }
}

/** The canonical text, as nmap's `-p` takes it: `T:22,80-90,U:53`; "" for the empty set. Equal sets, equal text. */
export function formatPortSet(set: PortSet): string {
  return PROTOCOLS.filter((protocol) => set[protocol].length > 0)
    .map((protocol) => {
      const ranges = set[protocol].map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
      return `${LETTERS[protocol]}:${ranges.join(",")}`;
    })
    .join(",");
}

/**
 * The inverse of `formatPortSet`, for text we wrote ourselves (the store). Ports 0 to 65535.
 * @throws PortreeveError `failed` where the text is not canonical: then it is not ours
 */
export function parseCanonicalPorts(text: string): PortSet {
  const ranges: Record<Protocol, PortRange[]> = { tcp: [], udp: [], sctp: [] };
  let protocol: Protocol | undefined;
  for (const part of text === "" ? [] : text.split(",")) {
    const match = /^(?:([TUS]):)?([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part);
    if (match?.[1] !== undefined) protocol = PROTOCOLS.find((each) => LETTERS[each] === match[1]);
    const from = Number(match?.[2]);
    const to = Number(match?.[3] ?? match?.[2]);
    // A bad part makes NaN, which is no canonical number either.
    if (protocol === undefined || !(from <= to && to <= 65_535)) throw notCanonical(text);
    ranges[protocol].push([from, to]);
  }
  const set = portSetOfRanges(ranges);
  if (formatPortSet(set) !== text) throw notCanonical(text);
  return set;
}

function notCanonical(text: string): PortreeveError {
  return new PortreeveError("failed", `${quoteText(text)} is not a stored port list`, {
    hint: "the database was changed by hand or is damaged: run `portreeve doctor`",
  });
}

function eachProtocol(make: (protocol: Protocol) => readonly PortRange[]): PortSet {
  return { tcp: make("tcp"), udp: make("udp"), sctp: make("sctp") };
}

/** Sorted, disjoint and not adjacent already. */
function isNormal(ranges: readonly PortRange[]): boolean {
  let last = -2;
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i] as PortRange;
    if (range[0] <= last + 1) return false;
    last = range[1];
  }
  return true;
}

/** Sorts and merges what overlaps or touches. Changes the array it is given. */
function normalize(ranges: PortRange[]): readonly PortRange[] {
  if (isNormal(ranges)) return ranges;
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of ranges) {
    const current = merged.at(-1);
    if (current !== undefined && from <= current[1] + 1) current[1] = Math.max(current[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/**
 * Both are normal. A range that is in the result as it was is the same object there, here and below: a bulk import has
 * a set of a thousand ranges for each host, and most of them in common.
 */
function uniteRanges(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const united: PortRange[] = [];
  let i = 0;
  let j = 0;
  let current: PortRange | undefined;
  for (;;) {
    const [left, right] = [a[i], b[j]];
    const takesLeft = left !== undefined && (right === undefined || left[0] <= right[0]);
    const next = takesLeft ? left : right;
    if (next === undefined) break;
    if (takesLeft) i += 1;
    else j += 1;
    if (current === undefined) current = next;
    else if (next[0] > current[1] + 1) {
      united.push(current);
      current = next;
    } else if (next[1] > current[1]) current = [current[0], next[1]];
  }
  if (current !== undefined) united.push(current);
  return united;
}

function isWithinRanges(part: readonly PortRange[], whole: readonly PortRange[]): boolean {
  let index = 0;
  for (let at = 0; at < part.length; at++) {
    const range = part[at] as PortRange;
    if (range === whole[index]) {
      index += 1;
      continue;
    }
    while (index < whole.length && (whole[index] as PortRange)[1] < range[0]) index += 1;
    const around = whole[index];
    if (around === undefined || around[0] > range[0] || around[1] < range[1]) return false;
  }
  return true;
}

/** Whether they have a port in common: each range of the shorter list is looked up in the longer. */
function doMeet(a: readonly PortRange[], b: readonly PortRange[]): boolean {
  if (a.length > b.length) return doMeet(b, a);
  for (const [from, to] of a) {
    const next = b[firstEndingAt(b, from)];
    if (next !== undefined && next[0] <= to) return true;
  }
  return false;
}

/** The place of the first range that ends at this port or behind it. */
function firstEndingAt(ranges: readonly PortRange[], port: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as PortRange)[1] < port) low = middle + 1;
    else high = middle;
  }
  return low;
}

function subtractRanges(from: readonly PortRange[], what: readonly PortRange[]): readonly PortRange[] {
  if (!doMeet(from, what)) return from;
  let left: PortRange[] | null = null;
  let index = 0;
  for (let at = 0; at < from.length; at++) {
    const range = from[at] as PortRange;
    let first = range[0];
    let hole = what[index];
    while (hole !== undefined && hole[0] <= range[1]) {
      if (hole[1] >= first) {
        left ??= from.slice(0, at);
        if (hole[0] > first) left.push([first, hole[0] - 1]);
        first = hole[1] + 1;
      }
      // A hole that reaches past this range may cut the next one too.
      if (hole[1] > range[1]) break;
      index += 1;
      hole = what[index];
    }
    if (left === null) continue;
    if (first === range[0]) left.push(range);
    else if (first <= range[1]) left.push([first, range[1]]);
  }
  return left ?? from;
}

function intersectRanges(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  if (!doMeet(a, b)) return [];
  const common: PortRange[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) break;
    const from = Math.max(left[0], right[0]);
    const to = Math.min(left[1], right[1]);
    if (from <= to) common.push([from, to]);
    if (left[1] < right[1]) i += 1;
    else j += 1;
  }
  return common;
}
