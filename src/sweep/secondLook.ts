/** The slow second look: at resets that may be firewall holes, and at ports in doubt. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { ShardResult } from "./engine.js";
import { answeredPorts, evidenceOf, type HostEvidence, isAlive, openPorts } from "./evidence.js";
import { type HoleQuestion, judgeHoles, type LookAnswers, noLook, screenForHoles } from "./holes.js";
import { planLook } from "./plan.js";
import { runShards } from "./runShards.js";
import { begunPorts, type State } from "./runState.js";
import { agreedPorts, foundBy, foundOf } from "./secondAnswer.js";

/** The slow second look at holes, each beside silent neighbours. */
export async function lookAtHoles(state: State): Promise<void> {
  const questions = new Map<Address, HoleQuestion>();
  const asks = new Map<Address, PortSet>();
  for (const host of state.evidence.values()) {
    const question = isAlive(host) ? holeQuestion(state, host) : null;
    if (question === null) continue;
    questions.set(host.address, question);
    asks.set(host.address, unionPorts(question.candidates, question.neighbours));
  }
  const looks = new Map<Address, LookAnswers>();
  await runShards(state, planLook(asks, 1, state.request.plan), (result) => noteLook(looks, result));
  for (const [address, question] of questions) {
    const host = evidenceOf(state.evidence, address);
    state.verdicts.set(address, judgeHoles(host, question, looks.get(address) ?? noLook));
  }
}

/** A second look at ports that were open before and are not now, and at those seen open once only. */
export async function lookAtDoubts(state: State): Promise<void> {
  const asks = new Map<Address, PortSet>();
  for (const host of state.evidence.values()) {
    if (!isAlive(host)) continue;
    const doubts = doubtfulPorts(state, host);
    if (countPorts(doubts) > 0) asks.set(host.address, doubts);
  }
  const before = new Map(
    [...asks].map(([address, ports]) => [address, foundOf(evidenceOf(state.evidence, address), ports)]),
  );
  await runShards(state, planLook(asks, 2, state.request.plan), (result) => {
    for (const address of result.shard.addresses) {
      const found = before.get(address);
      if (found === undefined) continue;
      const agreed = agreedPorts(found, foundBy(result, address));
      state.agreed.set(address, unionPorts(state.agreed.get(address) ?? emptyPortSet, agreed));
    }
  });
}

/** Ports that were open before and are not now, of which nothing was found twice: a change there is not believed. */
export function unconfirmedPorts(state: State, host: HostEvidence): PortSet {
  const gone = subtractPorts(
    intersectPorts(state.request.knownOpen.get(host.address) ?? emptyPortSet, state.request.ports),
    openPorts(host),
  );
  return subtractPorts(gone, state.agreed.get(host.address) ?? emptyPortSet);
}

function holeQuestion(state: State, host: HostEvidence): HoleQuestion | null {
  const local = state.request.plan.isLocal(host.address);
  const unjudged = local
    ? null
    : state.request.method === "connect" && countPorts(closedOrRefused(host)) > 0
      ? "a connect scan cannot tell a reset from a refusal"
      : undefined;
  if (unjudged !== undefined) {
    state.verdicts.set(host.address, { holes: [], unjudged, resetLimited: false });
    return null;
  }
  const silent = subtractPorts(begunPorts(state, host.address), answeredPorts(host));
  const screening = screenForHoles(host, silent, state.request.random);
  if ("question" in screening) return screening.question;
  state.verdicts.set(host.address, { holes: [], unjudged: screening.unjudged, resetLimited: false });
  return null;
}

function closedOrRefused(host: HostEvidence): PortSet {
  return subtractPorts(answeredPorts(host), openPorts(host));
}

/** Ports last known open that are not so now, and ports seen open once only. */
function doubtfulPorts(state: State, host: HostEvidence): PortSet {
  const before = intersectPorts(
    state.request.knownOpen.get(host.address) ?? emptyPortSet,
    begunPorts(state, host.address),
  );
  let doubts = subtractPorts(before, openPorts(host));
  for (const { answer, seen } of host.open.values()) {
    if (seen < 2) doubts = unionPorts(doubts, portSetOfOne(answer));
  }
  return doubts;
}

function portSetOfOne(port: { protocol: "tcp" | "udp" | "sctp"; port: number }): PortSet {
  return { ...emptyPortSet, [port.protocol]: [[port.port, port.port]] };
}

function noteLook(looks: Map<Address, LookAnswers>, result: ShardResult): void {
  const address = result.shard.addresses[0];
  if (!result.whole || address === undefined || result.shard.ports.tcp.length === 0) return;
  let reset = emptyPortSet;
  for (const host of result.document?.hosts ?? []) {
    if (host.address !== address) continue;
    for (const port of host.ports) {
      if (port.protocol === "tcp" && port.state === "closed") reset = unionPorts(reset, portSetOfOne(port));
    }
    for (const extra of host.extraPorts) {
      if (extra.state !== "closed") continue;
      for (const reason of extra.reasons)
        reset = unionPorts(reset, { ...emptyPortSet, tcp: reason.ports ?? result.shard.ports.tcp });
    }
  }
  looks.set(address, { asked: result.shard.ports, reset });
}
