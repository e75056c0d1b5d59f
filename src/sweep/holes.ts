/**
 * Firewall holes: a TCP port that resets on a host whose other ports are silent is let through by a filter and
 * has nothing behind it (measuring.md, "Firewall holes").
 *
 * The trap is a host that limits its resets: at speed nearly all its closed ports look silent, and the few resets
 * that got through look like holes. So each candidate is asked again slowly beside 20 of its silent neighbours:
 * if neighbours now reset, the host had been limiting, and no hole is claimed.
 */
import type { HoleLook } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import {
  countPorts,
  emptyPortSet,
  intersectPorts,
  listPorts,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import { closedPorts, type HostEvidence, openPorts } from "./evidence.js";
import { pickPorts } from "./pickPorts.js";
import type { HoleVerdict } from "./settle.js";
import { believedSilence } from "./silence.js";

const LEAST_COVERED = 100;
const LEAST_SILENT_SHARE = 0.95;
const NEIGHBOURS = 20;

/** What the second look at one host asks, and why. */
export interface HoleQuestion {
  readonly candidates: PortSet;
  readonly neighbours: PortSet;
  readonly silentShare: number;
}

export type HoleScreening = { readonly question: HoleQuestion } | { readonly unjudged: string | null };

/**
 * Decides from the passes alone whether a host can have holes, and what to ask again.
 * @param silent ports silent in every pass so far
 * @param random a source of numbers in [0, 1)
 */
export function screenForHoles(host: HostEvidence, silent: PortSet, random: () => number): HoleScreening {
  const resets = tcpOnly(closedPorts(host));
  if (countPorts(resets) === 0) return { unjudged: null };
  const quiet = unionPorts(tcpOnly(silent), tcpOnly(filteredPorts(host)));
  const covered = countPorts(quiet) + countPorts(resets) + countPorts(tcpOnly(openPorts(host)));
  if (covered < LEAST_COVERED) return { unjudged: `fewer than ${LEAST_COVERED} TCP ports covered` };
  const silentShare = countPorts(quiet) / covered;
  const neighbours = pickPorts(quiet, NEIGHBOURS, random);
  if (silentShare >= LEAST_SILENT_SHARE) return { question: { candidates: resets, neighbours, silentShare } };
  if (countPorts(quiet) === 0) return { unjudged: "everything resets" };
  // Too few are silent for a hole, but do they keep silent when asked slowly, or are the resets limited?
  return { question: { candidates: emptyPortSet, neighbours, silentShare } };
}

/**
 * Judges the second look. `before` are the resets known before it, so that a neighbour's new reset is told apart.
 */
export function judgeHoles(host: HostEvidence, question: HoleQuestion, look: LookAnswers): HoleVerdict {
  const answered = countPorts(intersectPorts(question.neighbours, look.reset));
  const asked = countPorts(question.neighbours);
  if (answered > 0) return { holes: [], unjudged: "limited resets", resetLimited: true };
  if (countPorts(look.asked) === 0) {
    return { holes: [], unjudged: "unfinished second look", resetLimited: false };
  }
  if (countPorts(question.candidates) === 0) {
    return { holes: [], unjudged: "too few ports are silent", resetLimited: false };
  }
  const silentNow = countPorts(believedSilence(host)) + countPorts(tcpOnly(filteredPorts(host)));
  const holes: HoleLook[] = [];
  for (const { port } of listPorts(intersectPorts(question.candidates, look.reset))) {
    if (!ttlFits(host.resetTtls.get(port) ?? null, host.ttl)) continue;
    holes.push({
      protocol: "tcp",
      port,
      silentShare: question.silentShare,
      neighboursAsked: asked,
      neighboursAnswered: answered,
    });
  }
  if (silentNow < LEAST_COVERED * LEAST_SILENT_SHARE) {
    return { holes: [], unjudged: "too little silence is believed", resetLimited: false };
  }
  return { holes, unjudged: null, resetLimited: false };
}

/** What a whole second look asked and which of those ports reset. */
export interface LookAnswers {
  readonly asked: PortSet;
  readonly reset: PortSet;
}

export const noLook: LookAnswers = { asked: emptyPortSet, reset: emptyPortSet };

/** Hops agree where both TTLs, taken up to the next usual start value, lie equally far below it. */
export function ttlFits(reset: number | null, other: number | null): boolean {
  if (reset === null || other === null) return true;
  return hops(reset) === hops(other);
}

function hops(ttl: number): number {
  const start = [32, 64, 128, 255].find((value) => ttl <= value) ?? 255;
  return start - ttl;
}

function filteredPorts(host: HostEvidence): PortSet {
  let ports = emptyPortSet;
  for (const group of host.refusals.values()) {
    if (group.state === "filtered") ports = unionPorts(ports, group.ports);
  }
  return subtractPorts(ports, closedPorts(host));
}

function tcpOnly(ports: PortSet): PortSet {
  return { ...emptyPortSet, tcp: ports.tcp };
}
