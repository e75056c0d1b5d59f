/** DNS in both directions: names to scan are resolved forward, once; PTR names are shown and decide nothing. */
import { lookup, Resolver } from "node:dns/promises";
import pLimit from "p-limit";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { isLoopback, parseAddress } from "../scope/address.js";
import { quoteText } from "../scope/quoteText.js";

/**
 * All addresses of each name, by the system's resolver (hosts file included).
 * @throws PortreeveError `usage` naming the first name that does not resolve
 */
export async function resolveNames(names: Iterable<string>): Promise<Map<string, Address[]>> {
  const resolved = new Map<string, Address[]>();
  for (const name of new Set(names)) resolved.set(name, await resolveName(name));
  return resolved;
}

/** The same for names in a profile: one that does not resolve matches no host, and is told by lint. */
export async function tryResolveNames(
  names: Iterable<string>,
): Promise<{ resolved: Map<string, Address[]>; failed: string[] }> {
  const resolved = new Map<string, Address[]>();
  const failed: string[] = [];
  for (const name of new Set(names)) {
    try {
      resolved.set(name, await resolveName(name));
    } catch (error) {
      if (!(error instanceof PortreeveError)) throw error;
      failed.push(name);
    }
  }
  return { resolved, failed };
}

async function resolveName(name: string): Promise<Address[]> {
  try {
    const found = await lookup(name, { all: true, order: "verbatim" });
    return [...new Set(found.map((entry) => parseAddress(entry.address.replace(/%.*$/, ""))))];
  } catch (cause) {
    throw new PortreeveError("usage", `${quoteText(name)} does not resolve to an address`, {
      hint: "check the spelling and this machine's resolver, or give the address itself",
      cause,
    });
  }
}

const PTR_PARALLEL = 16;
const PTR_TIMEOUT_MS = 1000;
const PTR_LAST_WAIT_MS = 2000;

/** PTR look-ups that go on beside a run, so that a slow name server holds up nothing. */
export interface PtrLookups {
  /** Starts look-ups for addresses not yet asked; loopback is never asked. */
  readonly ask: (addresses: Iterable<Address>) => void;
  /** Waits up to two seconds for what is still under way. An address without a name has no entry. */
  readonly finish: () => Promise<ReadonlyMap<Address, readonly string[]>>;
}

export function startPtrLookups(): PtrLookups {
  const resolver = new Resolver({ timeout: PTR_TIMEOUT_MS, tries: 1 });
  const limit = pLimit(PTR_PARALLEL);
  const names = new Map<Address, readonly string[]>();
  const pending = new Map<Address, Promise<void>>();
  const askOne = async (address: Address) => {
    try {
      names.set(address, await resolver.reverse(address));
    } catch {
      // No name is the usual case.
    }
  };
  return {
    ask: (addresses) => {
      for (const address of addresses) {
        if (!isLoopback(address) && !pending.has(address)) pending.set(address, limit(askOne, address));
      }
    },
    finish: async () => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((done) => {
        timer = setTimeout(done, PTR_LAST_WAIT_MS);
      });
      await Promise.race([Promise.all(pending.values()), patience]);
      clearTimeout(timer);
      limit.clearQueue();
      resolver.cancel();
      return names;
    },
  };
}
