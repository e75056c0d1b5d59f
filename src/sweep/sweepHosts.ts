/**
 * Discovery and the sweep in one: a host is swept from the moment it is found, and goes on to its next pass when its last
 * one ends, whatever the others do. It waits only where what others tell of loss decides how often it must be asked.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant, Shard } from "../facts/run.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { Dispatch } from "./dispatch.js";
import type { ShardResult } from "./engine.js";
import { evidenceOf } from "./evidence.js";
import { suspects } from "./harm.js";
import { answeringPort } from "./lastLook.js";
import { nextAsk } from "./passes.js";
import { pingSilent } from "./pingSilent.js";
import { planDiscovery, planLastLook } from "./plan.js";
import { isRateTestDue, testRate } from "./rateTest.js";
import { makeDispatch } from "./runShards.js";
import {
  begunPorts,
  isAliveIn,
  isFound,
  type Portions,
  type State,
  secondsLeft,
  sweptAddresses,
} from "./runState.js";
import { portsDue } from "./silence.js";

/** @param identify told of hosts whose open ports are known @returns the moment discovery ended */
export async function sweepHosts(
  state: State,
  identify: (addresses: readonly Address[]) => void,
): Promise<Instant> {
  const { request } = state;
  const discovery = new Discovery();
  const dispatch = makeDispatch(state, (shard, result) => {
    if (shard.stage === "discover") {
      if (result?.whole) for (const address of shard.addresses) state.askedForLife.add(address);
      begin(
        state,
        dispatch,
        shard.addresses.filter((address) => isFound(state, address)),
      );
      discovery.end(shard);
    } else if (shard.stage === "confirm") {
      noteAskedAgain(state, shard, result);
    } else {
      if (result?.whole) askSuspects(state, dispatch, suspects(state, shard));
      notePass(state, shard);
      identify(shard.addresses);
      // A portion waits for nobody: what others would tell of loss may come after the window.
      goOn(state, dispatch, isRolling(state));
    }
  });
  if (!request.skipDiscovery) {
    await discover(state, dispatch, discovery, 1);
    begin(state, dispatch, sweptAddresses(state));
    await discover(state, dispatch, discovery, 2);
  }
  const discoveryEnd = request.now();
  begin(state, dispatch, sweptAddresses(state));
  await dispatch.drain();
  while (state.parked.size > 0 && !state.stop.signal.aborted && secondsLeft(state) > 0) {
    if (state.rateTest === "due") await testRate(state, dispatch);
    goOn(state, dispatch, true);
    await dispatch.drain();
  }
  notePostponed(state, dispatch);
  return discoveryEnd;
}

function isRolling({ request }: State): boolean {
  return (request.rolling ?? null) !== null;
}

function notePostponed(state: State, dispatch: Dispatch): void {
  const postponed = dispatch.postponed;
  for (const [address, { left }] of state.portions) {
    const ports = unionPorts(postponed.get(address) ?? emptyPortSet, ...left.map((portion) => portion.ports));
    if (countPorts(ports) > 0) postponed.set(address, ports);
  }
  // Hosts in the middle of a pass, or before their next one, when the time is over: silent once is not covered.
  for (const [address, { left }] of state.request.until === null ? [] : state.passes) {
    if (left <= 0 && !state.parked.has(address)) continue;
    const due = portsDue(evidenceOf(state.evidence, address), begunPorts(state, address));
    postponed.set(address, unionPorts(postponed.get(address) ?? emptyPortSet, due));
  }
  state.postponed = postponed;
  state.unasked = new Set(
    dispatch.unbegun.flatMap(({ stage, addresses }) => (stage === "discover" ? addresses : [])),
  );
}

/** A host that fell silent in the middle is asked at once whether it is there. */
function askSuspects(state: State, dispatch: Dispatch, addresses: readonly Address[]): void {
  if (addresses.length === 0) return;
  for (const address of addresses) state.suspected.add(address);
  const answering = new Map(
    addresses.map((address) => [address, answeringPort(evidenceOf(state.evidence, address))]),
  );
  const shards = planLastLook(answering, 1, state.request.plan);
  dispatch.addShards(shards.map((shard) => ({ ...shard, id: shard.id.replace("last", "suspect") })));
}

function noteAskedAgain(state: State, shard: Shard, result: ShardResult | null): void {
  if (!result?.whole) return;
  for (const address of shard.addresses) {
    const { lastAnswerFrom } = evidenceOf(state.evidence, address);
    if ((lastAnswerFrom ?? 0) < result.exit.startedAt) state.knockedOver.add(address);
  }
  const { stopIfSilent } = state.request;
  if (stopIfSilent === null || state.knockedOver.size < stopIfSilent || state.stop.signal.aborted) return;
  state.warnings.add(
    `${state.knockedOver.size} hosts fell silent while they were swept (${[...state.knockedOver].slice(0, 5).join(", ")}): the run was stopped`,
  );
  state.stop.abort();
}

/** Waits for the shards of one round, while the sweep goes on beside it. */
class Discovery {
  #left = new Set<string>();
  #resolve: (() => void) | null = null;

  async round(shards: readonly Shard[], start: () => void): Promise<void> {
    this.#left = new Set(shards.map(({ id }) => id));
    if (shards.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      start();
    });
  }

  end({ id }: Shard): void {
    this.#left.delete(id);
    if (this.#left.size === 0) this.#resolve?.();
  }

  /** Nothing more will be started. */
  giveUp(): void {
    this.#resolve?.();
  }
}

