/**
 * Hosts that answered and answer no more: a sweep should harm none, and where it may have, that is the first thing to
 * know. At the end of a run all are asked once more (`lastLook.ts`); while it goes on a host is asked that reset its closed
 * ports and is silent for a whole shard.
 */
import type { Address } from "../facts/address.js";
import type { Instant, Shard, SilencedHost } from "../facts/run.js";
import { countPorts, emptyPortSet, formatPortSet } from "../scope/portSet.js";
import { closedPorts, evidenceOf, type HostEvidence, isAlive } from "./evidence.js";
import type { State } from "./runState.js";

/** A host that reset so many of its ports tells by its silence that something happened to it. */
const LEAST_RESETS = 100;
/** Silence of fewer ports may be a filter's. */
const LEAST_ASKED = 50;

export interface LastSent {
  readonly stage: Shard["stage"];
  /** In nmap's syntax; empty for discovery. */
  readonly ports: string;
  readonly at: Instant;
}

export function noteSent(state: State, shard: Shard, at: Instant = state.request.now()): void {
  const sent = { stage: shard.stage, ports: formatPortSet(shard.ports), at };
  for (const address of shard.addresses) state.lastSent.set(address, sent);
}

/** Hosts of a whole shard of the sweep that may have been knocked over by it. */
export function suspects(state: State, shard: Shard): Address[] {
  const asked = countPorts({ ...emptyPortSet, tcp: shard.ports.tcp });
  if (shard.stage !== "sweep" || asked < LEAST_ASKED) return [];
  return shard.addresses.filter((address) => {
    const host = evidenceOf(state.evidence, address);
    const last = host.silences.at(-1);
    if (last === undefined || !hasReset(host) || state.suspected.has(address)) return false;
    return countPorts({ ...emptyPortSet, tcp: last.ports.tcp }) === asked;
  });
}

function hasReset(host: HostEvidence): boolean {
  return countPorts({ ...emptyPortSet, tcp: closedPorts(host).tcp }) >= LEAST_RESETS;
}

/** Hosts that answered in this run, and not when all were asked last. */
export function silencedHosts(
  state: State,
  { lastLookStart, askedLast }: { readonly lastLookStart: Instant; readonly askedLast: ReadonlySet<Address> },
): SilencedHost[] {
  return [...state.evidence.values()].flatMap((host): SilencedHost[] => {
    const { address, lastAnswerFrom } = host;
    if (!isAlive(host) || lastAnswerFrom === null || lastAnswerFrom >= lastLookStart) return [];
    // Of a run that was stopped over it there is no last look: what was asked at once tells as much.
    const fellAt = state.knockedOver.get(address);
    if (!askedLast.has(address) && (fellAt === undefined || lastAnswerFrom >= fellAt)) return [];
    return [{ address, lastAnswer: lastAnswerFrom, lastSent: state.lastSent.get(address) ?? null }];
  });
}
