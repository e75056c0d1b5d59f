import { PortreeveError } from "../facts/error.js";
import { type AddressRange, type AddressSet, addressSetOfRanges } from "./addressSet.js";
import { quoteText } from "./quoteText.js";

/**
 * nmap's octet patterns: four octets, each `*`, or numbers and ranges with commas between: `10.0.0-3.1,5,250-`.
 * A range may leave out an end: `-5` is 0-5, `5-` is 5-255, `-` is 0-255 (nmap's manual, "Target
 * Specification"). As in nmap, `*` stands alone in its octet.
 */

/** More ranges than this (some 100 MB) are refused. It is also the most addresses a scope may have. */
export const MOST_PATTERN_RANGES = 1_048_576;

type OctetRange = readonly [from: number, to: number];

/**
 * The addresses of a pattern. They are counted as ranges before any range is made.
 * @throws PortreeveError `usage`
 */
export function parseOctetPattern(text: string): AddressSet {
  const parts = text.split(".");
  if (parts.length !== 4) {
    const separated = /[0-9*-],[0-9]+\.[0-9]/.test(text);
    throw refuse(
      text,
      `${parts.length} ${parts.length === 1 ? "octet" : "octets"} where an IPv4 address has 4`,
      separated ? SEPARATE : EXAMPLE,
    );
  }
  const octets = parts.map((part) => readOctet(text, part));
  const needed = countRanges(octets);
  if (needed > MOST_PATTERN_RANGES) {
    const count = octets.reduce((product, ranges) => product * sizeOf(ranges), 1);
    throw refuse(
      text,
      `its ${count.toLocaleString("en-US")} addresses lie in ${needed.toLocaleString("en-US")} separate ranges, more than ${MOST_PATTERN_RANGES.toLocaleString("en-US")}`,
      "narrow the octets on the left, or split it into audits",
    );
  }
  return addressSetOfRanges(4, [...expand(octets, 0n)]);
}

const EXAMPLE = "write it as 10.0.0-3.1-254";
const SEPARATE = "separate targets by blanks; a comma only lists numbers of one octet";

function refuse(text: string, why: string, hint: string): PortreeveError {
  return new PortreeveError("usage", `${quoteText(text)} is not an address range: ${why}`, { hint });
}

function readOctet(text: string, part: string): readonly OctetRange[] {
  if (part === "*") return [[0, 255]];
  if (part.includes("*")) {
    throw refuse(text, `"*" stands with something else in ${quoteText(part)}`, `write "*" alone, for 0-255`);
  }
  if (part === "") throw refuse(text, "an octet is empty", EXAMPLE);
  const ranges = part.split(",").map((item) => readItem(text, part, item));
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of ranges) {
    const current = merged.at(-1);
    if (current !== undefined && from <= current[1] + 1) current[1] = Math.max(current[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

function readItem(text: string, part: string, item: string): OctetRange {
  const match = /^([0-9]*)(-?)([0-9]*)$/.exec(item);
  if (item === "") throw refuse(text, `a number is missing beside a comma in ${quoteText(part)}`, EXAMPLE);
  if (match === null) throw refuse(text, `${quoteText(item)} is not a number or a range`, EXAMPLE);
  const [, fromText = "", dash = "", toText = ""] = match;
  for (const number of [fromText, toText]) {
    if (/^0[0-9]/.test(number)) {
      throw refuse(
        text,
        `leading zero in ${quoteText(number)}: octal or decimal?`,
        `write ${number.replace(/^0+(?=[0-9])/, "")}`,
      );
    }
    if (Number(number) > 255) throw refuse(text, `${number} is above 255`, EXAMPLE);
  }
  const from = fromText === "" ? 0 : Number(fromText);
  const to = toText !== "" ? Number(toText) : dash === "-" ? 255 : from;
  if (from > to) throw refuse(text, `${quoteText(item)} runs backwards`, `write ${to}-${from}`);
  return [from, to];
}

function sizeOf(ranges: readonly OctetRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** Whole octets at the right end make no ranges of their own: `10.*.*.*` is one. */
function lastSplitOctet(octets: readonly (readonly OctetRange[])[]): number {
  return Math.max(
    0,
    octets.findLastIndex((ranges) => sizeOf(ranges) < 256),
  );
}

function countRanges(octets: readonly (readonly OctetRange[])[]): number {
  const split = lastSplitOctet(octets);
  const above = octets.slice(0, split).reduce((product, ranges) => product * sizeOf(ranges), 1);
  return above * (octets[split]?.length ?? 1);
}

/** The ranges, ascending. */
function* expand(octets: readonly (readonly OctetRange[])[], base: bigint): Iterable<AddressRange> {
  const [ranges, ...rest] = octets;
  if (ranges === undefined) return;
  const isLast = lastSplitOctet(octets) === 0;
  const weight = 256n ** BigInt(rest.length);
  for (const [from, to] of ranges) {
    if (isLast) {
      yield { first: base + BigInt(from) * weight, last: base + BigInt(to + 1) * weight - 1n };
      continue;
    }
    for (let value = from; value <= to; value++) yield* expand(rest, base + BigInt(value) * weight);
  }
}