async function discover(
  state: State,
  dispatch: Dispatch,
  discovery: Discovery,
  round: number,
): Promise<void> {
  // One that is being swept already is asked enough: a round takes it from nobody.
  const silent = state.request.addresses.filter(
    (address) => !isAliveIn(state, address) && !state.passes.has(address),
  );
  const shards = planDiscovery(silent, round, state.request.plan);
  const giveUp = () => discovery.giveUp();
  state.stop.signal.addEventListener("abort", giveUp, { once: true });
  const asked = discovery.round(shards, () => {
    dispatch.addShards(shards);
    dispatch.pump();
    if (state.stop.signal.aborted) giveUp();
  });
  // Nothing runs and nothing can be begun: the time is over before all were asked.
  await (state.request.until === null ? asked : Promise.race([asked, dispatch.drain()]));
  state.stop.signal.removeEventListener("abort", giveUp);
  await pingSilent(state, silent, Number.NEGATIVE_INFINITY);
}

/** The first pass of hosts that were not begun yet. */
function begin(state: State, dispatch: Dispatch, addresses: readonly Address[]): void {
  const { ports } = state.request;
  const fresh = addresses.filter((address) => !state.passes.has(address));
  if (fresh.length === 0) return;
  if (isRolling(state)) {
    beginPortions(state, dispatch, fresh);
    dispatch.pump();
    return;
  }
  const cells = countPorts(ports);
  for (const address of fresh) state.passes.set(address, { pass: 1, left: cells, isWitnessed: false });
  state.cellsTotal += cells * fresh.length;
  addPass(state, dispatch, 1, new Map(fresh.map((address) => [address, ports])));
  dispatch.pump();
}

/** The next portion of each host, from its first pass on; nothing where none is left or the time is over. */
function beginPortions(state: State, dispatch: Dispatch, addresses: readonly Address[]): void {
  const asks = new Map<number, Map<Address, PortSet>>();
  for (const address of addresses) {
    const portions = portionsOf(state, address);
    const progress = state.passes.get(address) ?? { pass: 1, left: 0, isWitnessed: false };
    state.passes.set(address, progress);
    const portion = secondsLeft(state) > 0 ? portions.left.shift() : undefined;
    if (portion === undefined) continue;
    portions.begun = unionPorts(portions.begun, portion.ports);
    portions.rank = portion.rank;
    progress.pass = 1;
    progress.left = countPorts(portion.ports);
    state.cellsTotal += progress.left;
    const alike = asks.get(portion.rank) ?? new Map<Address, PortSet>();
    asks.set(portion.rank, alike.set(address, portion.ports));
  }
  for (const [rank, ask] of asks) dispatch.addCells(1, ask, { rank });
}

function portionsOf(state: State, address: Address): Portions {
  const known = state.portions.get(address);
  if (known !== undefined) return known;
  const left = [...(state.request.rolling?.portionsOf(address) ?? [])];
  const portions: Portions = { begun: emptyPortSet, rank: 0, left };
  state.portions.set(address, portions);
  return portions;
}

function notePass(state: State, shard: Shard): void {
  const ports = countPorts(shard.ports);
  for (const address of shard.addresses) {
    const progress = state.passes.get(address);
    if (progress === undefined) continue;
    progress.left -= ports;
    state.cellsDone += ports;
    if (progress.left <= 0) state.parked.add(address);
  }
  if (isRateTestDue(state)) state.rateTest = "due";
}

/** Lets hosts whose pass is over begin the next, where it is known which ports that asks, or their next portion. */
function goOn(state: State, dispatch: Dispatch, forced: boolean): void {
  const asks = new Map<string, NextPass>();
  const finished: Address[] = [];
  for (const address of [...state.parked]) {
    const next = nextAsk(state, address, forced);
    if (next === "wait") continue;
    state.parked.delete(address);
    const progress = state.passes.get(address);
    // Where nobody answered to the first portion nobody will to the others.
    if (next === "done" && isRolling(state) && isFound(state, address)) finished.push(address);
    if (next === "done" || progress === undefined) continue;
    progress.pass += 1;
    progress.left = countPorts(next.ask);
    state.cellsTotal += progress.left;
    const rank = state.portions.get(address)?.rank ?? null;
    const key = `${progress.pass} ${rank}`;
    const alike: NextPass = asks.get(key) ?? { pass: progress.pass, rank, asks: new Map() };
    alike.asks.set(address, next.ask);
    asks.set(key, alike);
  }
  for (const { pass, rank, asks: each } of asks.values()) {
    if (rank === null) addPass(state, dispatch, pass, each);
    else dispatch.addCells(pass, each, { rank });
  }
  if (finished.length > 0) beginPortions(state, dispatch, finished);
}

/** What is asked of some hosts next, all at the same pass and of portions of one rank. */
interface NextPass {
  readonly pass: number;
  readonly rank: number | null;
  readonly asks: Map<Address, PortSet>;
}

/** Of a large set the likelier ports are not worth a shard of their own unless they are so few of it. */
const LIKELY_SHARE = 0.2;

/** Of many ports the likely ones first: their services are known while the others are still asked. */
function addPass(state: State, dispatch: Dispatch, pass: number, asks: ReadonlyMap<Address, PortSet>): void {
  const first = new Map<Address, PortSet>();
  const later = new Map<Address, PortSet>();
  for (const [address, ports] of asks) {
    const known = state.request.knownOpen.get(address) ?? emptyPortSet;
    const likely = intersectPorts(ports, unionPorts(state.request.likely, known));
    const isSplit = countPorts(likely) > 0 && countPorts(likely) < countPorts(ports) * LIKELY_SHARE;
    first.set(address, isSplit ? likely : ports);
    if (isSplit) later.set(address, subtractPorts(ports, likely));
  }
  dispatch.addCells(pass, first);
  dispatch.addCells(pass, later, { tier: 1 });
}
