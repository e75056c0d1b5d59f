/**
 * Carries out a run: discover → sweep (passes) → identify → confirm (holes, doubts, the last look).
 *
 * It does no I/O of its own: shards go to an `Engine`, results come back through hooks. What a host has proved is
 * handed on as each shard ends, so a killed run loses only the shards in flight; silence is handed on at the end,
 * when the last look has closed the bracket around it.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { withoutFragilePorts } from "../nmap/fragilePorts.js";
import { countPorts, emptyPortSet, subtractPorts, unionPorts } from "../scope/portSet.js";
import { concludeRun, type SweepOutcome } from "./conclude.js";
import { isTarpit } from "./disbelief.js";
import type { Engine } from "./engine.js";
import { openPorts } from "./evidence.js";
import { knockOnUdp } from "./knock.js";
import { lookLast } from "./lastLook.js";
import { planIdentify } from "./plan.js";
import { type EarlierSittings, resumeState } from "./resume.js";
import { runIdentification, settleAll } from "./runShards.js";
import { isStopping, type State, type SweepHooks, type SweepRequest, startState } from "./runState.js";
import { lookAtDoubts, lookAtHoles } from "./secondLook.js";
import { sweepHosts } from "./sweepHosts.js";

export type { SweepOutcome } from "./conclude.js";
export type { Progress, SweepHooks, SweepRequest } from "./runState.js";

/** Beside the run itself. */
export interface RunSignals {
  /** Abort it to let the shards in flight end, and begin no more. */
  readonly finish?: AbortSignal;
  /** What earlier sittings of the run left; the run goes on from there. */
  readonly earlier?: EarlierSittings;
}

/** Runs all stages; rejects only if a hook or the engine throws. Abort `signal` to stop: nmaps are ended at once. */
export async function carryOut(
  request: SweepRequest,
  engine: Engine,
  hooks: SweepHooks,
  signal: AbortSignal,
  { finish, earlier }: RunSignals = {},
): Promise<SweepOutcome> {
  const state = startState(request, engine, hooks, finish);
  if (earlier !== undefined) await resumeState(state, earlier);
  const stop = () => state.stop.abort();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await runStages(state);
  } finally {
    signal.removeEventListener("abort", stop);
    // After an error too nothing of a run outlives it.
    await Promise.allSettled(state.identifying);
  }
}

async function runStages(state: State): Promise<SweepOutcome> {
  const discoveryEnd = await sweepHosts(state, {
    identify: (addresses) => identifyOpen(state, addresses),
    swept: (addresses) => knockOnUdp(state, addresses, false),
  });
  knockOnUdp(state, [], true);
  identifyOpen(state, state.request.addresses);
  await lookAtHoles(state);
  await settleAll(state.identifying);
  // What a knock opened.
  identifyOpen(state, state.request.addresses);
  await settleAll(state.identifying);
  await lookAtDoubts(state);
  const lastLook = await lookLast(state);
  return concludeRun(state, { discoveryEnd, ...lastLook });
}

/**
 * Starts asking the services behind open ports that were not asked yet; printer and control ports get no data
 * unless wanted. It goes on beside the sweep: a service that says nothing takes nmap minutes.
 */
function identifyOpen(state: State, addresses: readonly Address[]): void {
  if (!state.request.identify || isStopping(state)) return;
  const asks = new Map<Address, PortSet>();
  for (const address of addresses) {
    const host = state.evidence.get(address);
    // Whoever opens every port for everybody would be asked for days, and its answers are not believed.
    if (host === undefined || isTarpit(host)) continue;
    const tried = state.identifyTried.get(address) ?? emptyPortSet;
    const open = subtractPorts(openPorts(host), tried);
    const probe = state.request.probeFragile ? open : withoutFragilePorts(open).probe;
    if (countPorts(probe) === 0) continue;
    asks.set(address, probe);
    state.identifyTried.set(address, unionPorts(tried, probe));
  }
  if (asks.size === 0) return;
  const asking = runIdentification(state, planIdentify(asks, state.request.plan));
  // It is awaited after the sweep; until then a failure must not count as unhandled.
  asking.catch(() => undefined);
  state.identifying.push(asking);
}
