/** How many silent passes make silence believable, from what this run lost itself (measuring.md). */
import type { Address } from "../facts/address.js";
import { lossBound } from "./interval.js";
import type { Count, Losses } from "./witnesses.js";

/** Recall that silence is held to. */
export const RECALL = 0.995;
/** Without a measure. */
export const UNMEASURED_PASSES = 2;
export const MOST_PASSES = 6;
/** With fewer nothing is measured. */
export const LEAST_WITNESSES = 30;
/** From so many on the figure of a host, else of its segment, is used in place of the run's. */
export const ENOUGH_WITNESSES = 600;

export interface Loss extends Count {
  /** Whose figure it is: the host's own, its segment's, the run's. */
  readonly of: "host" | "segment" | "run";
}

/** The smallest of host, segment and run that has enough witnesses, else the run; null where that has hardly any. */
export function lossAt(losses: Losses, address: Address): Loss | null {
  for (const of of ["host", "segment"] as const) {
    const count = losses[of](address);
    if (count.asked >= ENOUGH_WITNESSES) return { ...count, of };
  }
  return losses.run.asked >= LEAST_WITNESSES ? { ...losses.run, of: "run" } : null;
}

/** Passes after which a port is missed once in two hundred at most: 1 to 6; 7 where six are not enough. */
export function passesFor(loss: Count | null): number {
  if (loss === null) return UNMEASURED_PASSES;
  const bound = lossBound(loss.silent, loss.asked);
  if (bound <= 1 - RECALL) return 1;
  // The rate itself decides how many; its bound only whether one is enough.
  const rate = Math.min(0.95, loss.silent === 0 ? bound : loss.silent / loss.asked);
  const needed = Math.ceil(Math.log(1 - RECALL) / Math.log(rate) - 1e-9);
  return Math.min(MOST_PASSES + 1, Math.max(1, needed));
}
