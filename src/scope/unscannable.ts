import {
  type AddressSet,
  addressSetOfNetworks,
  addressSetOfRanges,
  intersectAddresses,
  unionOfAddressSets,
} from "./addressSet.js";
import { parseNetwork } from "./network.js";

/** Addresses that name no single host, with the words for them (RFC 6890, RFC 5771, RFC 4291). */
const KINDS: readonly { readonly words: string; readonly addresses: AddressSet }[] = [
  kind("the broadcast address", "255.255.255.255"),
  kind("an unspecified address", "0.0.0.0", "::"),
  kind("an address of its own network (0.0.0.0/8)", "0.0.0.0/8"),
  kind("multicast", "224.0.0.0/4", "ff00::/8"),
  kind("reserved", "240.0.0.0/4"),
];

function kind(words: string, ...networks: readonly string[]): (typeof KINDS)[number] {
  return { words, addresses: addressSetOfNetworks(networks.map(parseNetwork)) };
}

/** The numbers of `::ffff:0:0/96`. */
const mapped = addressSetOfRanges(6, [{ first: 0xffff_0000_0000n, last: 0xffff_ffff_ffffn }]);

/**
 * All that is never scanned. `::ffff:0:0/96` is among it: a packet to such an address is IPv4 and would pass by
 * the IPv4 exclusions. `parseTarget` reads one as IPv4, so only a block around it brings them here.
 */
export const unscannableAddresses: AddressSet = unionOfAddressSets([
  ...KINDS.map(({ addresses }) => addresses),
  mapped,
]);

/** What the first of these addresses is, to end a sentence: "multicast", "the broadcast address". */
export function describeUnscannable(set: AddressSet): string {
  const found = KINDS.find(({ addresses }) => {
    const { v4, v6 } = intersectAddresses(set, addresses);
    return v4.length + v6.length > 0;
  });
  return found?.words ?? "reserved";
}
