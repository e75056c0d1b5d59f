/** Host discovery, round by round, while the sweep of those that were found goes on beside it. */
import type { Shard } from "../facts/run.js";
import type { Dispatch } from "./dispatch.js";
import { pingSilent } from "./pingSilent.js";
import { planDiscovery } from "./plan.js";
import { progressOf } from "./runShards.js";
import { isAliveIn, isStopping, type State } from "./runState.js";

/** Waits for the shards of one round, while the sweep goes on beside it. */
export class Discovery {
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

/** One round of those that did not answer yet. */
export async function discover(
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
  const asked = discovery.round(shards, () => {
    dispatch.addShards(shards);
    dispatch.pump();
    if (isStopping(state)) giveUp();
  });
  // Nothing runs and nothing can be begun: the time is over before all were asked.
  await (state.request.until === null ? asked : Promise.race([asked, dispatch.drain()]));
  for (const signal of signals) signal.removeEventListener("abort", giveUp);
  await pingSilent(state, silent, Number.NEGATIVE_INFINITY);
}
