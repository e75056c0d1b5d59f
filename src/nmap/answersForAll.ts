/**
 * Answers that say nothing of a host (measuring.md): from a machine every port of which is open, and from a box that
 * resets for every address of a net, whoever is there or not. What was found so is kept and flagged, and not believed.
 */
import type { Address } from "../facts/address.js";
import type { Disbelieved } from "../facts/run.js";
import { addressToNumber, compareAddresses, familyOf } from "../scope/address.js";
import { networkAround, segmentOf } from "../scope/network.js";

/** A server may have all of a few dozen asked ports open; more than these, next to each other, no server has. */
const LEAST_OPEN = 64;
/** Of those asked: a probe is lost now and then. */
const LEAST_OPEN_SHARE = 0.9;
/** A small network may well be full of hosts that reset alike. */
const LEAST_ADDRESSES = 32;
const LEAST_ADDRESS_SHARE = 0.95;
/** Where half of the addresses say something of their own, they are a network full of hosts of one make. */
const LEAST_MUTE_SHARE = 0.5;

/** @param open how many TCP ports of a host are open @param asked how many were asked */
export function isEveryPortOpen(open: number, asked: number): boolean {
  return open >= LEAST_OPEN && open >= asked * LEAST_OPEN_SHARE;
}

export interface Tarpit {
  readonly address: Address;
  /** TCP ports, of those that were asked. */
  readonly open: number;
  readonly asked: number;
}

/** In the order of their addresses. */
export function tarpitPlaces(tarpits: readonly Tarpit[]): Disbelieved[] {
  return [...tarpits]
    .sort((a, b) => compareAddresses(a.address, b.address))
    .map(({ address, open, asked }) => {
      const of = open >= asked ? `all ${open}` : `${open} of ${asked}`;
      return {
        place: address,
        flag: "tarpit",
        why: `${of} TCP ports asked are open: it opens for everybody`,
      };
    });
}

/** An address that reset, as far as its being a host goes. */
export interface ResetSign {
  readonly address: Address;
  /** IP TTL of its resets. */
  readonly ttl: number;
  /** It answered with nothing but resets: nothing shows that there is a host. */
  readonly isMute: boolean;
}

/**
 * Networks where every address resets with one TTL, and most say nothing else.
 * @param askedIn how many addresses of a segment were asked; null where that is not known: then all from its first to its
 * last that answered must be there
 */
export function resettingNets(
  signs: readonly ResetSign[],
  askedIn: ((segment: string) => number) | null,
): Disbelieved[] {
  const segments = new Map<string, ResetSign[]>();
  for (const sign of signs) {
    const key = `${segmentOf(sign.address)} ${sign.ttl}`;
    const alike = segments.get(key);
    if (alike === undefined) segments.set(key, [sign]);
    else alike.push(sign);
  }
  return [...segments].flatMap(([key, alike]): Disbelieved[] => {
    if (alike.length < LEAST_ADDRESSES) return [];
    const addresses = alike.map(({ address }) => address).sort(compareAddresses);
    const asked = askedIn?.(key.split(" ")[0] ?? "") ?? spanOf(addresses);
    if (alike.length < asked * LEAST_ADDRESS_SHARE) return [];
    const mute = alike.filter(({ isMute }) => isMute).length;
    if (mute < alike.length * LEAST_MUTE_SHARE) return [];
    const why = `${alike.length} of its ${asked} addresses reset with the TTL ${alike[0]?.ttl}, and ${mute} say nothing else: something resets for them`;
    return [{ place: netOf(addresses), flag: "middlebox", why }];
  });
}

/** All from the first to the last, in number. */
function spanOf(sorted: readonly Address[]): number {
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return Number(addressToNumber(last) - addressToNumber(first)) + 1;
}

/** The smallest network around addresses of one segment. */
export function netOf(sorted: readonly Address[]): string {
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("no network around nothing");
  const family = familyOf(first);
  const width = family === 4 ? 32 : 128;
  for (let prefix = width; prefix > 0; prefix -= 1) {
    const net = networkAround(family, addressToNumber(first), prefix);
    if (net.last >= addressToNumber(last)) return net.text;
  }
  return networkAround(family, addressToNumber(first), 0).text;
}
