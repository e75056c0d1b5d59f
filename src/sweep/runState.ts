/** What a run was asked, whom it tells, and what it has learned so far. */
import pLimit, { type LimitFunction } from "p-limit";
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Instant, RunProgress, Shard } from "../facts/run.js";
import { emptyPortSet } from "../scope/portSet.js";
import { BudgetLedger } from "./budgetLedger.js";
import type { Engine, ShardResult, ShardStart } from "./engine.js";
import { isAlive, type RunEvidence } from "./evidence.js";
import type { LastSent } from "./harm.js";
import type { HostPass } from "./passes.js";
import { pickPorts } from "./pickPorts.js";
import type { PlanContext } from "./plan.js";
import type { Portion, Rolling } from "./rolling.js";
import type { HoleVerdict } from "./settle.js";
import { WITNESS_PORTS, type Witnesses } from "./witnesses.js";

/** Processes that knock on silent UDP ports, of up to 20 hosts each. */
const KNOCKS_AT_ONCE = 4;

/** Those of the addresses that answered, and why ping could not ask (null where it could). */
export interface PingAnswers {
  readonly answered: readonly Address[];
  readonly note: string | null;
}

export interface SweepRequest {
  readonly addresses: readonly Address[];
  readonly ports: PortSet;
  /** Ports more likely to be open than others: of a large set they are asked first. */
  readonly likely: PortSet;
  /** UDP ports for which nmap knows the words of a service (`nmap-service-probes`). */
  readonly udpServices: PortSet;
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
  /** Ends the run when so many hosts fell silent under it; null: it goes on. */
  readonly stopIfSilent: number | null;
  /** The system's ping, for a run without raw packets. */
  readonly ping: ((addresses: readonly Address[], signal: AbortSignal) => Promise<PingAnswers>) | null;
  /** No shard of the sweep is begun that could not end by then; null: it takes as long as it takes. */
  readonly until: Instant | null;
  /** In which order, where the time may not suffice; without it everything is asked, pass by pass. */
  readonly rolling?: Rolling | null;
  readonly now: () => Instant;
  /** Calls `then` after so many milliseconds; null where time is not to be told. */
  readonly later: ((ms: number, then: () => void) => void) | null;
  readonly random: () => number;
}

/** What a sweep tells of itself; the rest is its process's (`RunProgress`). */
export type Progress = Omit<RunProgress, "endsAbout" | "inFlight" | "stopping" | "at">;

export interface SweepHooks {
  readonly onShardStart: (shard: Shard, attempt: number, start: ShardStart) => void;
  /** Called as each shard ends, with what its hosts have proved by then. A throw stops the run. */
  readonly onShardEnd: (result: ShardResult, observations: readonly HostObservation[], pace: number) => void;
  readonly onProgress: (progress: Progress) => void;
}

export interface State {
  readonly request: SweepRequest;
  readonly engine: Engine;
  readonly hooks: SweepHooks;
  readonly stop: AbortController;
  /** Aborted: what is in flight ends, nothing more is begun. */
  readonly finish: AbortSignal;
  /** Why it stopped by itself, for people; null where somebody else did, or nobody. */
  whyStopped: string | null;
  readonly evidence: RunEvidence;
  readonly verdicts: Map<Address, HoleVerdict>;
  /** Ports that were open before and of which a second look found what the sweep had found. */
  readonly agreed: Map<Address, PortSet>;
  readonly askedForLife: Set<Address>;
  /** By round of discovery: addresses that whole shards of it asked. */
  readonly discovered: Map<number, Set<Address>>;
  /** 1, and one more for each time the run was taken up again. */
  sitting: number;
  /** Of a run that was taken up again, by pass: what hosts in the middle of it were not asked yet. */
  readonly unfinished: Map<number, Map<Address, PortSet>>;
  readonly identifyTried: Map<Address, PortSet>;
  /** Their sweep is over, and silent UDP ports of theirs were not asked yet in their services' words. */
  readonly toKnockOn: Set<Address>;
  readonly failures: string[];
  readonly warnings: Set<string>;
  ended: number;
  failed: number;
  probes: number;
  /** Cells of the sweep that were asked, and that are known to be due. */
  cellsDone: number;
  cellsTotal: number;
  /** Of the last that was told of. */
  sweepPass: number;
  readonly ledger: BudgetLedger;
  readonly passes: Map<Address, HostPass>;
  /** Hosts whose next pass depends on what others tell of loss. */
  readonly parked: Set<Address>;
  /** What the time did not suffice for, so that it is due in another run. */
  postponed: ReadonlyMap<Address, PortSet>;
  /** Addresses that nobody was asked for, for the time was over. */
  unasked: ReadonlySet<Address>;
  /** Of a run that goes portion by portion: what was begun of a host, and what was not. */
  readonly portions: Map<Address, Portions>;
  readonly witnesses: Witnesses;
  readonly witnessPorts: PortSet;
  /** Whether loss depends on the rate: not in question, to be tried, tried. */
  rateTest: "none" | "due" | "done";
  readonly lastSent: Map<Address, LastSent>;
  /** Hosts that fell silent in the sweep, asked at once; those that stayed silent, with the moment they were asked. */
  readonly suspected: Set<Address>;
  readonly knockedOver: Map<Address, Instant>;
  readonly identifyLimit: LimitFunction;
  /** Apart from identification, whose processes may take minutes each. */
  readonly knockLimit: LimitFunction;
  readonly identifying: Promise<void>[];
  /** The last number of each series of shard ids. */
  readonly numbers: Map<string, number>;
}

