import type { Address } from "./address.js";
import type { RunId } from "./run.js";

/** One of the files a profile is made of, as it was read. */
export interface ProfileText {
  /** As messages call it: the path as given; of an included file the path of the including one with it. */
  readonly name: string;
  readonly text: string;
}

/** What a run was judged by: with it the run can be judged again, the same way. */
export interface JudgingBasis {
  readonly run: RunId;
  /** SHA-256 over the profile's texts; null: no profile. */
  readonly profileHash: string | null;
  /** The profile's files, the first one leading; empty without a profile. */
  readonly profile: readonly ProfileText[];
  /** What the names in the profile resolved to then. */
  readonly names: ReadonlyMap<string, readonly Address[]>;
  /** IANA zone in which exceptions end their last day. */
  readonly zone: string;
}
