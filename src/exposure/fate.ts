/** What may become of a finding that stands and that a run did not judge again. */
import type { Finding, FindingStatus } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";

export type Fate =
  /** The run did not ask the host: the finding is as it was, and no part of the run. */
  | { readonly kind: "untouched" }
  /** It still stands. `lastSeen`: the run saw it, and could not judge it. */
  | { readonly kind: "carried"; readonly why: string; readonly lastSeen?: Instant }
  | { readonly kind: "settled"; readonly status: Settled; readonly why: string };

type Settled = Extract<FindingStatus, "closed" | "silenced" | "profile-changed">;

export const NOT_COVERED = "not covered in this run";
export const SILENT_ONCE = "silent in this run; it counts as silent once a later run finds it so, too";
export const HOST_GONE = "the host answers nothing; it counts as gone once a later run finds it so, too";
export const NO_PROFILE = "this run was judged without a profile";

export const UNTOUCHED: Fate = { kind: "untouched" };

export function carried(why: string, lastSeen?: Instant): Fate {
  return lastSeen === undefined ? { kind: "carried", why } : { kind: "carried", why, lastSeen };
}

export function settled(status: Settled, why: string): Fate {
  return { kind: "settled", status, why };
}

/** Whether a finding is there to be dealt with; one that is settled is not. */
export function isStanding({ status }: Pick<Finding, "status">): boolean {
  return status === "open" || status === "accepted";
}
