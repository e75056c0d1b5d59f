import type { Address, Family } from "../facts/address.js";
import { addressToNumber, familyOf, numberToAddress } from "./address.js";
import { largestNetworkAt, type Network } from "./network.js";

/**
 * Sets of addresses as ranges of numbers: nothing is enumerated before it is counted, so `::/0` costs one range.
 * Ranges are sorted, disjoint and not adjacent: equal sets are equal values. Every operation is one walk over
 * both lists.
 */

/** Both ends are in the range. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

export interface AddressSet {
  readonly v4: readonly AddressRange[];
  readonly v6: readonly AddressRange[];
}

export const emptyAddressSet: AddressSet = Object.freeze({ v4: Object.freeze([]), v6: Object.freeze([]) });

/** The set of these addresses; order and repeats do not matter. */
export function addressSetOf(addresses: Iterable<Address>): AddressSet {
  const v4: AddressRange[] = [];
  const v6: AddressRange[] = [];
  for (const address of addresses) {
    const number = addressToNumber(address);
    (familyOf(address) === 4 ? v4 : v6).push({ first: number, last: number });
  }
  return { v4: normalize(v4), v6: normalize(v6) };
}

/** The set of all addresses of these networks. */
export function addressSetOfNetworks(networks: Iterable<Network>): AddressSet {
  const v4: AddressRange[] = [];
  const v6: AddressRange[] = [];
  for (const { family, first, last } of networks) (family === 4 ? v4 : v6).push({ first, last });
  return { v4: normalize(v4), v6: normalize(v6) };
}

/** A set from ranges in any order, which may overlap. */
export function addressSetOfRanges(family: Family, ranges: Iterable<AddressRange>): AddressSet {
  const sorted = normalize([...ranges]);
  return family === 4 ? { v4: sorted, v6: [] } : { v4: [], v6: sorted };
}

/** What is in any of the sets. */
export function unionAddresses(...sets: readonly AddressSet[]): AddressSet {
  return unionOfAddressSets(sets);
}

/** The union of any number of sets, in one sort: for target lists of a million lines. */
export function unionOfAddressSets(sets: Iterable<AddressSet>): AddressSet {
  const v4: AddressRange[] = [];
  const v6: AddressRange[] = [];
  for (const set of sets) {
    for (const range of set.v4) v4.push(range);
    for (const range of set.v6) v6.push(range);
  }
  return { v4: normalize(v4), v6: normalize(v6) };
}

/** What is in `from` and not in `what`. */
export function subtractAddresses(from: AddressSet, what: AddressSet): AddressSet {
  return { v4: subtractRanges(from.v4, what.v4), v6: subtractRanges(from.v6, what.v6) };
}

/** What is in both sets. */
export function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: intersectRanges(a.v4, b.v4), v6: intersectRanges(a.v6, b.v6) };
}

/** How many addresses; a bigint, for `::/0` has 2^128. */
export function countAddresses(set: AddressSet): bigint {
  let count = 0n;
  for (const { first, last } of set.v4) count += last - first + 1n;
  for (const { first, last } of set.v6) count += last - first + 1n;
  return count;
}

/** Whether the set holds the address; a binary search. */
export function hasAddress(set: AddressSet, address: Address): boolean {
  const ranges = familyOf(address) === 4 ? set.v4 : set.v6;
  if (ranges.length === 0) return false;
  const number = addressToNumber(address);
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (number < range.first) high = middle - 1;
    else if (number > range.last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Every address, ascending, IPv4 first. Lazy: count before you walk. */
export function* listAddresses(set: AddressSet): Iterable<Address> {
  for (const { first, last } of set.v4) {
    for (let number = first; number <= last; number++) yield numberToAddress(4, number);
  }
  for (const { first, last } of set.v6) {
    for (let number = first; number <= last; number++) yield numberToAddress(6, number);
  }
}

/** The ranges with their ends as text, ascending, IPv4 first: what `net.BlockList.addRange` takes. */
export function* listAddressRanges(
  set: AddressSet,
): Iterable<{ readonly family: Family; readonly first: Address; readonly last: Address }> {
  for (const family of [4, 6] as const) {
    for (const { first, last } of family === 4 ? set.v4 : set.v6) {
      yield { family, first: numberToAddress(family, first), last: numberToAddress(family, last) };
    }
  }
}

/**
 * The set in few words: `10.0.0.0/24, 10.0.1.1-10.0.1.9, 2001:db8::1`, and after `limit` ranges "and 3 more".
 * The empty set is "no addresses".
 */
export function describeAddressSet(set: AddressSet, limit = 8): string {
  const count = set.v4.length + set.v6.length;
  if (count === 0) return "no addresses";
  const shown = [
    ...set.v4.slice(0, limit).map((range) => describeRange(4, range)),
    ...set.v6.slice(0, Math.max(0, limit - set.v4.length)).map((range) => describeRange(6, range)),
  ];
  const rest = count - shown.length;
  return rest === 0 ? shown.join(", ") : `${shown.join(", ")} and ${rest} more`;
}

function describeRange(family: Family, { first, last }: AddressRange): string {
  if (first === last) return numberToAddress(family, first);
  const network = largestNetworkAt(family, first, last);
  if (network.last === last) return network.text;
  return `${numberToAddress(family, first)}-${numberToAddress(family, last)}`;
}

/** Sorts and merges what overlaps or touches. Changes the array it is given. */
function normalize(ranges: AddressRange[]): readonly AddressRange[] {
  if (!isSorted(ranges)) ranges.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: AddressRange[] = [];
  let current: AddressRange | null = null;
  for (const range of ranges) {
    if (current !== null && range.first <= current.last + 1n) {
      if (range.last > current.last) current = { first: current.first, last: range.last };
    } else {
      if (current !== null) merged.push(current);
      current = range;
    }
  }
  if (current !== null) merged.push(current);
  return merged;
}

function isSorted(ranges: readonly AddressRange[]): boolean {
  let before = -1n;
  for (const { first } of ranges) {
    if (first < before) return false;
    before = first;
  }
  return true;
}

function subtractRanges(
  from: readonly AddressRange[],
  what: readonly AddressRange[],
): readonly AddressRange[] {
  if (what.length === 0 || from.length === 0) return from;
  const left: AddressRange[] = [];
  let index = 0;
  for (const range of from) {
    let first = range.first;
    let hole = what[index];
    while (hole !== undefined && hole.first <= range.last) {
      if (hole.last >= first) {
        if (hole.first > first) left.push({ first, last: hole.first - 1n });
        first = hole.last + 1n;
      }
      // A hole that reaches past this range may cut the next one too.
      if (hole.last > range.last) break;
      index += 1;
      hole = what[index];
    }
    if (first <= range.last) left.push({ first, last: range.last });
  }
  return left;
}

function intersectRanges(a: readonly AddressRange[], b: readonly AddressRange[]): readonly AddressRange[] {
  const common: AddressRange[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) break;
    const first = largerOf(left.first, right.first);
    const last = smallerOf(left.last, right.last);
    if (first <= last) common.push({ first, last });
    if (left.last < right.last) i += 1;
    else j += 1;
  }
  return common;
}

/** `Math.max` takes no bigint. */
function largerOf(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function smallerOf(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
