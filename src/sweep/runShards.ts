/** The shards of a stage side by side: slots, turns, second attempts, and each result folded in as it comes. */
import pLimit, { type LimitFunction } from "p-limit";
import type { Shard } from "../facts/run.js";
import { emptyPortSet } from "../scope/portSet.js";
import type { ShardResult } from "./engine.js";
import { probesOf } from "./estimate.js";
import { evidenceOf, foldShard, isAlive } from "./evidence.js";
import type { Progress, State } from "./runState.js";
import { observationOf } from "./settle.js";

const ATTEMPTS = 2;

/** Runs the shards of a stage side by side, each with a second attempt where its results are not whole. */
export async function runShards(
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
export async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
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
      observationOf(host, {
        asked: state.request.ports,
        names: [],
        holes: null,
        withheld: state.request.knownOpen.get(host.address) ?? emptyPortSet,
        vanished: false,
      }),
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
