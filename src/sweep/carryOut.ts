/**
 * Carries out a run: discover → sweep (passes) → identify → confirm (holes, doubts, the last look).
 *
 * It does no I/O of its own: shards go to an `Engine`, results come back through hooks. What a host has proved is
 * handed on as each shard ends, so a killed run loses only the shards in flight; silence is handed on at the end,
 * when the last look has closed the bracket around it.
 */
import pLimit, { type LimitFunction } from "p-limit";
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Instant, Shard } from "../facts/run.js";
import { withoutFragilePorts } from "../nmap/fragilePorts.js";
import { segmentOf } from "../scope/network.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import { blockedSegments } from "./blocked.js";
import { type CoverageCount, countCoverage } from "./coverageDue.js";
import type { Engine, ShardResult, ShardStart } from "./engine.js";
import { probesOf } from "./estimate.js";
import {
  answeredPorts,
  closedPorts,
  evidenceOf,
  foldShard,
  type HostEvidence,
  isAlive,
  noteAnswer,
  openPorts,
  portsDue,
  type RunEvidence,
} from "./evidence.js";
import { type HoleQuestion, judgeHoles, type LookAnswers, noLook, screenForHoles } from "./holes.js";
import { makeHostTurns, type TakeTurn } from "./hostTurns.js";
import {
  type Asks,
  type PlanContext,
  planDiscovery,
  planIdentify,
  planLastLook,
  planLook,
  planPass,
} from "./plan.js";
import { type HoleVerdict, observationOf, silentObservation } from "./settle.js";

/** Two plain passes; up to two more for hosts that were first heard during one, or whose shard failed. */
const MOST_PASSES = 4;
const DISCOVERY_ROUNDS = 2;
const ATTEMPTS = 2;

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
  /** The system's ping, for a run without raw packets: those of the addresses that answered. */
  readonly ping: ((addresses: readonly Address[], signal: AbortSignal) => Promise<readonly Address[]>) | null;
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

export interface SweepOutcome {
  /** Final: alive hosts and those that history knew. Empty after an interruption: what was proved is handed on. */
  readonly observations: readonly HostObservation[];
  readonly coverage: CoverageCount;
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  readonly shards: { readonly ended: number; readonly failed: number };
  readonly interrupted: boolean;
}

interface State {
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

/** Runs all stages; rejects only if a hook or the engine throws. Abort `signal` to stop: nmaps are ended at once. */
export async function carryOut(
  request: SweepRequest,
  engine: Engine,
  hooks: SweepHooks,
  signal: AbortSignal,
): Promise<SweepOutcome> {
  const state = startState(request, engine, hooks);
  const stop = () => state.stop.abort();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await runStages(state);
  } finally {
    signal.removeEventListener("abort", stop);
    // After an error too nothing of a run outlives it.
    await Promise.allSettled(state.identifying);
  }
}

async function runStages(state: State): Promise<SweepOutcome> {
  const discoveryEnd = await discoverAndSweep(state);
  await sweepAgain(state);
  identifyOpen(state, state.request.addresses);
  await lookAtHoles(state);
  await settleAll(state.identifying);
  await lookAtDoubts(state);
  const lastLook = await lookLast(state);
  return concludeRun(state, { discoveryEnd, ...lastLook });
}

