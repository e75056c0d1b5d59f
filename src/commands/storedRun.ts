/** Which stored run a command means. */
import { resolveAudit } from "../config/audit.js";
import { PortreeveError } from "../facts/error.js";
import type { RunId } from "../facts/run.js";
import type { Store } from "../store/store.js";
import { type Expectation, keptExpectation, loadExpectation } from "./judging.js";
import type { Session } from "./session.js";

export interface RunChoice {
  readonly run?: number;
  /** `@dmz`: the last run of that audit. */
  readonly audit?: string;
}

/**
 * The run that was named, else the last one (of the audit).
 * @throws PortreeveError `usage` where there is none
 */
export function chooseRun(store: Store, choice: RunChoice, session: Session): RunId {
  if (choice.run !== undefined) return store.getRun(choice.run).id;
  const audit = choice.audit === undefined ? null : resolveAudit(session.config, choice.audit).name;
  const last = store.lastRun(audit === null ? {} : { audit });
  if (last === null) {
    const of = audit === null ? "" : ` of audit @${audit}`;
    throw new PortreeveError("usage", `the database ${session.database.path} has no run${of} yet`, {
      hint: `run portreeve scan ${audit === null ? "TARGET" : `@${audit}`} first`,
    });
  }
  return last.id;
}

/** The profile of the flag, else of the run's audit, else of the configuration. */
export function profileOf(flag: string | undefined, audit: string | null, session: Session): string | null {
  if (flag !== undefined) return flag;
  return resolveAudit(session.config, knownAudit(audit, session)).profile;
}

/** The audit if the configuration still has it, with or without its `@`; a run may be older than the configuration. */
export function knownAudit(name: string | null, session: Session): string | null {
  const bare = name?.replace(/^@/, "") ?? null;
  return bare !== null && session.config.audits.has(bare) ? bare : null;
}

/**
 * What a stored run is judged by: the profile of the flag; for a run that was named, what it was judged by then; else
 * the configuration's profile as it is now, else what the run was judged by. Assets of a kept judging are those of
 * its day, where there were any.
 */
export async function expectationOf(
  store: Store,
  run: RunId,
  asked: { readonly run?: number; readonly audit?: string; readonly profile?: string },
  session: Session,
): Promise<Expectation> {
  if (asked.profile !== undefined) return loadExpectation(asked.profile, store.assetsAt());
  const { audit, endedAt, startedAt } = store.getRun(run);
  const configured = profileOf(undefined, asked.audit ?? audit, session);
  const kept = store.judgingBasis(run);
  if (kept === null || kept.profile.length === 0 || (asked.run === undefined && configured !== null)) {
    return loadExpectation(configured, store.assetsAt());
  }
  const then = store.assetsAt(endedAt ?? startedAt);
  return keptExpectation(kept, then.length > 0 ? then : store.assetsAt());
}
