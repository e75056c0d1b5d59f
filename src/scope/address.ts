import { isIP } from "node:net";
import type { Address, Family } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "./quoteText.js";

/**
 * The one place that makes an `Address`. IPv4-mapped IPv6 (`::ffff:a.b.c.d`) becomes plain IPv4 here: a packet
 * to it is an IPv4 packet, so an exclusion of either must exclude both.
 */

/** First and last number of `::ffff:0:0/96`. */
const MAPPED_FIRST = 0xffff_0000_0000n;
const MAPPED_LAST = 0xffff_ffff_ffffn;

/** Nothing else may be in an address; checked before `net.isIP`, which must never see a NUL or a zone. */
const ADDRESS_CHARACTERS = /^[0-9a-fA-F:.]{2,45}$/;

/**
 * The address that `text` is, in canonical form.
 *
 * Strict: dotted quads without leading zeros, IPv6 without a zone, no brackets, no blanks.
 * @throws PortreeveError `usage` that names the text and says what is wrong with it
 */
export function parseAddress(text: string): Address {
  const address = tryParseAddress(text);
  if (address !== null) return address;
  const { why, hint } = explainBadAddress(text);
  throw new PortreeveError("usage", `${quoteText(text)} is not an IP address: ${why}`, { hint });
}

/** The address that `text` is, or null. */
export function tryParseAddress(text: string): Address | null {
  if (!ADDRESS_CHARACTERS.test(text)) return null;
  switch (isIP(text)) {
    case 4:
      // net.isIP takes no leading zeros and no short forms, so what it takes is canonical.
      return text as Address;
    case 6: {
      const number = readIPv6(text);
      return number >= MAPPED_FIRST && number <= MAPPED_LAST
        ? (formatIPv4(Number(number - MAPPED_FIRST)) as Address)
        : (formatIPv6(number) as Address);
    }
    default:
      return null;
  }
}

/** What is wrong with a text that should have been an address, and what to write in its place. */
export function explainBadAddress(text: string): { readonly why: string; readonly hint: string } {
  const example = "write an address such as 10.0.0.1 or 2001:db8::1";
  if (text === "") return { why: "it is empty", hint: example };
  if (text.includes("%")) {
    return { why: "it has a zone", hint: `leave out "%" and what follows; portreeve takes no zones` };
  }
  if (/^\[.*\]$/.test(text)) return { why: "it is in brackets", hint: "write it without the brackets" };
  if (/^[0-9.]+$/.test(text)) return explainBadQuad(text);
  return { why: "this is neither IPv4 nor IPv6", hint: example };
}

function explainBadQuad(text: string): { readonly why: string; readonly hint: string } {
  const octets = text.split(".");
  const example = "write four numbers from 0 to 255, such as 10.0.0.1";
  if (octets.some((octet) => octet === "")) return { why: "an octet is empty", hint: example };
  if (octets.length !== 4) {
    const count = octets.length === 1 ? "1 number" : `${octets.length} numbers`;
    return { why: `${count} where an IPv4 address has 4`, hint: example };
  }
  if (octets.some((octet) => octet.length > 1 && octet.startsWith("0"))) {
    const plain = octets.map((octet) => octet.replace(/^0+(?=[0-9])/, "")).join(".");
    return { why: "leading zero: octal or decimal?", hint: `write ${quoteText(plain).slice(1, -1)}` };
  }
  return { why: "an octet is above 255", hint: example };
}

/** 4 or 6. */
export function familyOf(address: Address): Family {
  return address.includes(":") ? 6 : 4;
}

/** The address as an unsigned number of 32 or 128 bits. */
export function addressToNumber(address: Address): bigint {
  return familyOf(address) === 4 ? BigInt(readIPv4(address)) : readIPv6(address);
}

/**
 * The address that has this number. `::ffff:0:0/96` asked for as family 6 stays IPv6 text, in RFC 5952's mixed
 * notation; `parseAddress` never makes such a value.
 * @throws RangeError where the number does not fit the family: a mistake of the caller
 */
export function numberToAddress(family: Family, number: bigint): Address {
  if (number < 0n || number > lastNumberOf(family)) {
    throw new RangeError(`${number} is no IPv${family} address`);
  }
  return (family === 4 ? formatIPv4(Number(number)) : formatIPv6(number)) as Address;
}

/** The highest address number of a family: 2^32 − 1 or 2^128 − 1. */
export function lastNumberOf(family: Family): bigint {
  return family === 4 ? 0xffff_ffffn : (1n << 128n) - 1n;
}

/** Order for sorting: IPv4 before IPv6, then by number. */
export function compareAddresses(a: Address, b: Address): number {
  if (a === b) return 0;
  const family = familyOf(a);
  if (family !== familyOf(b)) return family - familyOf(b);
  if (family === 4) return readIPv4(a) - readIPv4(b);
  return readIPv6(a) < readIPv6(b) ? -1 : 1;
}

/** Whether it is in 127.0.0.0/8 or is `::1` (RFC 6890). */
export function isLoopback(address: Address): boolean {
  return address === "::1" || (familyOf(address) === 4 && address.startsWith("127."));
}

function readIPv4(text: string): number {
  let number = 0;
  for (const octet of text.split(".")) number = number * 256 + Number(octet);
  return number;
}

function formatIPv4(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

/** Takes only what `net.isIP` called IPv6. */
function readIPv6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const front = readGroups(head);
  const back = tail === undefined ? [] : readGroups(tail);
  const groups = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  let number = 0n;
  // Two groups at a time: bigint steps are what costs here.
  for (let i = 0; i < 8; i += 2) {
    number = (number << 32n) | BigInt((groups[i] ?? 0) * 65_536 + (groups[i + 1] ?? 0));
  }
  return number;
}

function readGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const quad = readIPv4(group);
    return [Math.floor(quad / 65_536), quad % 65_536];
  });
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
function formatIPv6(number: bigint): string {
  if (number >= MAPPED_FIRST && number <= MAPPED_LAST) {
    return `::ffff:${formatIPv4(Number(number - MAPPED_FIRST))}`;
  }
  const groups: number[] = [];
  for (let shift = 96n; shift >= 0n; shift -= 32n) {
    const pair = Number((number >> shift) & 0xffff_ffffn);
    groups.push(pair >>> 16, pair & 0xffff);
  }
  const gap = longestZeroRun(groups);
  const print = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (gap.length < 2) return print(groups);
  return `${print(groups.slice(0, gap.start))}::${print(groups.slice(gap.start + gap.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}
