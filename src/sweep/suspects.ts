/** Hosts that fall silent while they are swept: asked at once whether they are there, and too many of them end the run. */
import type { Address } from "../facts/address.js";
import type { Shard } from "../facts/run.js";
import type { Dispatch } from "./dispatch.js";
import type { ShardResult } from "./engine.js";
import { evidenceOf } from "./evidence.js";
import { answeringPort } from "./lastLook.js";
import { planLastLook } from "./plan.js";
import type { State } from "./runState.js";

/** A host that fell silent in the middle is asked at once whether it is there. */
export function askSuspects(state: State, dispatch: Dispatch, addresses: readonly Address[]): void {
  if (addresses.length === 0) return;
  for (const address of addresses) state.suspected.add(address);
  const answering = new Map(
    addresses.map((address) => [address, answeringPort(evidenceOf(state.evidence, address))]),
  );
  const shards = planLastLook(answering, 1, state.request.plan);
  dispatch.addShards(shards.map((shard) => ({ ...shard, id: shard.id.replace("last", "suspect") })));
}

export function noteAskedAgain(state: State, shard: Shard, result: ShardResult | null): void {
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
