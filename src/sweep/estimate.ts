/** What a run will cost, told before the first packet. */
import type { Shard } from "../facts/run.js";
import { countPorts } from "../scope/portSet.js";
import type { Budget } from "./pace.js";
import { DISCOVERY_PROBES } from "./plan.js";

export interface Estimate {
  /** Probe packets, retransmissions of service identification not counted. */
  readonly probes: number;
  readonly seconds: number;
}

/** nmap's start, its last wait and its end, seconds a process. */
const PROCESS_SECONDS = 1.2;

/** Cost of `shards` within `budget`: by packets, or by processes where those are short. */
export function estimateShards(shards: readonly Shard[], budget: Budget): Estimate {
  let probes = 0;
  let slotSeconds = 0;
  for (const shard of shards) {
    const own = probesOf(shard);
    probes += own;
    slotSeconds += own / shard.rate + PROCESS_SECONDS;
  }
  const slots = Math.max(1, Math.min(budget.slots, shards.length));
  return { probes, seconds: slotSeconds / slots };
}

/** Probe packets of a shard: one a cell, or discovery's own set an address. */
export function probesOf(shard: Shard): number {
  const each = shard.probe === "hosts" ? DISCOVERY_PROBES + countPorts(shard.ports) : countPorts(shard.ports);
  return each * shard.addresses.length;
}
