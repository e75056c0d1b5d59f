/** Which ports of a host the next pass asks: pass by pass, host by host, until its silence is believable. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, unionPorts } from "../scope/portSet.js";
import { closedPorts, evidenceOf, type HostEvidence, isAlive, openPorts } from "./evidence.js";
import { ENOUGH_WITNESSES, type Loss, lossAt, MOST_PASSES, passesFor, UNMEASURED_PASSES } from "./loss.js";
import { begunPorts, type State } from "./runState.js";
import { portsDue } from "./silence.js";
import { atRunPace, portsToProve } from "./udpProof.js";
import { type HostWitnesses, lossesOf, resetLimited } from "./witnesses.js";

/** A host that resets so many ports is a witness of what is lost on the way to it. */
const LEAST_RESETS = 100;
/** An address where nobody answers is asked twice: one that was known may only have been lost. */
const PASSES_OF_NOBODY = 2;

export interface HostPass {
  /** The last pass that was begun; 1 for the first. */
  pass: number;
  /** Passes of earlier sittings: where they count no more, they are not to use up those of this one. */
  before: number;
  /** Cells of it that no shard has asked yet. */
  left: number;
  /** Its answers were asked again. */
  isWitnessed: boolean;
  /** Passes at its own pace that were begun, for the proof of closed UDP ports. */
  proofs: number;
  /** What the present one of them asks; null in a pass at the run's pace. */
  proving: PortSet | null;
  /** UDP ports that their proof was begun of, of all portions. */
  proved: number;
  /** UDP ports whose proof is left to other runs. */
  later: PortSet;
}

/** `wait`: what others tell of loss decides it. `pace`: the run's own, or the slow one of a host that tells closed UDP ports. */
export type NextAsk = { readonly ask: PortSet; readonly pace: "run" | "host" } | "wait" | "done";

/** The first pass. */
export function firstPass(ports: PortSet): HostPass {
  return {
    pass: 1,
    before: 0,
    left: countPorts(ports),
    isWitnessed: false,
    proofs: 0,
    proving: null,
    proved: 0,
    later: emptyPortSet,
  };
}

/** @param forced nothing more will be told of loss: a host that waits is asked once more */
export function nextAsk(state: State, address: Address, forced: boolean): NextAsk {
  const ports = begunPorts(state, address);
  const progress = state.passes.get(address);
  const host = evidenceOf(state.evidence, address);
  if (progress === undefined) return { ask: ports, pace: "run" };
  const isLast = progress.pass - progress.before >= MOST_PASSES;
  if (!isAlive(host)) return progress.pass < PASSES_OF_NOBODY ? { ask: ports, pace: "run" } : "done";
  if (!isLast && !progress.isWitnessed && isWitness(host)) {
    progress.isWitnessed = true;
    host.silencesNeeded = UNMEASURED_PASSES;
    return { ask: unionPorts(atRunPace(host, portsDue(host, ports)), state.witnessPorts), pace: "run" };
  }
  const loss = lossFor(state, address);
  // The first few witnesses say too little: whole hosts were asked again for them, where none of 7,000 was lost.
  const isSmall = loss === null || loss.asked < ENOUGH_WITNESSES;
  const isUnsure = state.rateTest === "due" || (isSmall && !forced);
  // Loss is measured by TCP ports, and decides of those only.
  if (isUnsure && !isLast && countPorts(portsDue(host, ports), "tcp") > 0) return "wait";
  host.silencesNeeded = passesFor(loss);
  const due = portsDue(host, ports);
  // So much loss may be a limit on resets, which the others will tell: a host is given up when all were heard.
  const isHopeless = host.silencesNeeded > MOST_PASSES;
  if (isHopeless && !forced && countPorts(due, "tcp") > 0) return "wait";
  const fast = atRunPace(host, due);
  // Nor before it was asked twice: that is when its sentinels are asked.
  const isEnough = isLast || (isHopeless && progress.pass - progress.before >= UNMEASURED_PASSES);
  if (countPorts(fast) > 0 && !isEnough) return { ask: unionPorts(fast, sentinels(host)), pace: "run" };
  const proof = portsToProve(state, host, due, progress);
  return countPorts(proof) > 0 ? { ask: proof, pace: "host" } : "done";
}

/** Ports known open ride along: where a host resets nothing, or few a second, they alone tell what is lost (measuring.md). */
function sentinels(host: HostEvidence): PortSet {
  return { ...emptyPortSet, tcp: openPorts(host).tcp };
}

export function isWitness(host: HostEvidence): boolean {
  return countPorts({ ...emptyPortSet, tcp: closedPorts(host).tcp }) >= LEAST_RESETS;
}

/** What is lost on the way to the host at the present pace; null where too little is known. */
export function lossFor(state: State, address: Address): Loss | null {
  const hosts = currentWitnesses(state);
  return lossAt(lossesOf(hosts, resetLimited(hosts)), address);
}

export function currentWitnesses(state: State): ReadonlyMap<Address, HostWitnesses> {
  return state.witnesses.get(state.ledger.factor) ?? new Map();
}
