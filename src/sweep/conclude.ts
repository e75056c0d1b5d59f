/** From all that was heard to what the run says: of each host, of its coverage, of what went wrong. */
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { Disbelieved, Instant, Recall, SilencedHost } from "../facts/run.js";
import { segmentOf } from "../scope/network.js";
import { countPorts, emptyPortSet } from "../scope/portSet.js";
import { blockedSegments } from "./blocked.js";
import { type CoverageCount, countCoverage } from "./coverageDue.js";
import { type Disbelief, disbeliefOf, isTarpit } from "./disbelief.js";
import { evidenceOf, isAlive, openPorts } from "./evidence.js";
import { silencedHosts } from "./harm.js";
import type { LastLook } from "./lastLook.js";
import { currentWitnesses } from "./passes.js";
import { NOT_MEASURED, recallOf, type SweptHost } from "./recall.js";
import { begunPorts, isAliveIn, isStopping, type State, sweptAddresses } from "./runState.js";
import { unconfirmedPorts } from "./secondLook.js";
import { observationOf, silentObservation } from "./settle.js";
import { portsDue } from "./silence.js";
import { lossesOf, resetLimited } from "./witnesses.js";

export interface SweepOutcome {
  /** Final: alive hosts and those that history knew. Empty after an interruption: what was proved is handed on. */
  readonly observations: readonly HostObservation[];
  readonly coverage: CoverageCount;
  readonly recall: Recall;
  /** Heads the report: hosts that answered, and no more at the end. */
  readonly silenced: readonly SilencedHost[];
  /** Addresses and networks where something answers for everybody. */
  readonly disbelieved: readonly Disbelieved[];
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  readonly shards: { readonly ended: number; readonly failed: number };
  readonly interrupted: boolean;
  /** Why it was, where the run stopped itself; null otherwise. */
  readonly whyStopped: string | null;
}

/** What the whole run says, once its last look is over or it was stopped. */
export function concludeRun(
  state: State,
  times: LastLook & { readonly discoveryEnd: Instant },
): SweepOutcome {
  const { request } = state;
  const interrupted = isStopping(state);
  const blocked = blockedSegments(state.evidence, request.knownOpen, request.ports);
  for (const segment of blocked) {
    state.warnings.add(
      `the known open ports of ${segment} went away at once: this scanner may be blocked, or something answers for the hosts; no change there is believed`,
    );
  }
  const disbelief = disbeliefOf(state.evidence, request.addresses);
  const observations = sweptAddresses(state)
    .filter((a) => isAliveIn(state, a) || request.wasAlive.has(a) || request.expected.has(a))
    .map((address) => settleHost(state, address, times, { blocked, disbelief, interrupted }));
  const coverage = countCoverage(observations, {
    asked: request.ports,
    expected: request.expected,
    neverAsked: neverAsked(state),
    postponed: state.postponed,
  });
  return {
    observations: interrupted ? observations.filter((o) => o.presence === "alive") : observations,
    coverage,
    silenced: silencedHosts(state, times),
    disbelieved: disbelief.places,
    recall: interrupted ? NOT_MEASURED : statedRecall(state),
    failures: state.failures,
    warnings: [...state.warnings],
    shards: { ended: state.ended, failed: state.failed },
    interrupted,
    whyStopped: state.whyStopped,
  };
}

/** At the pace that the run ended with; hosts that answered, whose silent ports were asked often enough or as often as could be. */
function statedRecall(state: State): Recall {
  const witnesses = currentWitnesses(state);
  const hosts = sweptAddresses(state)
    // The many ports of a tarpit would outweigh all services.
    .filter((address) => isAliveIn(state, address) && !isTarpit(evidenceOf(state.evidence, address)))
    .map((address): SweptHost => {
      const host = evidenceOf(state.evidence, address);
      const isDue = countPorts(portsDue(host, begunPorts(state, address))) > 0;
      const passes = isDue
        ? Math.min(host.silencesNeeded, state.passes.get(address)?.pass ?? 1)
        : host.silencesNeeded;
      return { address, open: countPorts(openPorts(host), "tcp"), passes };
    });
  return recallOf(hosts, lossesOf(witnesses, resetLimited(witnesses)));
}

/** Why what was heard may not be what is. */
interface Doubts {
  readonly blocked: ReadonlySet<string>;
  readonly disbelief: Disbelief;
  readonly interrupted: boolean;
}

function settleHost(
  state: State,
  address: Address,
  times: LastLook & { readonly discoveryEnd: Instant },
  { blocked, disbelief, interrupted }: Doubts,
): HostObservation {
  const host = evidenceOf(state.evidence, address);
  // Nothing but a middlebox was heard there: whether anybody is, nobody knows.
  if (disbelief.isMute(address)) return silentObservation(address, false);
  if (!isAlive(host)) return silentObservation(address, !interrupted && hasVanished(state, address, times));
  const isOthersReset = disbelief.isReset(address);
  const settled = !interrupted && !blocked.has(segmentOf(address));
  const verdict = state.verdicts.get(address) ?? { holes: [], unjudged: null, resetLimited: false };
  return observationOf(host, {
    asked: state.request.ports,
    names: [],
    holes: settled ? verdict : null,
    // What a box between resets is no closing of the host's.
    withheld:
      settled && !isOthersReset
        ? unconfirmedPorts(state, host)
        : (state.request.knownOpen.get(address) ?? emptyPortSet),
    vanished: false,
    flag: isTarpit(host) ? "tarpit" : null,
  });
}

/** Believed gone: asked for by whole shards first and last, while a neighbour answered before and after. */
function hasVanished(
  state: State,
  address: Address,
  times: LastLook & { readonly discoveryEnd: Instant },
): boolean {
  const { request } = state;
  if (!request.wasAlive.has(address) || !times.askedLast.has(address)) return false;
  if (!request.skipDiscovery && !state.askedForLife.has(address)) return false;
  const segment = segmentOf(address);
  for (const host of state.evidence.values()) {
    if (host.firstAnswerBy === null || host.lastAnswerFrom === null) continue;
    if (segmentOf(host.address) !== segment) continue;
    if (host.firstAnswerBy <= times.discoveryEnd && host.lastAnswerFrom >= times.lastLookStart) return true;
  }
  return false;
}

function neverAsked(state: State): Set<Address> {
  if (state.request.skipDiscovery) return new Set();
  const { askedForLife, unasked } = state;
  return new Set(
    state.request.addresses.filter((a) => !askedForLife.has(a) && !unasked.has(a) && !isAliveIn(state, a)),
  );
}
