/** Which stored run a command means. */
import { resolveAudit } from "../config/audit.js";
import { PortreeveError } from "../facts/error.js";
import type { JudgingBasis } from "../facts/profileText.js";
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
  const { audit, endedAt, startedAt, realm, vantage, profileHash } = store.getRun(run);
  const names = { realm, before: namesBefore(store, { vantage, realm }) };
  if (asked.profile !== undefined) return loadExpectation(asked.profile, store.assetsAt(), names);
  const configured = profileOf(undefined, asked.audit ?? audit, session);
  const kept = store.judgingBasis(run) ?? unjudgedBasis(store, run, profileHash, names.before, session);
  if (kept === null || kept.profile.length === 0 || (asked.run === undefined && configured !== null)) {
    return loadExpectation(configured, store.assetsAt(), names);
  }
  const then = store.assetsAt(endedAt ?? startedAt);
  return keptExpectation(kept, then.length > 0 ? then : store.assetsAt());
}

/** A run that died before it was judged: the text of its profile was kept when it began. */
function unjudgedBasis(
  store: Store,
  run: RunId,
  hash: string | null,
  names: JudgingBasis["names"],
  { zone }: Session,
): JudgingBasis | null {
  const profile = hash === null ? null : store.profileTexts(hash);
  return profile === null ? null : { run, profileHash: hash, profile, names, zone };
}

/** What names resolved to when a run of this vantage was last judged; nothing where none was. */
export function namesBefore(
  store: Store,
  { vantage, realm }: { readonly vantage: string; readonly realm: string },
): JudgingBasis["names"] {
  for (const run of store.listRuns({ vantage, realm, limit: 5 })) {
    const basis = store.judgingBasis(run.id);
    if (basis !== null && basis.names.size > 0) return basis.names;
  }
  return new Map();
}
