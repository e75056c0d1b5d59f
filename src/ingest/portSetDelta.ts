/**
 * Port sets on their way between threads. Hosts that were asked the same thousand ports differ in a dozen of them, so a
 * set is told by what it has in common with the ports asked; and the ranges in common are the same objects on the other
 * side too, where fifteen million of their own for 17,000 hosts would take longer than the parsing.
 */
import type { PortRange } from "../facts/port.js";

/**
 * The ranges as numbers: two for a range of its own, and for a stretch of `base` its length, negative, and its start.
 */
export function encodeRanges(ranges: readonly PortRange[], base: readonly PortRange[]): number[] {
  const told: number[] = [];
  let b = 0;
  for (let at = 0; at < ranges.length; ) {
    const range = ranges[at] as PortRange;
    while (b < base.length && base[b] !== range && (base[b] as PortRange)[0] < range[0]) b += 1;
    let same = 0;
    while (b + same < base.length && isSame(ranges[at + same], base[b + same] as PortRange)) same += 1;
    if (same > 0) told.push(-same, b);
    else told.push(range[0], range[1]);
    at += Math.max(same, 1);
    b += same;
  }
  return told;
}

const NONE: readonly PortRange[] = [];

export function decodeRanges(told: ArrayLike<number>, base: readonly PortRange[]): readonly PortRange[] {
  if (told.length === 0) return NONE;
  const isAll = base.length > 0 && told.length === 2 && told[0] === -base.length && told[1] === 0;
  if (isAll) return base;
  // Stretches are copied as a whole: one push for each range would take most of the time.
  const parts: (PortRange[] | readonly [PortRange])[] = [];
  for (let at = 0; at < told.length; at += 2) {
    const first = told[at] as number;
    const second = told[at + 1] as number;
    parts.push(first >= 0 ? [[first, second]] : base.slice(second, second - first));
  }
  return parts.length === 1 ? (parts[0] as PortRange[]) : ([] as PortRange[]).concat(...parts);
}

function isSame(a: PortRange | undefined, b: PortRange): boolean {
  return a === b || (a !== undefined && a[0] === b[0] && a[1] === b[1]);
}
