/**
 * How many silent passes make silence believable, from what this run lost itself.
 *
 * Only open TCP ports are witnesses here: a host that limits its resets makes half of its closed ports look lost
 * (measuring.md, "Reset limits"), but nothing limits its SYN-ACKs. Of N open ports a first pass hears A = N(1-q)
 * and a second B = Nq(1-q), so q = B / A.
 */
import type { RunEvidence } from "./evidence.js";

/** Recall that silence is held to. */
const RECALL = 0.995;
const LEAST_PASSES = 2;
const MOST_PASSES = 6;
/** With fewer open ports a single loss says nothing (measuring.md: fewer than 30 witnesses is not measured). */
const LEAST_WITNESSES = 30;
/** Three losses among few are no accident. */
const TELLING_LOSSES = 3;

/** Silent passes needed, 2 to 6; 7 where six are not enough and silence must stay unproved. */
export function silencesNeeded(evidence: RunEvidence): number {
  let first = 0;
  let second = 0;
  for (const host of evidence.values()) {
    first += host.openHeard.get(1) ?? 0;
    second += host.openHeard.get(2) ?? 0;
  }
  if (second === 0 || first === 0) return LEAST_PASSES;
  if (first + second < LEAST_WITNESSES && second < TELLING_LOSSES) return LEAST_PASSES;
  const lost = Math.min(0.95, second / first);
  const needed = Math.ceil(Math.log(1 - RECALL) / Math.log(lost));
  return Math.min(MOST_PASSES + 1, Math.max(LEAST_PASSES, needed));
}

/** The last pass worth making for silence that needs `needed` passes: some hosts are first heard during one. */
export function lastPass(needed: number): number {
  return needed > MOST_PASSES ? MOST_PASSES : Math.max(4, needed + 1);
}
