/**
 * Goes on with a run that was broken off: its shards are folded in again, in their order, and what is left to ask follows
 * from that. A shard that was in flight, or that failed, counts as never asked; its answers count all the same.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant, Shard } from "../facts/run.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import { breakOff } from "./breaks.js";
import type { ShardResult } from "./engine.js";
import { probesOf } from "./estimate.js";
import { evidenceOf, isAlive } from "./evidence.js";
import { noteSent } from "./harm.js";
import { answeringPort } from "./lastLook.js";
import { firstPass, isWitness } from "./passes.js";
import { planLastLook } from "./plan.js";
import { isRolling, restorePortions } from "./portions.js";
import { foldWithWitnesses, runShards } from "./runShards.js";
import { isAliveIn, type State } from "./runState.js";
import { portsDue } from "./silence.js";

export interface PastShard {
  readonly result: ShardResult;
  /** Share of the budget that was in use. */
  readonly pace: number;
  /** 1 for the first. */
  readonly sitting: number;
}

export interface EarlierSittings {
  /** The number of the sitting that begins. */
  readonly sitting: number;
  /** By sitting, then by their start. Read once. */
  readonly shards: AsyncIterable<PastShard>;
}

/** What whole shards of the sweep have asked, by host and pass. */
type Asked = Map<Address, AskedPasses>;
type AskedPasses = Map<number, PortSet>;

/** Brings a fresh state to where the run was broken off. */
export async function resumeState(state: State, { sitting, shards }: EarlierSittings): Promise<void> {
  const asked: Asked = new Map();
  let lastSign: Instant | null = null;
  let current = 1;
  for await (const past of shards) {
    const { startedAt, endedAt } = past.result.exit;
    if (past.sitting !== current && lastSign !== null) {
      breakOff(state.evidence, { lastSign, resumedAt: startedAt });
      lastSign = null;
    }
    current = past.sitting;
    lastSign = Math.max(lastSign ?? endedAt, endedAt);
    foldPast(state, past, asked);
  }
  if (lastSign !== null) breakOff(state.evidence, { lastSign, resumedAt: state.request.now() });
  // Whether loss depends on the rate was found out already where the run had slowed down.
  if (state.ledger.factor < 1) state.rateTest = "done";
  state.sitting = sitting;
  for (const address of state.request.addresses) restorePass(state, address, asked.get(address));
}

function foldPast(state: State, { result, pace }: PastShard, asked: Asked): void {
  const { shard } = result;
  state.ledger.slowTo(pace);
  foldWithWitnesses(state, result);
  state.probes += probesOf(shard);
  if (shard.stage !== "confirm" || shard.probe !== "hosts") noteSent(state, shard, result.exit.startedAt);
  if (!result.whole) return;
  state.ended++;
  if (shard.stage === "discover") noteDiscovered(state, shard);
  else if (shard.probe === "services") noteIn(state.identifyTried, shard);
  else if (shard.stage === "sweep") noteAsked(asked, shard);
}

export function noteDiscovered(state: State, { addresses, pass }: Shard): void {
  const round = state.discovered.get(pass) ?? new Set<Address>();
  state.discovered.set(pass, round);
  for (const address of addresses) {
    round.add(address);
    state.askedForLife.add(address);
  }
}

function noteAsked(asked: Asked, shard: Shard): void {
  for (const address of shard.addresses) {
    const passes = asked.get(address) ?? new Map<number, PortSet>();
    asked.set(address, passes);
    passes.set(shard.pass, unionPorts(passes.get(shard.pass) ?? emptyPortSet, shard.ports));
  }
}

function noteIn(tried: Map<Address, PortSet>, { addresses, ports }: Shard): void {
  for (const address of addresses) tried.set(address, unionPorts(tried.get(address) ?? emptyPortSet, ports));
}

/** Where the host was: in the middle of its first pass, or after the last one that it began. */
function restorePass(state: State, address: Address, passes: AskedPasses | undefined): void {
  if (passes === undefined) return;
  const done = [...passes.values()].reduce((sum, each) => sum + countPorts(each), 0);
  state.cellsDone += done;
  state.cellsTotal += done;
  const { ports } = state.request;
  const host = evidenceOf(state.evidence, address);
  const last = Math.max(...passes.keys());
  const leftOf = (pass: number) => subtractPorts(ports, passes.get(pass) ?? emptyPortSet);
  if (isRolling(state)) {
    // Their passes are told apart port by port: what was asked too seldom is asked again.
    restorePortions(state, address, passes.get(1) ?? emptyPortSet);
    state.passes.set(address, { ...firstPass(emptyPortSet), isWitnessed: last > 1 && isWitness(host) });
    state.parked.add(address);
    return;
  }
  // Who answers nothing is asked everything in each pass; of the others only the first is known without a reckoning.
  const open = isAlive(host) ? [1] : Array.from({ length: last }, (_, index) => index + 1);
  const pass = open.find((each) => countPorts(leftOf(each)) > 0);
  if (pass !== undefined) {
    const left = leftOf(pass);
    state.passes.set(address, { ...firstPass(left), pass, before: pass - 1 });
    state.cellsTotal += countPorts(left);
    state.unfinished.set(pass, (state.unfinished.get(pass) ?? new Map()).set(address, left));
    return;
  }
  // Ports that are due and were asked in the last pass: it is over. Else it is gone on with, under its number.
  const again = intersectPorts(portsDue(host, ports), passes.get(last) ?? emptyPortSet);
  const isOver = last === 1 || !isAlive(host) || countPorts(again) > 0;
  state.passes.set(address, {
    ...firstPass(emptyPortSet),
    pass: isOver ? last : last - 1,
    before: isOver ? last : last - 1,
    isWitnessed: last > 1 && isWitness(host),
  });
  state.parked.add(address);
}

/** Every host that answered is asked once more, so that what is silent now stands after an answer of now. */
export async function lookAgain(state: State): Promise<void> {
  const alive = state.request.addresses.filter((address) => isAliveIn(state, address));
  if (alive.length === 0) return;
  const answering = new Map(
    alive.map((address) => [address, answeringPort(evidenceOf(state.evidence, address))]),
  );
  const shards = planLastLook(answering, 1, state.request.plan);
  await runShards(
    state,
    shards.map((shard) => ({ ...shard, id: shard.id.replace("last", "again") })),
  );
}

/** Ids of a sitting after the first end in its number: `sweep-1-4/2`. */
export function sittingOf(id: string): number {
  const [, sitting = "1"] = /\/(\d+)$/.exec(id) ?? [];
  return Number(sitting);
}
