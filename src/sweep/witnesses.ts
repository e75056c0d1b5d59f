/**
 * Ports that answered before and are asked again: those that are silent now were lost, not filtered (measuring.md,
 * "Witnesses and sentinels"). Resets are many; but a host may limit them, and then they say nothing of its SYN-ACKs.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { segmentOf } from "../scope/network.js";
import { countPorts, emptyPortSet, intersectPorts } from "../scope/portSet.js";

/** Ports asked again of each host that resets, the same of all: enough for a figure of its own (`loss.ts`), and soon asked. */
export const WITNESS_PORTS = 1000;

export interface Count {
  readonly asked: number;
  readonly silent: number;
}

export interface HostWitnesses {
  resets: Count;
  /** Sentinels: they stand in where a host answers nothing else. */
  open: Count;
}

/** By the share of the budget that was in use (1: all of it), then by host. */
export type Witnesses = Map<number, Map<Address, HostWitnesses>>;

/** A host whose resets are silent this often, while its open ports and its neighbours' are not, limits them. */
const LIMITED_SHARE = 0.1;
const LEAST_RESETS = 20;
/** So seldom would open ports answer so well if they were lost as often as its resets. */
const UNLIKELY = 0.05;
/** Its loss is so much larger than what others lose. */
const LIMITED_RATIO = 3;

/**
 * Notes what a whole shard says of ports that had answered before it.
 * @param before TCP ports that had reset, and that were open, before
 * @param silent ports silent in the shard
 */
export function noteWitnesses(
  witnesses: Witnesses,
  address: Address,
  factor: number,
  before: { readonly closed: PortSet; readonly open: PortSet },
  shard: { readonly asked: PortSet; readonly silent: PortSet },
): void {
  const resets = countOf(before.closed, shard);
  const open = countOf(before.open, shard);
  if (resets.asked + open.asked === 0) return;
  const hosts = witnesses.get(factor) ?? new Map<Address, HostWitnesses>();
  witnesses.set(factor, hosts);
  const known = hosts.get(address) ?? { resets: NONE, open: NONE };
  hosts.set(address, { resets: sum(known.resets, resets), open: sum(known.open, open) });
}

const NONE: Count = { asked: 0, silent: 0 };

function countOf(ports: PortSet, { asked, silent }: { asked: PortSet; silent: PortSet }): Count {
  const again = { ...emptyPortSet, tcp: intersectPorts(ports, asked).tcp };
  return { asked: countPorts(again), silent: countPorts(intersectPorts(again, silent)) };
}

export function sum(a: Count, b: Count): Count {
  return { asked: a.asked + b.asked, silent: a.silent + b.silent };
}

/** Hosts that limit their resets, by what was lost of their open ports and of the others' ports. */
export function resetLimited(hosts: ReadonlyMap<Address, HostWitnesses>): Set<Address> {
  const limited = new Set<Address>();
  const shares = [...hosts.values()]
    .filter(({ resets }) => resets.asked >= LEAST_RESETS)
    .map(({ resets }) => resets.silent / resets.asked)
    .sort((a, b) => a - b);
  // The quietest quarter of the hosts: where most hosts limit their resets the median would be one of them.
  const usual = shares.length >= 2 ? (shares[Math.floor((shares.length - 1) / 4)] ?? 0) : null;
  let open: Count = NONE;
  for (const host of hosts.values()) open = sum(open, host.open);
  for (const [address, { resets }] of hosts) {
    if (resets.asked < LEAST_RESETS) continue;
    const share = resets.silent / resets.asked;
    if (share < LIMITED_SHARE) continue;
    // Nothing lost of seven may still be one in seven.
    const isTold = chanceOfAtMost(open, share) < UNLIKELY;
    const openShare = isTold ? Math.max(open.silent, 0.5) / open.asked : 1;
    const others = Math.min(openShare, usual ?? 1);
    if (share > LIMITED_RATIO * others) limited.add(address);
  }
  return limited;
}

/** That no more than these were lost of those asked, if each is with this probability (binomial). */
function chanceOfAtMost({ asked, silent }: Count, share: number): number {
  if (silent >= asked || share >= 1) return silent >= asked ? 1 : 0;
  let term = (1 - share) ** asked;
  let sum = term;
  for (let lost = 0; lost < silent; lost++) {
    term *= ((asked - lost) / (lost + 1)) * (share / (1 - share));
    sum += term;
  }
  return sum;
}

/** What was counted at a host, in its segment, in the whole run; resets of hosts that limit them left out. */
export interface Losses {
  readonly host: (address: Address) => Count;
  readonly segment: (address: Address) => Count;
  readonly run: Count;
}

export function lossesOf(hosts: ReadonlyMap<Address, HostWitnesses>, limited: ReadonlySet<Address>): Losses {
  const own = new Map<Address, Count>();
  const segments = new Map<string, Count>();
  let run = NONE;
  for (const [address, { resets, open }] of hosts) {
    const count = limited.has(address) ? open : sum(resets, open);
    own.set(address, count);
    const segment = segmentOf(address);
    segments.set(segment, sum(segments.get(segment) ?? NONE, count));
    run = sum(run, count);
  }
  return {
    host: (address) => own.get(address) ?? NONE,
    segment: (address) => segments.get(segmentOf(address)) ?? NONE,
    run,
  };
}