function startState(request: SweepRequest, engine: Engine, hooks: SweepHooks): State {
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

/** The addresses that are swept: those that answered, those known from before, with `-Pn` all. */
function sweptAddresses(state: State): Address[] {
  const { request } = state;
  if (request.skipDiscovery) return [...request.addresses];
  return request.addresses.filter((a) => request.alwaysSweep.has(a) || isAliveIn(state, a));
}

function isAliveIn(state: State, address: Address): boolean {
  const host = state.evidence.get(address);
  return host !== undefined && isAlive(host);
}

/**
 * Discovery in two rounds, the second of those that stayed silent, while the hosts of the first are swept already.
 * Returns the moment discovery ended.
 */
async function discoverAndSweep(state: State): Promise<Instant> {
  const { request } = state;
  if (!request.skipDiscovery) await discoverRound(state, 1);
  const early = sweptAddresses(state);
  const sweeping = sweepFirst(state, early);
  const discovering = request.skipDiscovery ? Promise.resolve() : discoverRound(state, 2);
  await settleAll([sweeping, discovering]);
  const known = new Set(early);
  const discoveryEnd = request.now();
  await sweepFirst(
    state,
    sweptAddresses(state).filter((a) => !known.has(a)),
  );
  return discoveryEnd;
}

async function discoverRound(state: State, round: number): Promise<void> {
  const { request } = state;
  const silent = request.addresses.filter((a) => !isAliveIn(state, a));
  await runShards(state, "discover", round, planDiscovery(silent, round, request.plan), (result) => {
    if (result.whole) for (const address of result.shard.addresses) state.askedForLife.add(address);
  });
  await pingSilent(state, silent, Number.NEGATIVE_INFINITY);
}

/**
 * Discovery by connect() misses hosts behind a default-drop filter; the system's ping may ask for us. Asks those
 * of `addresses` that were not heard since `since`.
 */
async function pingSilent(state: State, addresses: readonly Address[], since: Instant): Promise<void> {
  const { request, stop } = state;
  if (request.ping === null || stop.signal.aborted) return;
  const quiet = addresses.filter(
    (a) => (state.evidence.get(a)?.lastAnswerFrom ?? Number.NEGATIVE_INFINITY) <= since,
  );
  const from = request.now();
  for (const address of await request.ping(quiet, stop.signal)) {
    noteAnswer(evidenceOf(state.evidence, address), "echo-reply", { from, to: request.now() });
  }
}

/** The first pass; the services of a shard's hosts are asked as soon as it ends. */
async function sweepFirst(state: State, addresses: readonly Address[]): Promise<void> {
  const asks = new Map(addresses.map((address) => [address, state.request.ports]));
  await runShards(state, "sweep", 1, planPass(asks, 1, state.request.plan), (result) =>
    identifyOpen(state, result.shard.addresses),
  );
}

/** The further passes, over what is still silent. */
async function sweepAgain(state: State): Promise<void> {
  for (let pass = 2; pass <= MOST_PASSES && !state.stop.signal.aborted; pass++) {
    const asks = asksOf(state, sweptAddresses(state));
    if (asks.size === 0) break;
    await runShards(state, "sweep", pass, planPass(asks, pass, state.request.plan));
  }
}

function asksOf(state: State, swept: readonly Address[]): Asks {
  const asks = new Map<Address, PortSet>();
  for (const address of swept) {
    const due = portsDue(evidenceOf(state.evidence, address), state.request.ports);
    if (countPorts(due) > 0) asks.set(address, due);
  }
  return asks;
}

/**
 * Starts asking the services behind open ports that were not asked yet; printer and control ports get no data
 * unless wanted. It goes on beside the sweep: a service that says nothing takes nmap minutes.
 */
function identifyOpen(state: State, addresses: readonly Address[]): void {
  if (!state.request.identify || state.stop.signal.aborted) return;
  const asks = new Map<Address, PortSet>();
  for (const address of addresses) {
    const host = state.evidence.get(address);
    if (host === undefined) continue;
    const tried = state.identifyTried.get(address) ?? emptyPortSet;
    const open = subtractPorts(openPorts(host), tried);
    const probe = state.request.probeFragile ? open : withoutFragilePorts(open).probe;
    if (countPorts(probe) === 0) continue;
    asks.set(address, probe);
    state.identifyTried.set(address, unionPorts(tried, probe));
  }
  if (asks.size === 0) return;
  const asking = runShards(state, "identify", 1, planIdentify(asks, state.request.plan));
  // It is awaited after the sweep; until then a failure must not count as unhandled.
  asking.catch(() => undefined);
  state.identifying.push(asking);
}

/** The slow second look at holes, each beside silent neighbours. */
async function lookAtHoles(state: State): Promise<void> {
  const questions = new Map<Address, HoleQuestion>();
  const asks = new Map<Address, PortSet>();
  for (const host of state.evidence.values()) {
    const question = isAlive(host) ? holeQuestion(state, host) : null;
    if (question === null) continue;
    questions.set(host.address, question);
    asks.set(host.address, unionPorts(question.candidates, question.neighbours));
  }
  const looks = new Map<Address, LookAnswers>();
  await runShards(state, "confirm", 1, planLook(asks, 1, state.request.plan), (result) =>
    noteLook(looks, result),
  );
  for (const [address, question] of questions) {
    const host = evidenceOf(state.evidence, address);
    state.verdicts.set(address, judgeHoles(host, question, looks.get(address) ?? noLook));
  }
}

/** A second look at ports that were open before and did not answer, and at those seen open once only. */
async function lookAtDoubts(state: State): Promise<void> {
  const asks = new Map<Address, PortSet>();
  for (const host of state.evidence.values()) {
    if (!isAlive(host)) continue;
    const doubts = doubtfulPorts(state, host);
    if (countPorts(doubts) > 0) asks.set(host.address, doubts);
  }
  await runShards(state, "confirm", 2, planLook(asks, 2, state.request.plan));
}

function holeQuestion(state: State, host: HostEvidence): HoleQuestion | null {
  const local = state.request.plan.isLocal(host.address);
  const unjudged = local
    ? null
    : state.request.method === "connect" && countPorts(closedOrRefused(host)) > 0
      ? "a connect scan cannot tell a reset from a refusal"
      : undefined;
  if (unjudged !== undefined) {
    state.verdicts.set(host.address, { holes: [], unjudged, resetLimited: false });
    return null;
  }
  const silent = subtractPorts(state.request.ports, answeredPorts(host));
  const screening = screenForHoles(host, silent, state.request.random);
  if ("question" in screening) return screening.question;
  state.verdicts.set(host.address, { holes: [], unjudged: screening.unjudged, resetLimited: false });
  return null;
}

function closedOrRefused(host: HostEvidence): PortSet {
  return subtractPorts(answeredPorts(host), openPorts(host));
}

/** Ports last known open that did not answer now, and ports seen open once only. */
function doubtfulPorts(state: State, host: HostEvidence): PortSet {
  const before = intersectPorts(
    state.request.knownOpen.get(host.address) ?? emptyPortSet,
    state.request.ports,
  );
  let doubts = subtractPorts(before, answeredPorts(host));
  for (const { answer, seen } of host.open.values()) {
    if (seen < 2) doubts = unionPorts(doubts, portSetOfOne(answer));
  }
  return doubts;
}

function portSetOfOne(port: { protocol: "tcp" | "udp" | "sctp"; port: number }): PortSet {
  return { ...emptyPortSet, [port.protocol]: [[port.port, port.port]] };
}

function noteLook(looks: Map<Address, LookAnswers>, result: ShardResult): void {
  const address = result.shard.addresses[0];
  if (!result.whole || address === undefined || result.shard.ports.tcp.length === 0) return;
  let reset = emptyPortSet;
  for (const host of result.document?.hosts ?? []) {
    if (host.address !== address) continue;
    for (const port of host.ports) {
      if (port.protocol === "tcp" && port.state === "closed") reset = unionPorts(reset, portSetOfOne(port));
    }
    for (const extra of host.extraPorts) {
      if (extra.state !== "closed") continue;
      for (const reason of extra.reasons)
        reset = unionPorts(reset, { ...emptyPortSet, tcp: reason.ports ?? result.shard.ports.tcp });
    }
  }
  looks.set(address, { asked: result.shard.ports, reset });
}

interface LastLook {
  readonly lastLookStart: Instant;
  readonly askedLast: ReadonlySet<Address>;
}

/** Every host that matters is asked once more, so that its silence stands between two answers. */
async function lookLast(state: State): Promise<LastLook> {
  const { request } = state;
  const lastLookStart = request.now();
  const askedLast = new Set<Address>();
  const matters = sweptAddresses(state).filter((a) => isAliveIn(state, a) || request.wasAlive.has(a));
  for (let round = 1; round <= DISCOVERY_ROUNDS; round++) {
    const open = matters.filter((a) => (state.evidence.get(a)?.lastAnswerFrom ?? 0) < lastLookStart);
    if (open.length === 0 || state.stop.signal.aborted) break;
    const answering = new Map(open.map((a) => [a, answeringPort(evidenceOf(state.evidence, a))]));
    await runShards(state, "confirm", round, planLastLook(answering, round, request.plan), (result) => {
      if (result.whole) for (const address of result.shard.addresses) askedLast.add(address);
    });
    await pingSilent(state, open, lastLookStart);
  }
  return { lastLookStart, askedLast };
}

/** A TCP port that answers: an open one, else one that resets; null where nothing does. */
function answeringPort(host: HostEvidence): number | null {
  const [open] = openPorts(host).tcp;
  const [closed] = closedPorts(host).tcp;
  return open?.[0] ?? closed?.[0] ?? null;
}

function concludeRun(state: State, times: LastLook & { readonly discoveryEnd: Instant }): SweepOutcome {
  const { request } = state;
  const interrupted = state.stop.signal.aborted;
  const blocked = blockedSegments(state.evidence, request.knownOpen, request.ports);
  for (const segment of blocked) {
    state.warnings.add(
      `over a fifth of the known open ports of ${segment} turned silent at once: this scanner may be blocked or the route gone; silence there is not believed`,
    );
  }
  const observations = sweptAddresses(state)
    .filter((a) => isAliveIn(state, a) || request.wasAlive.has(a) || request.expected.has(a))
    .map((address) => settleHost(state, address, times, blocked, interrupted));
  const coverage = countCoverage(observations, {
    asked: request.ports,
    expected: request.expected,
    neverAsked: neverAsked(state),
  });
  return {
    observations: interrupted ? observations.filter((o) => o.presence === "alive") : observations,
    coverage,
    failures: state.failures,
    warnings: [...state.warnings],
    shards: { ended: state.ended, failed: state.failed },
    interrupted,
  };
}

function settleHost(
  state: State,
  address: Address,
  times: LastLook & { readonly discoveryEnd: Instant },
  blocked: ReadonlySet<string>,
  interrupted: boolean,
): HostObservation {
  const host = evidenceOf(state.evidence, address);
  if (!isAlive(host)) return silentObservation(address, !interrupted && hasVanished(state, address, times));
  const settled = !interrupted && !blocked.has(segmentOf(address));
  const verdict = state.verdicts.get(address) ?? { holes: [], unjudged: null, resetLimited: false };
  return observationOf(host, {
    asked: state.request.ports,
    names: [],
    holes: settled ? verdict : null,
    vanished: false,
  });
}

/** Believed gone: asked for by whole shards first and last, while a neighbour answered before and after. */
function hasVanished(
  state: State,
  address: Address,
  times: LastLook & { readonly discoveryEnd: Instant },
): boolean {
  const { request } = state;
  if (!request.wasAlive.has(address) || !times.askedLast.has(address)) return false;
  if (!request.skipDiscovery && !state.askedForLife.has(address)) return false;
  const segment = segmentOf(address);
  for (const host of state.evidence.values()) {
    if (host.firstAnswerBy === null || host.lastAnswerFrom === null) continue;
    if (segmentOf(host.address) !== segment) continue;
    if (host.firstAnswerBy <= times.discoveryEnd && host.lastAnswerFrom >= times.lastLookStart) return true;
  }
  return false;
}

function neverAsked(state: State): Set<Address> {
  if (state.request.skipDiscovery) return new Set();
  return new Set(state.request.addresses.filter((a) => !state.askedForLife.has(a) && !isAliveIn(state, a)));
}

/** Runs the shards of a stage side by side, each with a second attempt where its results are not whole. */
async function runShards(
  state: State,
  stage: Shard["stage"],
  pass: number,
  shards: readonly Shard[],
  onResult: (result: ShardResult) => void = () => undefined,
): Promise<void> {
  const limit = limitFor(state, stage, shards);
  let done = 0;
  const tell = () => state.hooks.onProgress(progressOf(state, stage, pass, done, shards.length));
  if (shards.length > 0) tell();
  const runOne = async (shard: Shard) => {
    await runShard(state, shard, limit, onResult);
    done++;
    tell();
  };
  try {
    await settleAll(shards.map((shard) => runOne(renumber(state, shard))));
  } catch (error) {
    // Something is wrong with us, not with a host: end the other nmaps before saying so.
    state.stop.abort();
    throw error;
  }
}

/** Discovery and passes share the slots of the budget; identification has its own; slow looks are bounded by rate. */
function limitFor(state: State, stage: Shard["stage"], shards: readonly Shard[]): LimitFunction {
  const { budget } = state.request.plan;
  if (stage === "identify") return state.identifyLimit;
  if (stage !== "confirm") return state.sweepLimit;
  const rate = Math.max(1, ...shards.map((s) => s.rate));
  return pLimit(Math.max(1, Math.min(16, Math.floor((budget.slots * budget.slotRate) / rate))));
}

/** A stage may be planned in several steps; ids stay unique in the run. */
function renumber(state: State, shard: Shard): Shard {
  const series = shard.id.replace(/-\d+$/, "");
  const number = (state.numbers.get(series) ?? 0) + 1;
  state.numbers.set(series, number);
  return { ...shard, id: `${series}-${number}` };
}

/** Waits for all, so that nothing of a run outlives it, then rejects with the first error if there was one. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** Services are asked beside the sweep: nmap mostly waits there, and what it sends is not metered anyway. */
function runShard(
  state: State,
  shard: Shard,
  limit: LimitFunction,
  onResult: (result: ShardResult) => void,
): Promise<void> {
  const attempt = () => attemptShard(state, shard, limit, onResult);
  const uncapped = shard.stage === "identify" || shard.addresses.every(state.request.plan.isLocal);
  return state.takeTurn === null || uncapped ? attempt() : state.takeTurn(shard.addresses, attempt);
}

async function attemptShard(
  state: State,
  shard: Shard,
  limit: LimitFunction,
  onResult: (result: ShardResult) => void,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await limit(async () => {
      if (state.stop.signal.aborted) return null;
      return state.engine.run(shard, attempt, state.stop.signal, (start) =>
        state.hooks.onShardStart(shard, attempt, start),
      );
    });
    if (result === null) return;
    takeResult(state, result);
    onResult(result);
    if (result.whole || state.stop.signal.aborted) break;
    if (attempt === ATTEMPTS) noteFailure(state, result);
  }
}