export interface Portions {
  begun: PortSet;
  /** Of the portion that was begun last. */
  rank: number;
  readonly left: Portion[];
}

/** The ports that the run has begun to ask of a host: all of them, where it does not go portion by portion. */
export function begunPorts({ request, portions }: State, address: Address): PortSet {
  return portions.get(address)?.begun ?? request.ports;
}

/** A run that has learned nothing yet. */
export function startState(
  request: SweepRequest,
  engine: Engine,
  hooks: SweepHooks,
  finish: AbortSignal = new AbortController().signal,
): State {
  return {
    request,
    engine,
    hooks,
    stop: new AbortController(),
    finish,
    whyStopped: null,
    evidence: new Map(),
    verdicts: new Map(),
    agreed: new Map(),
    askedForLife: new Set(),
    discovered: new Map(),
    sitting: 1,
    unfinished: new Map(),
    identifyTried: new Map(),
    toKnockOn: new Set(),
    failures: [],
    warnings: new Set(),
    ended: 0,
    failed: 0,
    probes: 0,
    cellsDone: 0,
    cellsTotal: 0,
    sweepPass: 1,
    ledger: new BudgetLedger(request.plan.budget),
    passes: new Map(),
    parked: new Set(),
    postponed: new Map(),
    unasked: new Set(),
    portions: new Map(),
    witnesses: new Map(),
    witnessPorts: pickPorts({ ...emptyPortSet, tcp: request.ports.tcp }, WITNESS_PORTS, request.random),
    rateTest: "none",
    lastSent: new Map(),
    suspected: new Set(),
    knockedOver: new Map(),
    identifyLimit: pLimit(request.plan.budget.identifySlots),
    knockLimit: pLimit(KNOCKS_AT_ONCE),
    identifying: [],
    numbers: new Map(),
  };
}

/** The addresses that are swept: those that answered (by a refused `connect()` too), those known, with `-Pn` all. */
export function sweptAddresses(state: State): Address[] {
  const { request } = state;
  if (request.skipDiscovery) return [...request.addresses];
  return request.addresses.filter((a) => request.alwaysSweep.has(a) || isFound(state, a));
}

/** True once it answered, or its kernel refused a `connect()`. */
export function isFound(state: State, address: Address): boolean {
  return isAliveIn(state, address) || state.evidence.get(address)?.refusedConnect === true;
}

/** True once the address answered something itself in this run. */
export function isAliveIn(state: State, address: Address): boolean {
  const host = state.evidence.get(address);
  return host !== undefined && isAlive(host);
}

/** True once nothing more may be begun. */
export function isStopping({ stop, finish }: State): boolean {
  return stop.signal.aborted || finish.aborted;
}

/** Until nothing more of a stage may be begun. The closing looks are always taken: without them no silence counts. */
export function secondsLeft({ request }: State, stage: Shard["stage"] = "sweep"): number {
  if (request.until === null || stage === "identify" || stage === "confirm") return Number.POSITIVE_INFINITY;
  const until =
    stage === "discover"
      ? Math.min(request.until, request.rolling?.discoverUntil ?? request.until)
      : request.until;
  return (until - request.now()) / 1000;
}
