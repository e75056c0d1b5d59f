/** Shards side by side within the budget, second attempts, and each result folded in as it comes. */
import type { LimitFunction } from "p-limit";
import type { Address } from "../facts/address.js";
import type { Shard } from "../facts/run.js";
import { emptyPortSet } from "../scope/portSet.js";
import { isTarpit } from "./disbelief.js";
import { Dispatch } from "./dispatch.js";
import type { ShardResult } from "./engine.js";
import { probesOf } from "./estimate.js";
import { closedPorts, evidenceOf, foldShard, isAlive, openPorts } from "./evidence.js";
import { noteSent } from "./harm.js";
import { isStopping, type Progress, type State, secondsLeft } from "./runState.js";
import { observationOf } from "./settle.js";
import { noteWitnesses } from "./witnesses.js";

const ATTEMPTS = 2;

/** Runs shards that were cut before side by side, each with a second attempt where its results are not whole. */
export async function runShards(
  state: State,
  shards: readonly Shard[],
  onResult: (result: ShardResult) => void = () => undefined,
): Promise<void> {
  const dispatch = makeDispatch(state, (_, result) => {
    if (result !== null) onResult(result);
  });
  dispatch.addShards(shards.map((shard) => renumber(state, shard)));
  await dispatch.drain();
}

/** Services are asked beside the sweep: nmap mostly waits there, and what it sends is hardly metered. */
export async function runIdentification(
  state: State,
  shards: readonly Shard[],
  limit: LimitFunction = state.identifyLimit,
): Promise<void> {
  const runOne = (shard: Shard) =>
    limit(async () => {
      const end = state.ledger.takeForIdentification(shard.addresses, shard.rate);
      try {
        await runShard(state, shard);
        state.hooks.onProgress(progressOf(state, shard));
      } finally {
        end();
      }
    });
  try {
    await settleAll(shards.map((shard) => runOne(renumber(state, shard)).then(() => undefined)));
  } catch (error) {
    state.stop.abort();
    throw error;
  }
}

/** @param onEnd told of each shard, null for one that was stopped before it began */
export function makeDispatch(
  state: State,
  onEnd: (shard: Shard, result: ShardResult | null) => void,
): Dispatch {
  const { budget, isLocal } = state.request.plan;
  return new Dispatch({
    budget,
    ledger: state.ledger,
    isLocal,
    later: state.request.later,
    isStopped: () => isStopping(state),
    secondsLeft: (stage) => secondsLeft(state, stage),
    onEnd: (shard, result) => {
      onEnd(shard, result);
      state.hooks.onProgress(progressOf(state, shard));
    },
    run: async (shard) => {
      try {
        return await runShard(state, shard);
      } catch (error) {
        // Something is wrong with us, not with a host: end the other nmaps before saying so.
        state.stop.abort();
        throw error;
      }
    },
  });
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

/** The last attempt's result; null where the run was stopped before the first. */
async function runShard(state: State, shard: Shard): Promise<ShardResult | null> {
  // An id is never used again: what it named in an earlier sitting is kept.
  const named = state.sitting === 1 ? shard : { ...shard, id: `${shard.id}/${state.sitting}` };
  let result: ShardResult | null = null;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (isStopping(state)) break;
    result = await runAttempt(state, named, attempt);
    takeResult(state, result);
    if (result.whole) break;
    if (attempt === ATTEMPTS) noteFailure(state, result);
  }
  return result;
}

function runAttempt(state: State, shard: Shard, attempt: number): Promise<ShardResult> {
  return state.engine.run(shard, attempt, state.stop.signal, (start) => {
    // The last look is no reason for a silence that it finds.
    if (shard.stage !== "confirm" || shard.probe !== "hosts") noteSent(state, shard);
    state.hooks.onShardStart(shard, attempt, start);
  });
}

function takeResult(state: State, result: ShardResult): void {
  state.ended++;
  state.probes += probesOf(result.shard);
  for (const warning of result.warnings) state.warnings.add(warning);
  const touched = foldWithWitnesses(state, result);
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
        flag: isTarpit(host) ? "tarpit" : null,
      }),
    );
  state.hooks.onShardEnd(result, observations, state.ledger.factor);
}

/** What is silent now and had answered before was lost. */
export function foldWithWitnesses(state: State, result: ShardResult): Address[] {
  const { shard } = result;
  const isTelling = result.whole && shard.stage === "sweep" && shard.probe === "ports";
  if (!isTelling) return foldShard(state.evidence, result);
  const before = new Map(
    shard.addresses.map((address) => {
      const host = evidenceOf(state.evidence, address);
      return [address, { closed: closedPorts(host), open: openPorts(host), silences: host.silences.length }];
    }),
  );
  const touched = foldShard(state.evidence, result);
  for (const address of touched) {
    const answered = before.get(address);
    const silence = evidenceOf(state.evidence, address).silences[answered?.silences ?? 0];
    if (answered === undefined || silence === undefined) continue;
    const asked = { asked: shard.ports, silent: silence.ports };
    noteWitnesses(state.witnesses, address, state.ledger.factor, answered, asked);
  }
  return touched;
}

function noteFailure(state: State, result: ShardResult): void {
  state.failed++;
  const [first] = result.shard.addresses;
  const more = result.shard.addresses.length - 1;
  const hosts = more > 0 ? `${first} and ${more} more` : String(first);
  state.failures.push(`${result.shard.stage} of ${hosts} (shard ${result.shard.id}): ${result.failure}`);
}

export function progressOf(state: State, { stage, pass }: Pick<Shard, "stage" | "pass">): Progress {
  let hostsAlive = 0;
  let open = 0;
  for (const host of state.evidence.values()) {
    if (isAlive(host)) hostsAlive++;
    open += host.open.size;
  }
  if (stage === "sweep") state.sweepPass = pass;
  // Discovery goes on beside the sweep: while cells are due, that is where the run is.
  const isSweeping = stage === "discover" && state.cellsDone < state.cellsTotal;
  return {
    stage: isSweeping ? "sweep" : stage,
    pass: isSweeping ? state.sweepPass : pass,
    hostsAlive,
    openPorts: open,
    cellsDone: state.cellsDone,
    cellsTotal: state.cellsTotal,
    probes: state.probes,
  };
}
