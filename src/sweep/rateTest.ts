/**
 * Does loss depend on the rate? Then it is congestion, and going slower is the answer; else it is random, and another pass
 * is (measuring.md, "Random or congestion?"). Tried once a run, with ports that answered before, at half the rate.
 */
import type { Address } from "../facts/address.js";
import { countPorts } from "../scope/portSet.js";
import type { Dispatch } from "./dispatch.js";
import { currentWitnesses } from "./passes.js";
import { isStopping, type State } from "./runState.js";
import { type Count, lossesOf, resetLimited } from "./witnesses.js";

/** Less is not worth the time: two passes answer it. */
const LEAST_LOSS = 0.02;
const LEAST_WITNESSES = 600;
/** Slower is better where it loses less than this much of what the faster rate lost. */
const BETTER = 0.7;
/** A sixteenth of the rate is the floor. */
const SLOWEST = 1 / 16;

export function isRateTestDue(state: State): boolean {
  if (state.rateTest !== "none") return false;
  const { asked, silent } = lossNow(state);
  return asked >= LEAST_WITNESSES && silent / asked >= LEAST_LOSS;
}

/** Halves the rate for as long as that helps. Nothing else may run meanwhile. */
export async function testRate(state: State, dispatch: Dispatch): Promise<void> {
  state.rateTest = "done";
  const { ledger } = state;
  let lost = share(lossNow(state));
  while (ledger.factor > SLOWEST && !isStopping(state)) {
    const before = ledger.factor;
    const hosts = [...currentWitnesses(state).keys()];
    ledger.slowTo(before / 2);
    askAgain(state, dispatch, hosts);
    await dispatch.drain();
    const now = lossNow(state);
    if (now.asked < LEAST_WITNESSES || share(now) >= BETTER * lost) {
      ledger.slowTo(before);
      return;
    }
    lost = share(now);
    state.warnings.add(
      `probes were lost because they came too fast: the run goes on at ${Math.round(ledger.factor * state.request.plan.budget.rate)} packets a second`,
    );
  }
}

function askAgain(state: State, dispatch: Dispatch, hosts: readonly Address[]): void {
  const asks = new Map(hosts.map((address) => [address, state.witnessPorts]));
  for (const address of hosts) {
    const progress = state.passes.get(address);
    if (progress !== undefined) progress.left += countPorts(state.witnessPorts);
  }
  state.cellsTotal += hosts.length * countPorts(state.witnessPorts);
  dispatch.addCells(1, asks);
}

function lossNow(state: State): Count {
  const hosts = currentWitnesses(state);
  return lossesOf(hosts, resetLimited(hosts)).run;
}

function share({ asked, silent }: Count): number {
  return asked === 0 ? 0 : silent / asked;
}
