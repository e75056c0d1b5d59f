/**
 * Knocking on silent UDP ports: a service that ignores the sweep's payload may answer a question of its own protocol. Only
 * ports are asked where nmap knows such a question, each host once, when its sweep is over: by then what is closed has
 * been told, and little is left to ask.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Shard } from "../facts/run.js";
import { withoutFragilePorts } from "../nmap/fragilePorts.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts } from "../scope/portSet.js";
import { answeredPorts, evidenceOf, type HostEvidence } from "./evidence.js";
import { KNOCK_PASS, planKnock } from "./plan.js";
import { runIdentification } from "./runShards.js";
import { begunPorts, isAliveIn, isStopping, type State, secondsLeft } from "./runState.js";

export function isKnock({ stage, probe, pass }: Pick<Shard, "stage" | "probe" | "pass">): boolean {
  return stage === "identify" && probe === "services" && pass === KNOCK_PASS;
}

/**
 * Notes that the sweep of these hosts is over. It starts knocking when no other is in the midst of its own, or `isLast`:
 * then hosts go together. It goes on beside the sweep.
 */
export function knockOnUdp(state: State, swept: readonly Address[], isLast: boolean): void {
  if (!state.request.identify || isStopping(state) || secondsLeft(state) <= 0) return;
  for (const address of swept) if (isAliveIn(state, address)) state.toKnockOn.add(address);
  if (state.toKnockOn.size === 0 || (!isLast && isAnyAsked(state))) return;
  const asks = new Map<Address, PortSet>();
  for (const address of state.toKnockOn) {
    const ports = portsToKnockOn(state, evidenceOf(state.evidence, address));
    if (countPorts(ports) > 0) asks.set(address, ports);
  }
  state.toKnockOn.clear();
  if (asks.size === 0) return;
  const asking = runIdentification(state, planKnock(asks, state.request.plan), state.knockLimit);
  // It is awaited after the sweep; until then a failure must not count as unhandled.
  asking.catch(() => undefined);
  state.identifying.push(asking);
}

/** In a pass at the run's pace; one at a host's own takes minutes, and nobody waits for it. */
function isAnyAsked({ passes }: State): boolean {
  for (const { left, proving } of passes.values()) if (left > 0 && proving === null) return true;
  return false;
}

function portsToKnockOn(state: State, host: HostEvidence): PortSet {
  const { request } = state;
  const known = intersectPorts(begunPorts(state, host.address), request.udpServices);
  const silent = subtractPorts({ ...emptyPortSet, udp: known.udp }, answeredPorts(host));
  return request.probeFragile ? silent : withoutFragilePorts(silent).probe;
}
