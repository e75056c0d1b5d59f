/** What a run was asked, whom it tells, and what it has learned so far. */
import pLimit, { type LimitFunction } from "p-limit";
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Instant, Shard } from "../facts/run.js";
import type { Engine, ShardResult, ShardStart } from "./engine.js";
import { isAlive, type RunEvidence } from "./evidence.js";
import { makeHostTurns, type TakeTurn } from "./hostTurns.js";
import type { PlanContext } from "./plan.js";
import type { HoleVerdict } from "./settle.js";

/** Those of the addresses that answered, and why ping could not ask (null where it could). */
export interface PingAnswers {
  readonly answered: readonly Address[];
  readonly note: string | null;
}

export interface SweepRequest {
  readonly addresses: readonly Address[];
  readonly ports: PortSet;
  readonly method: "raw" | "connect";
  /** `-Pn`: every address is swept; one that answers nothing is silent all the same. */
  readonly skipDiscovery: boolean;
  /** Swept whatever discovery says: known from history or from the profile. Part of `addresses`. */
  readonly alwaysSweep: ReadonlySet<Address>;
  /** Due whatever this run hears (design.md, "Exit codes"). Part of `addresses`. */
  readonly expected: ReadonlySet<Address>;
  /** Alive in the last run that covered them: may be found vanished. */
  readonly wasAlive: ReadonlySet<Address>;
  /** Ports last known open. */
  readonly knownOpen: ReadonlyMap<Address, PortSet>;
  readonly identify: boolean;
  /** Send data probes to printer and industrial-control ports too. */
  readonly probeFragile: boolean;
  readonly plan: PlanContext;
  /** The system's ping, for a run without raw packets. */
  readonly ping: ((addresses: readonly Address[], signal: AbortSignal) => Promise<PingAnswers>) | null;
  readonly now: () => Instant;
  readonly random: () => number;
}

export interface Progress {
  readonly stage: Shard["stage"];
  readonly pass: number;
  readonly hostsAlive: number;
  readonly openPorts: number;
  readonly shardsDone: number;
  /** Of the present stage. */
  readonly shardsTotal: number;
  /** Probe packets of the shards that ended, all stages. */
  readonly probes: number;
}

export interface SweepHooks {
  readonly onShardStart: (shard: Shard, attempt: number, start: ShardStart) => void;
  /** Called as each shard ends, with what its hosts have proved by then. A throw stops the run. */
  readonly onShardEnd: (result: ShardResult, observations: readonly HostObservation[]) => void;
  readonly onProgress: (progress: Progress) => void;
}

export interface State {
  readonly request: SweepRequest;
  readonly engine: Engine;
  readonly hooks: SweepHooks;
  readonly stop: AbortController;
  readonly evidence: RunEvidence;
  readonly verdicts: Map<Address, HoleVerdict>;
  readonly askedForLife: Set<Address>;
  readonly identifyTried: Map<Address, PortSet>;
  readonly failures: string[];
  readonly warnings: Set<string>;
  ended: number;
  failed: number;
  probes: number;
  readonly sweepLimit: LimitFunction;
  readonly identifyLimit: LimitFunction;
  readonly identifying: Promise<void>[];
  /** Keeps a capped host to one shard at a time; null where an explicit rate lifted the cap. */
  readonly takeTurn: TakeTurn | null;
  /** The last number of each series of shard ids. */
  readonly numbers: Map<string, number>;
}

/** A run that has learned nothing yet. */
export function startState(request: SweepRequest, engine: Engine, hooks: SweepHooks): State {
  return {
    request,
    engine,
    hooks,
    stop: new AbortController(),
    evidence: new Map(),
    verdicts: new Map(),
    askedForLife: new Set(),
    identifyTried: new Map(),
    failures: [],
    warnings: new Set(),
    ended: 0,
    failed: 0,
    probes: 0,
    sweepLimit: pLimit(request.plan.budget.slots),
    identifyLimit: pLimit(request.plan.budget.identifySlots),
    identifying: [],
    takeTurn: request.plan.budget.hostRate === null ? null : makeHostTurns(),
    numbers: new Map(),
  };
}

/** The addresses that are swept: those that answered (by a refused `connect()` too), those known, with `-Pn` all. */
export function sweptAddresses(state: State): Address[] {
  const { request } = state;
  if (request.skipDiscovery) return [...request.addresses];
  return request.addresses.filter(
    (a) =>
      request.alwaysSweep.has(a) || isAliveIn(state, a) || state.evidence.get(a)?.refusedConnect === true,
  );
}

/** True once the address answered something itself in this run. */
export function isAliveIn(state: State, address: Address): boolean {
  const host = state.evidence.get(address);
  return host !== undefined && isAlive(host);
}
