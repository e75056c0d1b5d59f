/** From all that was heard to what the run says: of each host, of its coverage, of what went wrong. */
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { Instant, Recall, SilencedHost } from "../facts/run.js";
import { segmentOf } from "../scope/network.js";
import { countPorts, emptyPortSet } from "../scope/portSet.js";
import { blockedSegments } from "./blocked.js";
import { type CoverageCount, countCoverage } from "./coverageDue.js";
import { evidenceOf, isAlive, openPorts } from "./evidence.js";
import { silencedHosts } from "./harm.js";
import type { LastLook } from "./lastLook.js";
import { currentWitnesses } from "./passes.js";
import { NOT_MEASURED, recallOf, type SweptHost } from "./recall.js";
import { begunPorts, isAliveIn, type State, sweptAddresses } from "./runState.js";
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
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  readonly shards: { readonly ended: number; readonly failed: number };
  readonly interrupted: boolean;
}

/** What the whole run says, once its last look is over or it was stopped. */
export function concludeRun(
  state: State,
  times: LastLook & { readonly discoveryEnd: Instant },
): SweepOutcome {
  const { request } = state;
  const interrupted = state.stop.signal.aborted;
  const blocked = blockedSegments(state.evidence, request.knownOpen, request.ports);
  for (const segment of blocked) {
    state.warnings.add(
      `the known open ports of ${segment} went away at once: this scanner may be blocked, or something answers for the hosts; no change there is believed`,
    );
  }
  const observations = sweptAddresses(state)
    .filter((a) => isAliveIn(state, a) || request.wasAlive.has(a) || request.expected.has(a))
    .map((address) => settleHost(state, address, times, blocked, interrupted));
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
    recall: interrupted ? NOT_MEASURED : statedRecall(state),
    failures: state.failures,
    warnings: [...state.warnings],
    shards: { ended: state.ended, failed: state.failed },
    interrupted,
  };
}

/** At the pace that the run ended with; hosts that answered, whose silent ports were asked often enough or as often as could be. */
function statedRecall(state: State): Recall {
  const witnesses = currentWitnesses(state);
  const hosts = sweptAddresses(state)
    .filter((address) => isAliveIn(state, address))
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

function settleHost(
  state: State,
  address: Address,
  times: LastLook & { readonly discoveryEnd: Instant },
  blocked: ReadonlySet<string>,
  interrupted: boolean,
): HostObservation {
  const host = evidenceOf(state.evidence, address);
  if (!isAlive(host)) return silentObservation(address, !interrupted && hasVanished(state, address, times));
  const settled = !interrupted && !blocked.has(segmentOf(address));
  const verdict = state.verdicts.get(address) ?? { holes: [], unjudged: null, resetLimited: false };
  return observationOf(host, {
    asked: state.request.ports,
    names: [],
    holes: settled ? verdict : null,
    withheld: settled ? emptyPortSet : (state.request.knownOpen.get(address) ?? emptyPortSet),
    vanished: false,
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
