/**
 * Proof of closed UDP ports, and of refused ones. A host tells them at about one ICMP error a second (Linux: one a second to each asker, six at
 * once), so what is asked faster stays silent and looks open. Services answer at any pace: the first pass goes at the
 * run's own and finds them. Then each host that told of a closed port is asked at its own pace. The limit is the host's and
 * not the network's, so many go side by side.
 *
 * A host that told of none drops what it does not serve; asking slowly would prove nothing more of it.
 */
import type { Address } from "../facts/address.js";
import type { PortRange, PortSet } from "../facts/port.js";
import type { Shard } from "../facts/run.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { HostEvidence } from "./evidence.js";
import { groupHosts } from "./hostGroups.js";
import type { HostPass } from "./passes.js";
import type { Asks, PlanContext } from "./plan.js";
import type { State } from "./runState.js";
import { tellsOfUdp } from "./silence.js";

/** Ports of one host whose proof one run is given: about a quarter of an hour. The others are left to further runs. */
export const MOST_PROVED = 1000;
/** The first, and two more over the few that it left silent. */
const MOST_PROOFS = 3;
/** A shard ends in about this time, so that a killed run loses little. */
const SHARD_SECONDS = 120;
/** So many hosts a process at least: their ports differ a little, and a process each would take more than they do. */
export const LEAST_HOSTS = 20;
/** Processes that wait for a second most of the time; the others are the sweep's. */
export const PROOF_PROCESSES = 8;

/** Of the ports due those that are asked at the run's pace. */
export function atRunPace(host: HostEvidence, due: PortSet): PortSet {
  return tellsOfUdp(host) ? { ...due, udp: [] } : due;
}

/** The ports due that are asked at the host's own pace now; what one run has no time for is put down as `later`. */
export function portsToProve(state: State, host: HostEvidence, due: PortSet, progress: HostPass): PortSet {
  if (progress.proofs >= MOST_PROOFS || !tellsOfUdp(host)) return emptyPortSet;
  const left = subtractPorts({ ...emptyPortSet, udp: due.udp }, progress.later);
  if (progress.proofs > 0) return left;
  const room = MOST_PROVED - progress.proved;
  const now = countPorts(left) <= room ? left : chooseForProof(state, host.address, left, room);
  progress.proved += countPorts(now);
  progress.later = unionPorts(progress.later, subtractPorts(left, now));
  return now;
}

/** Known and likely ports first, then a stretch of the others that begins anywhere: over the runs all have their turn. */
function chooseForProof({ request }: State, address: Address, ports: PortSet, most: number): PortSet {
  const known = request.knownOpen.get(address) ?? emptyPortSet;
  const first = firstPorts(intersectPorts(ports, unionPorts(known, request.likely)), most);
  const others = subtractPorts(ports, first);
  const start = Math.floor(request.random() * countPorts(others));
  const turned = subtractPorts(others, firstPorts(others, start));
  const room = most - countPorts(first);
  const some = firstPorts(turned, room);
  return unionPorts(first, some, firstPorts(subtractPorts(others, turned), room - countPorts(some)));
}

/**
 * Shards of one pass at the hosts' own pace, a packet a second to each. Hosts whose ports are much the same go together and
 * are asked what any of them is due: what one of them has told already is asked of it again.
 */
export function planProof(asks: Asks, pass: number, context: PlanContext): Shard[] {
  const shards: Shard[] = [];
  for (const { addresses, ports: all, lowest } of groupHosts(asks, hostsEach(asks), context)) {
    for (let left = all; countPorts(left) > 0; ) {
      const parts = Math.ceil(countPorts(left) / SHARD_SECONDS);
      const ports = firstPorts(left, Math.ceil(countPorts(left) / parts));
      left = subtractPorts(left, ports);
      const due = addresses.filter(
        (address) => countPorts(intersectPorts(asks.get(address) ?? emptyPortSet, ports)) > 0,
      );
      const rate = Math.max(1, Math.min(due.length, context.budget.slotRate, lowest));
      const id = `sweep-udp-${pass}-${shards.length + 1}`;
      shards.push({ id, stage: "sweep", probe: "ports", pass, addresses: due, ports, rate });
    }
  }
  return shards;
}

function hostsEach(asks: Asks): number {
  return Math.max(LEAST_HOSTS, Math.ceil(asks.size / PROOF_PROCESSES));
}

/** Milliseconds between two packets to a host, for a shard that goes at the hosts' own pace; null for any other. */
export function proofDelayMs({ stage, probe, ports, addresses, rate }: Shard): number | null {
  if (stage !== "sweep" || probe !== "ports" || ports.udp.length === 0 || rate > addresses.length)
    return null;
  return Math.ceil((1000 * addresses.length) / rate);
}

export interface UdpEstimate {
  /** Until every service that answers is known. */
  readonly answersSeconds: number;
  /** Until the closed ports are proved that one run is given. */
  readonly proofSeconds: number;
  /** Runs until every closed port was. */
  readonly runs: number;
}

/** What UDP takes, told before it starts; null where none is asked. `hosts` as if all were there. */
export function estimateUdp(ports: PortSet, hosts: number, { budget }: PlanContext): UdpEstimate | null {
  const udp = countPorts(ports, "udp");
  if (udp === 0) return null;
  const side = budget.hostRate === null ? budget.rate : Math.min(budget.rate, budget.hostRate * hosts);
  const pace = Math.min(1, budget.rate / hosts);
  return {
    answersSeconds: (udp * hosts) / side,
    proofSeconds: Math.min(udp, MOST_PROVED) / pace,
    runs: Math.ceil(udp / MOST_PROVED),
  };
}

/** The first `most` UDP ports. */
function firstPorts(ports: PortSet, most: number): PortSet {
  const udp: PortRange[] = [];
  let room = most;
  for (const [from, to] of ports.udp) {
    if (room <= 0) break;
    const size = Math.min(room, to - from + 1);
    udp.push([from, from + size - 1]);
    room -= size;
  }
  return { ...emptyPortSet, udp };
}
