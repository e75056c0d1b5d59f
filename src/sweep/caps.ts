/**
 * Caps on networks and on single hosts. nmap keeps to a rate for a whole process and shares it out among its hosts as
 * it likes, so the rate of a process counts in full against each cap that any of its hosts is under, and hosts of
 * other caps are never in one process: what a slow network may not have is then no loss to the others.
 */
import type { Address } from "../facts/address.js";
import type { Cap } from "../facts/cap.js";
import { type Network, networkContains, parseNetwork } from "../scope/network.js";

/** The caps that an address is under. Addresses under the same ones have the same object. */
export interface CapPlace {
  /** The same for addresses under the same caps. */
  readonly key: string;
  readonly caps: readonly Cap[];
  /** Packets a second of the lowest of them; infinite without one. */
  readonly lowest: number;
}

const UNCAPPED: CapPlace = { key: "", caps: [], lowest: Number.POSITIVE_INFINITY };

export class Caps {
  readonly list: readonly Cap[];
  readonly #networks: readonly (readonly [Network, Cap])[];
  readonly #places = new Map<string, CapPlace>();
  readonly #known = new Map<Address, CapPlace>();

  constructor(list: readonly Cap[]) {
    this.list = list;
    this.#networks = list.map((cap) => [parseNetwork(cap.network), cap]);
  }

  of(address: Address): CapPlace {
    if (this.list.length === 0) return UNCAPPED;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const caps = this.#networks
      .filter(([network]) => networkContains(network, address))
      .map(([, cap]) => cap);
    const place = this.#placeOf(caps);
    this.#known.set(address, place);
    return place;
  }

  /** The caps that any of the addresses is under. */
  over(addresses: readonly Address[]): ReadonlySet<Cap> {
    return new Set(addresses.flatMap((address) => this.of(address).caps));
  }

  #placeOf(caps: readonly Cap[]): CapPlace {
    if (caps.length === 0) return UNCAPPED;
    const key = caps.map(({ network }) => network).join(" ");
    const place = this.#places.get(key) ?? { key, caps, lowest: Math.min(...caps.map(({ rate }) => rate)) };
    this.#places.set(key, place);
    return place;
  }
}
