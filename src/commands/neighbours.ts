/**
 * IPv6 networks are too large to be asked address by address. On the local link the kernel's neighbour table says who is
 * there: such a network is swept at those of its addresses that are known neighbours. Elsewhere addresses are listed.
 */
import { execFile } from "node:child_process";
import type { Address } from "../facts/address.js";
import { tryParseAddress } from "../scope/address.js";
import {
  type AddressSet,
  addressSetOf,
  countAddresses,
  intersectAddresses,
  unionAddresses,
} from "../scope/addressSet.js";
import { MOST_SCOPE_ADDRESSES } from "../scope/scope.js";
import type { Target } from "../scope/target.js";

/** Addresses of `ip -6 neigh show` that answered the kernel, this link's routers among them; link-local ones left out. */
export function parseNeighbours(text: string): Address[] {
  return text.split("\n").flatMap((line): Address[] => {
    const [word = ""] = line.split(" ");
    // Without a link-layer address nobody has answered (FAILED, INCOMPLETE).
    if (!/ lladdr /.test(line) || / (FAILED|INCOMPLETE)\b/.test(line) || /^fe[89ab]/i.test(word)) return [];
    const address = tryParseAddress(word);
    return address === null ? [] : [address];
  });
}

/** The kernel's table; empty where the machine cannot tell. No packet is sent. */
export function readNeighbours(): Promise<Address[]> {
  return new Promise((resolve) => {
    execFile("ip", ["-6", "neigh", "show"], { timeout: 5000, maxBuffer: 16 << 20 }, (error, stdout) => {
      resolve(error === null ? parseNeighbours(stdout) : []);
    });
  });
}

export interface Narrowed {
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
}

/** Puts known neighbours in the place of IPv6 networks that no run can carry; one without any stays, to be refused. */
export function narrowToNeighbours(targets: readonly Target[], neighbours: readonly Address[]): Narrowed {
  const known = addressSetOf(neighbours);
  const notes: string[] = [];
  const narrowed = targets.map((target): Target => {
    if (!isTooLarge(target)) return target;
    const there = intersectAddresses(target.addresses, { v4: [], v6: known.v6 });
    const count = Number(countAddresses(there));
    if (count === 0) return target;
    notes.push(
      `${target.text}: swept at ${count} known ${count === 1 ? "neighbour" : "neighbours"} of this machine's link; ` +
        "a host that has not spoken to this machine lately is not among them",
    );
    const small: AddressSet = { v4: target.addresses.v4, v6: [] };
    return { ...target, addresses: unionAddresses(small, there) };
  });
  return { targets: narrowed, notes };
}

export function isTooLarge(target: Target): target is Extract<Target, { kind: "set" }> {
  if (target.kind !== "set") return false;
  return countAddresses({ v4: [], v6: target.addresses.v6 }) > BigInt(MOST_SCOPE_ADDRESSES);
}
