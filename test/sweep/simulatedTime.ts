/** An engine whose shards take as long as their rate says, on a clock that jumps from one event to the next. */

import type { Shard } from "../../src/facts/run.js";
import type { Engine } from "../../src/sweep/engine.js";
import { probesOf } from "../../src/sweep/estimate.js";
import { type ModelHost, makeModel } from "./modelNetwork.js";

const START_MS = 300;
const SERVICE_MS = 6000;

export interface SimulatedTime {
  readonly engine: Engine;
  readonly now: () => number;
  readonly later: (ms: number, then: () => void) => void;
  readonly sent: { readonly shard: Shard; readonly from: number; readonly to: number }[];
  /** Lets the clock run until the work is done. */
  run<T>(work: Promise<T>): Promise<T>;
  goTo(at: number): void;
}

export function simulateTime(
  start: number,
  hosts: readonly ModelHost[],
  random: () => number,
): SimulatedTime {
  const model = makeModel(hosts, { loss: 0, failure: 0, random });
  const events: { at: number; then: () => void }[] = [];
  const sent: SimulatedTime["sent"] = [];
  let clock = start;
  const later = (ms: number, then: () => void) => void events.push({ at: clock + ms, then });

  const engine: Engine = {
    async run(shard, attempt, signal, onStart) {
      const from = clock;
      const took = shard.probe === "services" ? SERVICE_MS : (probesOf(shard) / shard.rate) * 1000;
      await new Promise<void>((done) => later(START_MS + took, done));
      const result = await model.engine.run(shard, attempt, signal, onStart);
      sent.push({ shard, from, to: clock });
      return { ...result, exit: { ...result.exit, startedAt: from, endedAt: clock } };
    },
  };

  const settle = async () => {
    // As many turns as the model's engine and the sweep take between two waits for the clock.
    for (let turn = 0; turn < 8; turn++) await new Promise((done) => setImmediate(done));
  };

  return {
    engine,
    now: () => clock,
    later,
    sent,
    goTo: (at) => {
      clock = Math.max(clock, at);
    },
    async run(work) {
      let isDone = false;
      const end = work.finally(() => {
        isDone = true;
      });
      await settle();
      while (!isDone) {
        events.sort((a, b) => a.at - b.at);
        const next = events.shift();
        if (next === undefined) {
          await settle();
          if (events.length === 0 && !isDone) throw new Error("the work waits for nothing");
          continue;
        }
        clock = Math.max(clock, next.at);
        next.then();
        await settle();
      }
      return await end;
    },
  };
}
