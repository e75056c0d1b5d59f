/** Addresses as one line of text, ascending: `10.0.0.1-10.0.0.9,10.0.1.2,2001:db8::1`. Empty for none. */
import type { Address } from "../facts/address.js";
import { addressToNumber, familyOf, tryParseAddress } from "./address.js";
import {
  type AddressSet,
  addressSetOf,
  addressSetOfRanges,
  listAddresses,
  listAddressRanges,
  unionOfAddressSets,
} from "./addressSet.js";

export function formatAddresses(addresses: Iterable<Address>): string {
  return formatAddressSet(addressSetOf(addresses));
}

export function formatAddressSet(set: AddressSet): string {
  return [...listAddressRanges(set)]
    .map(({ first, last }) => (first === last ? first : `${first}-${last}`))
    .join(",");
}

export function parseAddresses(text: string): Address[] {
  return [...listAddresses(parseAddressSet(text))];
}

/** @throws RangeError for what this file did not write */
export function parseAddressSet(text: string): AddressSet {
  if (text === "") return unionOfAddressSets([]);
  return unionOfAddressSets(text.split(",").map(rangeOf));
}

function rangeOf(part: string): AddressSet {
  const [first, last = first] = part.split("-").map((each) => tryParseAddress(each));
  if (first == null || last == null) throw new RangeError(`${part} is no range of addresses`);
  return addressSetOfRanges(familyOf(first), [
    { first: addressToNumber(first), last: addressToNumber(last) },
  ]);
}
