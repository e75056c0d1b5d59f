/** Loading what is expected, and judging a run of the store by it. */

import { judge } from "../exposure/judge.js";
import type { Judgement } from "../facts/finding.js";
import type { RunId } from "../facts/run.js";
import type { RunView } from "../facts/view.js";
import { type BoundProfile, bindNames, profileNames } from "../profile/bind.js";
import type { Store } from "../store/store.js";
import { tryResolveNames } from "./resolveNames.js";
import type { Session } from "./session.js";

export interface Expectation {
  readonly profile: BoundProfile | null;
  /** Path as given; null without a profile. */
  readonly file: string | null;
  readonly hash: string | null;
  readonly warnings: readonly string[];
}

/** Reads the profile and resolves the names in it. `file` null: only the high-risk list is judged. */
export async function loadExpectation(file: string | null): Promise<Expectation> {
  if (file === null) return { profile: null, file: null, hash: null, warnings: [] };
  const { loadProfile } = await import("../profile/load.js");
  const { profileHash } = await import("../profile/parse.js");
  const profile = loadProfile(file);
  const { resolved, failed } = await tryResolveNames(profileNames(profile));
  return {
    profile: bindNames(profile, resolved),
    file,
    hash: profileHash(profile),
    warnings: failed.map(
      (name) => `${file}: ${name} does not resolve, so the groups that name it match nothing by it`,
    ),
  };
}

export interface Judged {
  readonly view: RunView;
  readonly judgement: Judgement;
  readonly recall: { estimate: number | null; lower: number | null; upper: number | null; source: string };
  readonly database: string;
  readonly profile: string | null;
  readonly audit: string | null;
}

/** Loss is not measured yet, so no recall is stated. */
const NOT_MEASURED = { estimate: null, lower: null, upper: null, source: "not measured" } as const;

export function judgeRun(store: Store, run: RunId, expectation: Expectation, session: Session): Judged {
  const view = store.runView(run);
  return {
    view,
    judgement: judge(view, expectation.profile),
    recall: NOT_MEASURED,
    database: session.database.path,
    profile: expectation.file,
    audit: view.run.audit,
  };
}
