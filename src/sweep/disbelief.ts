/** What of a run's own answers is not believed: tarpits, and boxes that reset for a whole net (measuring.md). */
import type { Address } from "../facts/address.js";
import type { Disbelieved } from "../facts/run.js";
import { isEveryPortOpen, type ResetSign, resettingNets, tarpitPlaces } from "../nmap/answersForAll.js";
import { type Network, networkContains, parseNetwork, segmentOf } from "../scope/network.js";
import { countPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import { answeredPorts, type HostEvidence, isAlive, openPorts, type RunEvidence } from "./evidence.js";

export interface Disbelief {
  readonly places: readonly Disbelieved[];
  /** The address is in a net where something resets for everybody. */
  isReset(address: Address): boolean;
  /** And nothing else was heard of it: nobody may be there. */
  isMute(address: Address): boolean;
}

/** @param asked the addresses the run asked; an absent one that does not answer shows that nothing answers for all */
export function disbeliefOf(evidence: RunEvidence, asked: readonly Address[]): Disbelief {
  const hosts = [...evidence.values()].filter(isAlive);
  const tarpits = hosts.filter(isTarpit).map((host) => {
    const [open, asked] = countsOf(host);
    return { address: host.address, open, asked };
  });
  const nets = resettingNets(hosts.flatMap(signOf), countBySegment(asked));
  const networks = nets.map(({ place }) => parseNetwork(place));
  const isReset = (address: Address) => networks.some((net: Network) => networkContains(net, address));
  return {
    places: [...nets, ...tarpitPlaces(tarpits)],
    isReset,
    isMute: (address) => {
      const host = evidence.get(address);
      return host !== undefined && isReset(address) && isMute(host);
    },
  };
}

/** True once nearly every TCP port that was asked of the host is open; it may still change its mind. */
export function isTarpit(host: HostEvidence): boolean {
  // Asked of every host as each shard ends: mostly there is nothing to count.
  return isEveryPortOpen(host.open.size, 0) && isEveryPortOpen(...countsOf(host));
}

function countsOf(host: HostEvidence): [open: number, asked: number] {
  const open = openPorts(host);
  const told = unionPorts(answeredPorts(host), ...host.silences.map(({ ports }) => ports));
  return [countPorts(open, "tcp"), countPorts(subtractPorts(told, open), "tcp") + countPorts(open, "tcp")];
}

function signOf(host: HostEvidence): ResetSign[] {
  const { address, resetTtl } = host;
  return resetTtl === null ? [] : [{ address, ttl: resetTtl, isMute: isMute(host) }];
}

function isMute({ aliveReason, open, ttl }: HostEvidence): boolean {
  return aliveReason === "reset" && open.size === 0 && ttl === null;
}

function countBySegment(addresses: readonly Address[]): (segment: string) => number {
  const counts = new Map<string, number>();
  for (const address of addresses) {
    const segment = segmentOf(address);
    counts.set(segment, (counts.get(segment) ?? 0) + 1);
  }
  return (segment) => counts.get(segment) ?? 0;
}
