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
import { firstPass, nextAsk } from "./passes.js";
import { pingSilent } from "./pingSilent.js";
import { planDiscovery, planLastLook } from "./plan.js";
import { isRateTestDue, testRate } from "./rateTest.js";
import { lookAgain, noteDiscovered } from "./resume.js";
import { makeDispatch, progressOf } from "./runShards.js";
import { isAliveIn, isFound, isStopping, type State, secondsLeft, sweptAddresses } from "./runState.js";
import { UdpProofs } from "./udpProofs.js";

export interface Tell {
  /** Told of hosts whose open ports are known. */
  readonly identify: (addresses: readonly Address[]) => void;
  /** Told of hosts that will not be swept any more in this run. */
  readonly swept: (addresses: readonly Address[]) => void;
}

/** @returns the moment discovery ended */
export async function sweepHosts(state: State, tell: Tell): Promise<Instant> {
  const { request } = state;
  const discovery = new Discovery();
  const proofs = new UdpProofs();
  const dispatch = makeDispatch(state, (shard, result) => {
    if (shard.stage === "discover") {
      if (result?.whole) noteDiscovered(state, shard);
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
      proofs.end(shard);
      tell.identify(shard.addresses);
      tell.swept(goOn(state, dispatch, proofs, false));
    }
  });
  if (state.sitting > 1) {
    await lookAgain(state);
    for (const [pass, asks] of state.unfinished) addPass(state, dispatch, pass, asks);
    dispatch.pump();
  }
  if (!request.skipDiscovery) {
    await discover(state, dispatch, discovery, 1);
    begin(state, dispatch, sweptAddresses(state));
    await discover(state, dispatch, discovery, 2);
  }
  const discoveryEnd = request.now();
  begin(state, dispatch, sweptAddresses(state));
  await dispatch.drain();
  while ((state.parked.size > 0 || proofs.size > 0) && !isStopping(state) && secondsLeft(state) > 0) {
    if (state.rateTest === "due") await testRate(state, dispatch);
    tell.swept(goOn(state, dispatch, proofs, true));
    proofs.begin(state, dispatch);
    await dispatch.drain();
  }
  state.postponed = postponedCells(state, dispatch);
  return discoveryEnd;
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
    const askedAt = result.exit.startedAt;
    if ((lastAnswerFrom ?? 0) < askedAt) state.knockedOver.set(address, askedAt);
    else state.knockedOver.delete(address);
  }
  stopIfTooManyFell(state);
}

function stopIfTooManyFell(state: State): void {
  const { stopIfSilent } = state.request;
  const { size } = state.knockedOver;
  if (stopIfSilent === null || size < stopIfSilent || state.stop.signal.aborted) return;
  const listed = [...state.knockedOver.keys()].slice(0, 5).join(", ");
  const hosts = size === 1 ? "1 host" : `${size} hosts`;
  state.whyStopped = `${hosts} fell silent while swept (${listed}${size > 5 ? ", …" : ""}): stopped, as --stop-if-silent ${stopIfSilent} asks`;
  state.warnings.add(state.whyStopped);
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
    (address) =>
      !isAliveIn(state, address) &&
      !state.passes.has(address) &&
      state.discovered.get(round)?.has(address) !== true,
  );
  const shards = planDiscovery(silent, round, state.request.plan);
  state.hooks.onProgress(progressOf(state, { stage: "discover", pass: round }));
  const giveUp = () => discovery.giveUp();
  const signals = [state.stop.signal, state.finish];
  for (const signal of signals) signal.addEventListener("abort", giveUp, { once: true });
  await discovery.round(shards, () => {
    dispatch.addShards(shards);
    dispatch.pump();
    if (isStopping(state)) giveUp();
  });
  for (const signal of signals) signal.removeEventListener("abort", giveUp);
  await pingSilent(state, silent, Number.NEGATIVE_INFINITY);
}

/** The first pass of hosts that were not begun yet. */
function begin(state: State, dispatch: Dispatch, addresses: readonly Address[]): void {
  const { ports } = state.request;
  const fresh = addresses.filter((address) => !state.passes.has(address));
  if (fresh.length === 0) return;
  const cells = countPorts(ports);
  for (const address of fresh) state.passes.set(address, firstPass(ports));
  state.cellsTotal += cells * fresh.length;
  addPass(state, dispatch, 1, new Map(fresh.map((address) => [address, ports])));
  dispatch.pump();
}

function notePass(state: State, shard: Shard): void {
  for (const address of shard.addresses) {
    const progress = state.passes.get(address);
    if (progress === undefined) continue;
    const asked = progress.proving === null ? shard.ports : intersectPorts(shard.ports, progress.proving);
    const ports = countPorts(asked);
    progress.left -= ports;
    state.cellsDone += ports;
    if (progress.left <= 0) state.parked.add(address);
  }
  if (isRateTestDue(state)) state.rateTest = "due";
}

/** Lets hosts whose pass is over begin the next, where it is known which ports that asks; returns those that are through. */
function goOn(state: State, dispatch: Dispatch, proofs: UdpProofs, forced: boolean): Address[] {
  const asks = new Map<number, Map<Address, PortSet>>();
  const done: Address[] = [];
  for (const address of [...state.parked]) {
    const next = nextAsk(state, address, forced);
    if (next === "wait") continue;
    state.parked.delete(address);
    const progress = state.passes.get(address);
    if (next === "done" || progress === undefined) {
      done.push(address);
      continue;
    }
    progress.left = countPorts(next.ask);
    state.cellsTotal += progress.left;
    if (next.pace === "host") {
      progress.proofs += 1;
      progress.proving = next.ask;
      proofs.add(address, next.ask);
      continue;
    }
    progress.pass += 1;
    progress.proving = null;
    const alike = asks.get(progress.pass) ?? new Map<Address, PortSet>();
    asks.set(progress.pass, alike.set(address, next.ask));
  }
  for (const [pass, ask] of asks) addPass(state, dispatch, pass, ask);
  proofs.beginWhenWorthwhile(state, dispatch);
  return done;
}

/** First passes that the time did not suffice for, and UDP ports whose proof is left to other runs. */
function postponedCells(state: State, dispatch: Dispatch): ReadonlyMap<Address, PortSet> {
  const postponed = dispatch.postponed;
  for (const [address, { later }] of state.passes) {
    if (countPorts(later) === 0) continue;
    postponed.set(address, unionPorts(postponed.get(address) ?? emptyPortSet, later));
  }
  return postponed;
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
  dispatch.addCells(pass, later, 1);
  // A shard takes half a minute: whoever looks on is told what goes on before it has ended.
  state.hooks.onProgress(progressOf(state, { stage: "sweep", pass }));
}
