/** Which ports of a host the next pass asks: pass by pass, host by host, until its silence is believable. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, unionPorts } from "../scope/portSet.js";
import { closedPorts, evidenceOf, type HostEvidence, isAlive } from "./evidence.js";
import { type Loss, lossAt, MOST_PASSES, passesFor, UNMEASURED_PASSES } from "./loss.js";
import { begunPorts, type State } from "./runState.js";
import { portsDue } from "./silence.js";
import { type HostWitnesses, lossesOf, resetLimited } from "./witnesses.js";

/** A host that resets so many ports is a witness of what is lost on the way to it. */
const LEAST_RESETS = 100;
/** An address where nobody answers is asked twice: one that was known may only have been lost. */
const PASSES_OF_NOBODY = 2;

export interface HostPass {
  /** The last pass that was begun; 1 for the first. */
  pass: number;
  /** Cells of it that no shard has asked yet. */
  left: number;
  /** Its answers were asked again. */
  isWitnessed: boolean;
}

/** `wait`: what others tell of loss decides it. */
export type NextAsk = { readonly ask: PortSet } | "wait" | "done";

/** @param forced nothing more will be told of loss: a host that waits is asked once more */
export function nextAsk(state: State, address: Address, forced: boolean): NextAsk {
  const ports = begunPorts(state, address);
  const progress = state.passes.get(address);
  const host = evidenceOf(state.evidence, address);
  if (progress === undefined) return { ask: ports };
  if (!isAlive(host)) return progress.pass < PASSES_OF_NOBODY ? { ask: ports } : "done";
  if (progress.pass >= MOST_PASSES) return "done";
  if (!progress.isWitnessed && isWitness(host)) {
    progress.isWitnessed = true;
    host.silencesNeeded = UNMEASURED_PASSES;
    return { ask: unionPorts(portsDue(host, ports), state.witnessPorts) };
  }
  const loss = lossFor(state, address);
  if (state.rateTest === "due" || (loss === null && !forced)) return "wait";
  host.silencesNeeded = passesFor(loss);
  const due = portsDue(host, ports);
  return countPorts(due) === 0 || host.silencesNeeded > MOST_PASSES ? "done" : { ask: due };
}

function isWitness(host: HostEvidence): boolean {
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
