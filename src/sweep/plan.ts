/**
 * Cuts work into shards: some addresses × some ports × one stage = one nmap process.
 *
 * Every (address, port) cell is planned exactly once a pass: hosts are grouped by what is left to ask of them,
 * groups are cut by hosts and then by ports, and nothing else decides (a property test holds it to that).
 */
import type { Address } from "../facts/address.js";
import type { PortRange, PortSet, Protocol } from "../facts/port.js";
import type { Shard, Stage } from "../facts/run.js";
import { familyOf } from "../scope/address.js";
import { countPorts, emptyPortSet, formatPortSet, portSetOf } from "../scope/portSet.js";
import { groupHosts } from "./hostGroups.js";
import type { Budget } from "./pace.js";

/** A shard should end within this time at its rate, so that a killed run loses little. */
const SHARD_SECONDS = 30;
/** measuring.md: at most about 20 hosts a shard. */
const MOST_HOSTS = 20;
/**
 * Packets of one round of discovery to a silent address: echo, timestamp, 20 SYN, 2 ACK (measuring.md), each sent
 * twice, for with `--max-retries 0` nmap gives an address up at its first time-out (measured).
 */
export const DISCOVERY_PROBES = 48;
const MOST_DISCOVERY_ADDRESSES = 512;

/** Identification's first round asks what is open, its second what was silent. */
export const KNOCK_PASS = 2;

/** Packets a second of one identification: it asks a few ports whether they are open, and then it waits. */
const IDENTIFY_RATE = 50;

export interface PlanContext {
  readonly budget: Budget;
  readonly isLocal: (address: Address) => boolean;
}

/** What one pass is to ask: the ports of each host that are still silent. */
export type Asks = ReadonlyMap<Address, PortSet>;

/** Shards of one round of host discovery over `addresses`. `round` is 1 for the first. */
export function planDiscovery(addresses: readonly Address[], round: number, context: PlanContext): Shard[] {
  const shards: Shard[] = [];
  for (const group of alike(addresses, context)) {
    const whole = Math.min(group.lowest, group.local ? context.budget.localRate : context.budget.slotRate);
    const most = Math.max(1, Math.floor((whole * SHARD_SECONDS) / DISCOVERY_PROBES));
    const even = Math.ceil(group.addresses.length / context.budget.slots);
    const size = Math.max(1, Math.min(even, most, MOST_DISCOVERY_ADDRESSES));
    for (const part of chunk(group.addresses, size)) {
      const rate = group.local ? whole : Math.min(whole, cappedRate(part.length, context.budget));
      shards.push(shardOf("discover", "hosts", round, shards.length, part, emptyPortSet, rate));
    }
  }
  return shards;
}

/** Shards of one pass of the sweep at the run's pace: each protocol apart, TCP first (proof of closed UDP ports: `udpProof.ts`). */
export function planPass(asks: Asks, pass: number, context: PlanContext): Shard[] {
  const shards: Shard[] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    for (const group of groupByAsk(asks, protocol, context)) {
      for (const part of cutGroup(group, protocol, context.budget)) {
        shards.push(shardOf("sweep", "ports", pass, shards.length, part.addresses, part.ports, part.rate));
      }
    }
  }
  return shards;
}

/** One shard a host and protocol: services are asked on open ports only. */
export function planIdentify(open: Asks, context: PlanContext): Shard[] {
  const shards: Shard[] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    for (const group of groupByAsk(open, protocol, context)) {
      for (const address of group.addresses) {
        const rate = Math.min(
          group.lowest,
          group.local ? context.budget.localRate : Math.min(IDENTIFY_RATE, cappedRate(1, context.budget)),
        );
        shards.push(shardOf("identify", "services", 1, shards.length, [address], group.ports, rate));
      }
    }
  }
  return shards;
}

/** Silent UDP ports in the words of their usual services: mostly nmap waits, so hosts go together. */
export function planKnock(silent: Asks, context: PlanContext): Shard[] {
  const { budget } = context;
  return groupHosts(silent, MOST_HOSTS, context).map(({ addresses, ports, local, lowest }, index) => {
    const most = local
      ? budget.localRate
      : Math.min(IDENTIFY_RATE * addresses.length, cappedRate(addresses.length, budget));
    return shardOf("identify", "services", KNOCK_PASS, index, addresses, ports, Math.min(most, lowest));
  });
}

/** The slow second look: one shard a host and protocol, slow enough for a reset limit of 50/s not to bite. */
export function planLook(asks: Asks, round: number, context: PlanContext): Shard[] {
  const shards: Shard[] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    for (const group of groupByAsk(asks, protocol, context)) {
      for (const address of group.addresses) {
        const rate = Math.min(group.lowest, lookRate(protocol, countPorts(group.ports), context.budget));
        shards.push(shardOf("confirm", "ports", round, shards.length, [address], group.ports, rate));
      }
    }
  }
  return shards;
}

/**
 * The last look at every host that matters: discovery again, after all other probes. `answering` holds a TCP port
 * of each host that answers, for some answer nothing else. `round` is 1 or 2.
 */
