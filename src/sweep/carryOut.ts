/**
 * Carries out a run: discover → sweep (passes) → identify → confirm (holes, doubts, the last look).
 *
 * It does no I/O of its own: shards go to an `Engine`, results come back through hooks. What a host has proved is
 * handed on as each shard ends, so a killed run loses only the shards in flight; silence is handed on at the end,
 * when the last look has closed the bracket around it.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { withoutFragilePorts } from "../nmap/fragilePorts.js";
import { countPorts, emptyPortSet, subtractPorts, unionPorts } from "../scope/portSet.js";
import { concludeRun, type SweepOutcome } from "./conclude.js";
import { discoverRound } from "./discover.js";
import type { Engine } from "./engine.js";
import { evidenceOf, openPorts } from "./evidence.js";
import { lookLast } from "./lastLook.js";
import { lastPass, silencesNeeded } from "./loss.js";
import { type Asks, planIdentify, planPass } from "./plan.js";
import { runShards, settleAll } from "./runShards.js";
import { type State, type SweepHooks, type SweepRequest, startState, sweptAddresses } from "./runState.js";
import { lookAtDoubts, lookAtHoles } from "./secondLook.js";
import { portsDue } from "./silence.js";

export type { SweepOutcome } from "./conclude.js";
export type { Progress, SweepHooks, SweepRequest } from "./runState.js";

/** Runs all stages; rejects only if a hook or the engine throws. Abort `signal` to stop: nmaps are ended at once. */
export async function carryOut(
  request: SweepRequest,
  engine: Engine,
  hooks: SweepHooks,
  signal: AbortSignal,
): Promise<SweepOutcome> {
  const state = startState(request, engine, hooks);
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
  const discoveryEnd = await discoverAndSweep(state);
  await sweepAgain(state);
  identifyOpen(state, state.request.addresses);
  await lookAtHoles(state);
  await settleAll(state.identifying);
  await lookAtDoubts(state);
  const lastLook = await lookLast(state);
  return concludeRun(state, { discoveryEnd, ...lastLook });
}

/**
 * Discovery in two rounds, the second of those that stayed silent, while the hosts of the first are swept already.
 * Returns the moment discovery ended.
 */
async function discoverAndSweep(state: State): Promise<Instant> {
  const { request } = state;
  if (!request.skipDiscovery) await discoverRound(state, 1);
  const early = sweptAddresses(state);
  const sweeping = sweepFirst(state, early);
  const discovering = request.skipDiscovery ? Promise.resolve() : discoverRound(state, 2);
  await settleAll([sweeping, discovering]);
  const known = new Set(early);
  const discoveryEnd = request.now();
  await sweepFirst(
    state,
    sweptAddresses(state).filter((a) => !known.has(a)),
  );
  return discoveryEnd;
}

/** The first pass; the services of a shard's hosts are asked as soon as it ends. */
async function sweepFirst(state: State, addresses: readonly Address[]): Promise<void> {
  const asks = new Map(addresses.map((address) => [address, state.request.ports]));
  await runShards(state, "sweep", 1, planPass(asks, 1, state.request.plan), (result) =>
    identifyOpen(state, result.shard.addresses),
  );
}

/** The further passes, over what is still silent: one more, or as many as the loss of this run asks for. */
async function sweepAgain(state: State): Promise<void> {
  let needed = 2;
  for (let pass = 2; pass <= lastPass(needed) && !state.stop.signal.aborted; pass++) {
    const asks = asksOf(state, sweptAddresses(state));
    if (asks.size === 0) break;
    await runShards(state, "sweep", pass, planPass(asks, pass, state.request.plan));
    needed = Math.max(needed, silencesNeeded(state.evidence));
    for (const host of state.evidence.values()) host.silencesNeeded = needed;
  }
  if (needed > 2) state.warnings.add(lossWarning(needed));
}

function lossWarning(needed: number): string {
  if (needed > 6)
    return "so many probes were lost that silence proves nothing in this run; try a slower pace";
  return `probes were lost: silence is believed after ${needed} passes instead of two`;
}

function asksOf(state: State, swept: readonly Address[]): Asks {
  const asks = new Map<Address, PortSet>();
  for (const address of swept) {
    const due = portsDue(evidenceOf(state.evidence, address), state.request.ports);
    if (countPorts(due) > 0) asks.set(address, due);
  }
  return asks;
}

/**
 * Starts asking the services behind open ports that were not asked yet; printer and control ports get no data
 * unless wanted. It goes on beside the sweep: a service that says nothing takes nmap minutes.
 */
function identifyOpen(state: State, addresses: readonly Address[]): void {
  if (!state.request.identify || state.stop.signal.aborted) return;
  const asks = new Map<Address, PortSet>();
  for (const address of addresses) {
    const host = state.evidence.get(address);
    if (host === undefined) continue;
    const tried = state.identifyTried.get(address) ?? emptyPortSet;
    const open = subtractPorts(openPorts(host), tried);
    const probe = state.request.probeFragile ? open : withoutFragilePorts(open).probe;
    if (countPorts(probe) === 0) continue;
    asks.set(address, probe);
    state.identifyTried.set(address, unionPorts(tried, probe));
  }
  if (asks.size === 0) return;
  const asking = runShards(state, "identify", 1, planIdentify(asks, state.request.plan));
  // It is awaited after the sweep; until then a failure must not count as unhandled.
  asking.catch(() => undefined);
  state.identifying.push(asking);
}
