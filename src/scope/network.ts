import type { Address, Family } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { addressToNumber, explainBadAddress, familyOf, numberToAddress, tryParseAddress } from "./address.js";
import { quoteText } from "./quoteText.js";

/** A CIDR block. `text` is canonical and always has its prefix: `10.0.0.0/8`, `10.0.0.1/32`. */
export interface Network {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
  readonly text: string;
}

/**
 * Reads `address/prefix`; host bits are cleared (`10.1.2.3/8` is `10.0.0.0/8`). An address alone is its own
 * /32 or /128. An IPv4-mapped block of /96 or longer is the IPv4 block it stands for.
 * @throws PortreeveError `usage` for anything else
 */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf("/");
  const addressText = slash === -1 ? text : text.slice(0, slash);
  const address = tryParseAddress(addressText);
  if (address === null) {
    const { why, hint } = explainBadAddress(addressText);
    throw new PortreeveError("usage", `${quoteText(text)} is not a network: ${why}`, { hint });
  }
  const widthAsTyped = addressText.includes(":") ? 128 : 32;
  const prefix = slash === -1 ? widthAsTyped : readPrefix(text, text.slice(slash + 1), widthAsTyped);
  const family = familyOf(address);
  const narrowed = family === 4 && widthAsTyped === 128 ? prefix - 96 : prefix;
  if (narrowed < 0) {
    throw new PortreeveError(
      "usage",
      `${quoteText(text)} is not a network: an IPv4-mapped block shorter than /96 mixes IPv4 with IPv6`,
      { hint: "write the IPv4 and the IPv6 networks apart" },
    );
  }
  return networkAround(family, addressToNumber(address), narrowed);
}

function readPrefix(text: string, prefixText: string, width: number): number {
  const prefix = /^(0|[1-9][0-9]{0,2})$/.test(prefixText) ? Number(prefixText) : -1;
  if (prefix >= 0 && prefix <= width) return prefix;
  throw new PortreeveError("usage", `${quoteText(text)} is not a network: the prefix is not 0 to ${width}`, {
    hint: width === 32 ? "write a prefix such as 10.0.0.0/24" : "write a prefix such as 2001:db8::/64",
  });
}

/** The block of this prefix length that holds the address number. */
export function networkAround(family: Family, number: bigint, prefix: number): Network {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
  const first = (number >> hostBits) << hostBits;
  const last = first + (1n << hostBits) - 1n;
  return { family, first, last, prefix, text: `${numberToAddress(family, first)}/${prefix}` };
}

/** Whether the address is in the network. */
export function networkContains(network: Network, address: Address): boolean {
  if (familyOf(address) !== network.family) return false;
  const number = addressToNumber(address);
  return number >= network.first && number <= network.last;
}

/** The segment an address is taken to be in where none is configured: its /24 or /64, as text (measuring.md). */
export function segmentOf(address: Address): string {
  const family = familyOf(address);
  return networkAround(family, addressToNumber(address), family === 4 ? 24 : 64).text;
}

/** The largest block that starts at `first` and does not pass `last`. */
export function largestNetworkAt(family: Family, first: bigint, last: bigint): Network {
  const width = family === 4 ? 32 : 128;
  let hostBits = 0;
  while (hostBits < width) {
    const wider = networkAround(family, first, width - hostBits - 1);
    if (wider.first !== first || wider.last > last) break;
    hostBits += 1;
  }
  return networkAround(family, first, width - hostBits);
}
