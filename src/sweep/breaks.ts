/**
 * What silence is still worth when a run was broken off and is taken up again.
 *
 * Silence is believed between two answers of the host. An answer that came before the break says nothing of a probe after
 * it, so each sitting needs its own first answer. An answer after the break may stand after a probe before it only where
 * the break is no reason for the silence: a bastion whose link went down hears nobody, is stopped, mended and told to go
 * on, and every port that it asked in between would be called silent. So somebody of the host's segment must have answered
 * after the silence and before the break, and the break must be short, for a host may be gone for a while and be back.
 * Whatever is left is asked again.
 */
import type { Instant } from "../facts/run.js";
import { segmentOf } from "../scope/network.js";
import type { HostEvidence, RunEvidence, Silence } from "./evidence.js";
import { anchoredSilences } from "./silence.js";

/** A server is restarted in less; a pass over it takes about as long. */
export const LONGEST_BREAK_MS = 15 * 60_000;

export interface Break {
  /** The end of the last shard before it. */
  readonly lastSign: Instant;
  readonly resumedAt: Instant;
}

/** Keeps of each host's silences those that count after the break, or may: an answer has to come for these. */
export function breakOff(evidence: RunEvidence, { lastSign, resumedAt }: Break): void {
  const gap = resumedAt - lastSign;
  // A clock that was set back tells of no length at all.
  const isShort = gap >= 0 && gap <= LONGEST_BREAK_MS;
  const heard = isShort ? lastHeard(evidence) : new Map<string, Instant>();
  for (const host of evidence.values()) {
    const after = heard.get(segmentOf(host.address)) ?? Number.NEGATIVE_INFINITY;
    host.earlier = [...anchoredSilences(host), ...openSilences(host).filter(({ to }) => to <= after)];
    host.silences = [];
    host.anchoredBy = null;
  }
}

/** Those that an answer stands before and none after. */
function openSilences({ silences, anchoredBy, lastAnswerFrom }: HostEvidence): Silence[] {
  if (anchoredBy === null || lastAnswerFrom === null) return [];
  return silences.filter(({ from, to }) => from >= anchoredBy && to > lastAnswerFrom);
}

/** By segment: after this moment somebody there answered. */
function lastHeard(evidence: RunEvidence): Map<string, Instant> {
  const heard = new Map<string, Instant>();
  for (const { address, lastAnswerFrom } of evidence.values()) {
    if (lastAnswerFrom === null) continue;
    const segment = segmentOf(address);
    heard.set(segment, Math.max(heard.get(segment) ?? lastAnswerFrom, lastAnswerFrom));
  }
  return heard;
}