function takeResult(state: State, result: ShardResult): void {
  state.ended++;
  state.probes += probesOf(result.shard);
  for (const warning of result.warnings) state.warnings.add(warning);
  const touched = foldShard(state.evidence, result);
  const observations = touched
    .map((address) => evidenceOf(state.evidence, address))
    .filter(isAlive)
    .map((host) =>
      observationOf(host, { asked: state.request.ports, names: [], holes: null, vanished: false }),
    );
  state.hooks.onShardEnd(result, observations);
}

function noteFailure(state: State, result: ShardResult): void {
  state.failed++;
  const [first] = result.shard.addresses;
  const more = result.shard.addresses.length - 1;
  const hosts = more > 0 ? `${first} and ${more} more` : String(first);
  state.failures.push(`${result.shard.stage} of ${hosts} (shard ${result.shard.id}): ${result.failure}`);
}

function progressOf(
  state: State,
  stage: Shard["stage"],
  pass: number,
  done: number,
  total: number,
): Progress {
  let hostsAlive = 0;
  let open = 0;
  for (const host of state.evidence.values()) {
    if (isAlive(host)) hostsAlive++;
    open += host.open.size;
  }
  return {
    stage,
    pass,
    hostsAlive,
    openPorts: open,
    shardsDone: done,
    shardsTotal: total,
    probes: state.probes,
  };
}
