import type { Address } from "../facts/address.js";
import { addressToNumber, explainBadAddress, tryParseAddress } from "../scope/address.js";
import { quoteText } from "../scope/quoteText.js";

/** More addresses than this are not one host's: a core router has some hundreds. */
const MOST_ADDRESSES = 1000;
/** Half a million characters of nothing are not split first and judged then. */
const LONGEST_CELL = 100_000;

export interface AddressCell {
  readonly addresses: readonly Address[];
  /** What could not be read, and why. */
  readonly problems: readonly string[];
}

/**
 * The addresses of a cell, each once: several may stand there, between blanks, commas, semicolons or line breaks. A
 * prefix length is dropped (`10.0.0.5/24`: NetBox writes an address with its mask); a network or a range is a problem.
 */
export function readAddresses(cell: string): AddressCell {
  const words = cell
    .slice(0, LONGEST_CELL)
    .replaceAll(/\s*\/\s*(?=\d)/g, "/")
    .split(/[\s,;，；、|]+/)
    .filter((word) => word !== "");
  const addresses = new Set<Address>();
  const problems: string[] = [];
  for (const word of words.slice(0, MOST_ADDRESSES)) {
    const read = readAddress(word);
    if (read.address === null) problems.push(read.problem);
    else addresses.add(read.address);
  }
  if (words.length > MOST_ADDRESSES || cell.length > LONGEST_CELL) {
    problems.push(`only the first ${MOST_ADDRESSES} addresses of a cell are read`);
  }
  return { addresses: [...addresses], problems };
}

type ReadAddress = { readonly address: Address } | { readonly address: null; readonly problem: string };

function readAddress(word: string): ReadAddress {
  const [text = "", mask, ...more] = word.split("/");
  const address = tryParseAddress(text);
  const bad = (why: string): ReadAddress => ({ address: null, problem: `${quoteText(word)} ${why}` });
  if (address === null) {
    if (/^[0-9a-f.:]+-[0-9a-f.:]+$/i.test(word) || /^[0-9.*,-]+[*-][0-9.*,-]*$/.test(word)) {
      return bad("is a range, not an address");
    }
    return bad(`is not an IP address: ${explainBadAddress(text).why}`);
  }
  if (address === "0.0.0.0" || address === "::") return bad("is no address of a host");
  if (mask === undefined) return { address };
  const prefix = more.length === 0 ? prefixOf(mask, address) : null;
  if (prefix === null) return bad("is not an IP address: what follows the / is no prefix length");
  return isNetwork(address, prefix) ? bad("is a network, not an address") : { address };
}

/** A prefix length, also from a dotted mask; null where it is none. */
function prefixOf(mask: string, address: Address): number | null {
  const width = address.includes(":") ? 128 : 32;
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= width ? Number(mask) : null;
  const dotted = width === 32 ? tryParseAddress(mask) : null;
  if (dotted === null) return null;
  const bits = bitsOf(dotted);
  return /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : null;
}

/** Whether nothing but the network's own number stands there; of /31 and /127 (RFC 3021, 6164) both are hosts. */
function isNetwork(address: Address, prefix: number): boolean {
  const width = address.includes(":") ? 128 : 32;
  return prefix < width - 1 && !bitsOf(address).slice(prefix).includes("1");
}

function bitsOf(address: Address): string {
  const width = address.includes(":") ? 128 : 32;
  return addressToNumber(address).toString(2).padStart(width, "0");
}
