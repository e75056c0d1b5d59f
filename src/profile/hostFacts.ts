import type { Address, Family } from "../facts/address.js";
import { addressToNumber, familyOf } from "../scope/address.js";
import type { Network } from "../scope/network.js";
import { type Identities, identityOf } from "./identities.js";

/** An address or a bound of a block: IPv4 as plain numbers, for bigints are slow and 32 bits need none. */
type AddressNumber = number | bigint;

/** What a `match` is asked about: everything that is known of one host. */
export interface HostFacts {
  readonly addresses: readonly NumberedAddress[];
  /** Lower case. */
  readonly tags: ReadonlySet<string>;
}

export interface NumberedAddress {
  readonly address: Address;
  readonly family: Family;
  readonly number: AddressNumber;
}

/** A CIDR block ready to be compared with numbered addresses. */
export interface Block {
  readonly family: Family;
  readonly first: AddressNumber;
  readonly last: AddressNumber;
  readonly prefix: number;
  readonly text: string;
}

const NO_TAGS: ReadonlySet<string> = new Set();

/** What is known of the host that has the address: the address alone where no identity holds it. */
export function hostFactsOf(identities: Identities, address: Address): HostFacts {
  const identity = identityOf(identities, address);
  if (identity === null) return { addresses: [numberAddress(address)], tags: NO_TAGS };
  return { addresses: identity.addresses.map(numberAddress), tags: new Set(identity.tags.map(foldTag)) };
}

/** Tags are compared without case: lists and people spell them as they like. */
export function foldTag(tag: string): string {
  return tag.toLowerCase();
}

function numberAddress(address: Address): NumberedAddress {
  const family = familyOf(address);
  const number = addressToNumber(address);
  return { address, family, number: family === 4 ? Number(number) : number };
}

export function blockOf({ family, first, last, prefix, text }: Network): Block {
  if (family === 6) return { family, first, last, prefix, text };
  return { family, first: Number(first), last: Number(last), prefix, text };
}

/** Whether the block holds the address. */
export function holds(block: Block, { family, number }: NumberedAddress): boolean {
  return block.family === family && number >= block.first && number <= block.last;
}

/** The first number of the block of this prefix length around a number of this family. */
export function blockStart({ family, number }: NumberedAddress, prefix: number): AddressNumber {
  if (typeof number === "number") return number - (number % 2 ** (32 - prefix));
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
  return (number >> hostBits) << hostBits;
}
