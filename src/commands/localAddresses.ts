/** The bastion's own addresses, and which of them probes to a target would come from. No packet is sent. */
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import type { Address } from "../facts/address.js";
import { familyOf, isLoopback, tryParseAddress } from "../scope/address.js";
import { segmentOf } from "../scope/network.js";

/** Addresses of this machine's interfaces, loopback included. */
export function ownAddresses(): Set<Address> {
  const own = new Set<Address>();
  for (const entries of Object.values(networkInterfaces())) {
    for (const { address } of entries ?? []) {
      const parsed = tryParseAddress(address.replace(/%.*$/, ""));
      if (parsed !== null) own.add(parsed);
    }
  }
  return own;
}

export interface Routes {
  /** Source addresses, ascending by first use. */
  readonly sources: readonly Address[];
  /** Targets the kernel has no route to. */
  readonly unreachable: readonly Address[];
}

const MOST_SEGMENTS = 256;

/**
 * Asks the kernel, for one address of each segment, from where it would send. A UDP socket that is connected
 * chooses its source and sends nothing (udp(7)).
 */
export async function findRoutes(addresses: Iterable<Address>): Promise<Routes> {
  const segments = new Map<string, Address>();
  for (const address of addresses) {
    const segment = segmentOf(address);
    if (!segments.has(segment)) segments.set(segment, address);
    if (segments.size >= MOST_SEGMENTS) break;
  }
  const sources = new Set<Address>();
  const unreachable: Address[] = [];
  for (const address of segments.values()) {
    const source = await sourceFor(address);
    if (source === null) unreachable.push(address);
    else sources.add(source);
  }
  return { sources: [...sources], unreachable };
}

function sourceFor(address: Address): Promise<Address | null> {
  if (isLoopback(address)) return Promise.resolve(address);
  return new Promise((done) => {
    const socket = createSocket(familyOf(address) === 4 ? "udp4" : "udp6");
    const finish = (source: Address | null) => {
      socket.close();
      done(source);
    };
    socket.once("error", () => finish(null));
    socket.connect(9, address, (...args: unknown[]) => {
      if (args[0] instanceof Error) finish(null);
      else finish(tryParseAddress(socket.address().address));
    });
  });
}
