/**
 * The life of findings: what a run judged, set among what earlier runs found. A finding that is not judged again is
 * settled where the run proves something about it, and carried where it does not; nothing is ever forgotten.
 */
import type { Finding, FindingTransition, Judgement } from "../facts/finding.js";
import type { RunId } from "../facts/run.js";
import type { RunView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import { believedView } from "./believedView.js";
import { carryFinding, continueFinding, settleFinding } from "./continueFinding.js";
import { fateOf } from "./fateOf.js";
import { sortFindings } from "./judge.js";
import { beginLiving } from "./living.js";
import { transitionOf } from "./transition.js";

/** A run as `judge` judged it. */
export interface JudgedRun {
  readonly view: RunView;
  readonly judgement: Judgement;
  readonly profile: BoundProfile | null;
  /** IANA zone in which exceptions end their last day; without a profile nothing else tells it. Default: UTC. */
  readonly zone?: string;
  /** The audit that a run was of. Where it is left out, all findings are of one. */
  readonly auditOf?: (run: RunId) => string | null;
}

export interface LivedJudgement {
  /** `findings`: judged and carried; `settled`: by this run. */
  readonly judgement: Judgement;
  /** At most one of each finding, and only where the status is another. */
  readonly transitions: readonly FindingTransition[];
  /** What is to be stored: all of `findings` and `settled`. */
  readonly touched: readonly Finding[];
}

/**
 * Decides what becomes of each finding. It depends on the run's view, on the profile and on `before` alone.
 * @param before the findings of this realm and vantage, of every status, as they were before this run
 * @param person the run's operator
 */
export function liveOn(judged: JudgedRun, before: readonly Finding[], person: string): LivedJudgement {
  const living = beginLiving({ ...judged, view: believedView(judged.view) }, before);
  const known = new Map(before.map((finding) => [finding.fingerprint, finding]));
  const findings: Finding[] = [];
  const settled: Finding[] = [];
  const transitions: FindingTransition[] = [];
  const note = (was: Finding | null, is: Finding, why: string | null) => {
    if (was?.status !== is.status) transitions.push(transitionOf(living, { was, is, why, person }));
  };

  for (const finding of judged.judgement.findings) {
    const was = known.get(finding.fingerprint) ?? null;
    const is = continueFinding(living, was, finding);
    findings.push(is);
    note(was, is, null);
  }
  for (const was of before) {
    if (living.judged.has(was.fingerprint)) continue;
    const fate = fateOf(living, was);
    if (fate.kind === "carried") {
      const is = carryFinding(living, was, fate);
      findings.push(is);
      note(was, is, null);
    } else if (fate.kind === "settled") {
      const is = settleFinding(living, was, fate.status);
      settled.push(is);
      note(was, is, fate.why);
    }
  }
  const { judgement } = judged;
  return {
    judgement: {
      findings: sortFindings(findings),
      settled: sortFindings(settled),
      notes: judgement.notes,
      get ports() {
        return judgement.ports;
      },
    },
    transitions,
    touched: [...findings, ...settled],
  };
}