export function planLastLook(
  answering: ReadonlyMap<Address, number | null>,
  round: number,
  context: PlanContext,
): Shard[] {
  return planDiscovery([...answering.keys()], round, context).map((shard, index) => ({
    ...shard,
    stage: "confirm" as const,
    id: `confirm-last-${round}-${index + 1}`,
    ports: portSetOf(
      shard.addresses.flatMap((address) => {
        const port = answering.get(address) ?? null;
        return port === null ? [] : [{ protocol: "tcp" as const, port }];
      }),
    ),
  }));
}

/** Packets a second of a slow look: 10, or 25 where there is much to ask; half the commonest reset limit at most. */
function lookRate(protocol: Protocol, ports: number, budget: Budget): number {
  if (protocol === "udp") return 1;
  const rate = ports > 200 ? 25 : 10;
  return Math.max(1, Math.min(rate, budget.slotRate, budget.hostRate ?? rate));
}

interface Group {
  readonly addresses: readonly Address[];
  readonly ports: PortSet;
  readonly local: boolean;
  /** Packets a second of the lowest cap that they are all under. */
  readonly lowest: number;
}

function groupByAsk(asks: Asks, protocol: Protocol, context: PlanContext): Group[] {
  const groups = new Map<string, Group & { readonly addresses: Address[] }>();
  for (const [address, ask] of asks) {
    const ports = { ...emptyPortSet, [protocol]: ask[protocol] };
    if (ports[protocol].length === 0) continue;
    const local = context.isLocal(address);
    const { key: place, lowest } = context.budget.caps.of(address);
    const key = `${familyOf(address)} ${local} ${place} ${formatPortSet(ports)}`;
    const group = groups.get(key);
    if (group) group.addresses.push(address);
    else groups.set(key, { addresses: [address], ports, local, lowest });
  }
  return [...groups.values()];
}

interface Part {
  readonly addresses: readonly Address[];
  readonly ports: PortSet;
  readonly rate: number;
}

function* cutGroup(group: Group, protocol: Protocol, budget: Budget): Iterable<Part> {
  const size = hostsPerShard(group, budget);
  for (const addresses of chunk(group.addresses, size)) {
    const rate = Math.min(
      group.lowest,
      group.local ? budget.localRate : Math.max(1, cappedRate(addresses.length, budget)),
    );
    const most = Math.max(1, Math.floor((rate * SHARD_SECONDS) / addresses.length));
    for (const ports of cutPorts(group.ports, protocol, most)) yield { addresses, ports, rate };
  }
}

function hostsPerShard(group: Group, budget: Budget): number {
  if (group.local) return MOST_HOSTS;
  // With a cap per host a slot serves one host: inside a group nmap would give a quick host more than its share.
  if (budget.hostRate !== null)
    return Math.max(1, Math.min(MOST_HOSTS, Math.floor(budget.slotRate / budget.hostRate)));
  return Math.max(1, Math.min(MOST_HOSTS, Math.ceil(group.addresses.length / budget.slots)));
}

/** A slot's rate, but never above the cap of so many hosts. */
function cappedRate(hosts: number, budget: Budget): number {
  return budget.hostRate === null ? budget.slotRate : Math.min(budget.slotRate, budget.hostRate * hosts);
}

function* cutPorts(ports: PortSet, protocol: Protocol, most: number): Iterable<PortSet> {
  const total = countPorts(ports);
  const parts = Math.ceil(total / most);
  const size = Math.ceil(total / parts);
  let current: PortRange[] = [];
  let room = size;
  for (let [from, to] of ports[protocol]) {
    while (to - from + 1 > room) {
      current.push([from, from + room - 1]);
      from += room;
      yield { ...emptyPortSet, [protocol]: current };
      current = [];
      room = size;
    }
    current.push([from, to]);
    room -= to - from + 1;
    if (room === 0) {
      yield { ...emptyPortSet, [protocol]: current };
      current = [];
      room = size;
    }
  }
  if (current.length > 0) yield { ...emptyPortSet, [protocol]: current };
}

/** By family, whether they are the bastion's own, and the caps that they are under. */
function alike(
  addresses: readonly Address[],
  { budget, isLocal }: PlanContext,
): Iterable<{ addresses: Address[]; local: boolean; lowest: number }> {
  const groups = new Map<string, { addresses: Address[]; local: boolean; lowest: number }>();
  for (const address of addresses) {
    const local = isLocal(address);
    const { key: place, lowest } = budget.caps.of(address);
    const key = `${local} ${familyOf(address)} ${place}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { addresses: [address], local, lowest });
    else group.addresses.push(address);
  }
  return groups.values();
}

function* chunk<T>(items: readonly T[], size: number): Iterable<T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

function shardOf(
  stage: Stage,
  probe: Shard["probe"],
  pass: number,
  index: number,
  addresses: readonly Address[],
  ports: PortSet,
  rate: number,
): Shard {
  return { id: `${stage}-${pass}-${index + 1}`, stage, probe, pass, addresses, ports, rate };
}
