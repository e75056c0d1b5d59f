/**
 * Discovery and the sweep in one: a host is swept from the moment it is found, and goes on to its next pass when its last
 * one ends, whatever the others do. It waits only where what others tell of loss decides how often it must be asked.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant, Shard } from "../facts/run.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import { Discovery, discover } from "./discover.js";
import type { Dispatch } from "./dispatch.js";
import { suspects } from "./harm.js";
import { firstPass, nextAsk } from "./passes.js";
import { beginPortions, isRolling } from "./portions.js";
import { notePostponed } from "./postponed.js";
import { isRateTestDue, testRate } from "./rateTest.js";
import { lookAgain, noteDiscovered } from "./resume.js";
import { makeDispatch, progressOf } from "./runShards.js";
import { isFound, isStopping, type State, secondsLeft, sweptAddresses } from "./runState.js";
import { askSuspects, noteAskedAgain } from "./suspects.js";
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
      // A portion waits for nobody: what others would tell of loss may come after the window.
      tell.swept(goOn(state, dispatch, proofs, isRolling(state)));
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
  notePostponed(state, dispatch);
  return discoveryEnd;
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

/** What is asked of some hosts next, all at the same pass and of portions of one rank. */
interface NextPass {
  readonly pass: number;
  readonly rank: number | null;
  readonly asks: Map<Address, PortSet>;
}

/**
 * Lets hosts whose pass is over begin the next, where it is known which ports that asks, or their next portion; returns those
 * that are through.
 */
function goOn(state: State, dispatch: Dispatch, proofs: UdpProofs, forced: boolean): Address[] {
  const asks = new Map<string, NextPass>();
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
  const through = isRolling(state) ? beginPortions(state, dispatch, done) : done;
  proofs.beginWhenWorthwhile(state, dispatch);
  return through;
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
  // A shard takes half a minute: whoever looks on is told what goes on before it has ended.
  state.hooks.onProgress(progressOf(state, { stage: "sweep", pass }));
}
