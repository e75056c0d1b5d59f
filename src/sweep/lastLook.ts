/** The last look, which closes the bracket around silence. */
import type { Address } from "../facts/address.js";
import type { Instant } from "../facts/run.js";
import { closedPorts, evidenceOf, type HostEvidence, openPorts } from "./evidence.js";
import { pingSilent } from "./pingSilent.js";
import { planLastLook } from "./plan.js";
import { runShards } from "./runShards.js";
import { isAliveIn, isStopping, type State, sweptAddresses } from "./runState.js";

const ROUNDS = 2;

export interface LastLook {
  readonly lastLookStart: Instant;
  readonly askedLast: ReadonlySet<Address>;
}

/** Every host that matters is asked once more, so that its silence stands between two answers. */
export async function lookLast(state: State): Promise<LastLook> {
  const { request } = state;
  const lastLookStart = request.now();
  const askedLast = new Set<Address>();
  const matters = sweptAddresses(state).filter((a) => isAliveIn(state, a) || request.wasAlive.has(a));
  for (let round = 1; round <= ROUNDS; round++) {
    const open = matters.filter((a) => (state.evidence.get(a)?.lastAnswerFrom ?? 0) < lastLookStart);
    if (open.length === 0 || isStopping(state)) break;
    const answering = new Map(open.map((a) => [a, answeringPort(evidenceOf(state.evidence, a))]));
    await runShards(state, planLastLook(answering, round, request.plan), (result) => {
      if (result.whole) for (const address of result.shard.addresses) askedLast.add(address);
    });
    await pingSilent(state, open, lastLookStart);
  }
  return { lastLookStart, askedLast };
}

/** A TCP port that answers: an open one, else one that resets; null where nothing does. */
export function answeringPort(host: HostEvidence): number | null {
  const [open] = openPorts(host).tcp;
  const [closed] = closedPorts(host).tcp;
  return open?.[0] ?? closed?.[0] ?? null;
}
