/** Loading what is expected, and judging a run of the store by it. */

import { silentAddresses } from "../exposure/askedAddresses.js";
import { judge } from "../exposure/judge.js";
import { type LivedJudgement, liveOn } from "../exposure/life.js";
import type { Address } from "../facts/address.js";
import type { Asset, Identity } from "../facts/asset.js";
import type { FindingTransition, Judgement } from "../facts/finding.js";
import type { JudgingBasis } from "../facts/profileText.js";
import type { Recall, Run, RunId } from "../facts/run.js";
import type { RunView } from "../facts/view.js";
import { type BoundProfile, bindProfile, namesToResolve } from "../profile/bind.js";
import { bindIdentities, identityOf } from "../profile/identities.js";
import type { Profile } from "../profile/profile.js";
import { recallOfRun } from "../report/runFigures.js";
import type { Store } from "../store/store.js";
import { tryResolveNames } from "./resolveNames.js";
import type { Session } from "./session.js";

/** What runs are judged by, before it is tied to a vantage. */
export interface Expectation {
  /** Null: only the high-risk list is judged. */
  readonly profile: Profile | null;
  /** Path as given; null without a profile. */
  readonly file: string | null;
  readonly hash: string | null;
  /** What the names in the profile resolve to. */
  readonly names: ReadonlyMap<string, readonly Address[]>;
  readonly assets: readonly Asset[];
  /** The zone in which exceptions ended their last day, of a judging that was kept. */
  readonly zone?: string;
  readonly warnings: readonly string[];
}

/** Reads a profile file; null gives null. @throws PortreeveError `usage` naming file, line and column */
export async function readProfile(file: string | null): Promise<Profile | null> {
  return file === null ? null : (await import("../profile/load.js")).loadProfile(file);
}

/** What is known of names besides what DNS says. */
export interface NameSources {
  /** The realm whose assets' names are names; null: of any. */
  readonly realm?: string | null;
  /** What names resolved to when a run was last judged: a name server that is down must not change what is expected. */
  readonly before?: ReadonlyMap<string, readonly Address[]>;
}

/** The expectation of a profile that was read: the names in it that no host or asset has are resolved. */
export async function resolveExpectation(
  profile: Profile | null,
  assets: readonly Asset[],
  { realm = null, before = new Map() }: NameSources = {},
): Promise<Expectation> {
  if (profile === null) return { profile, file: null, hash: null, names: new Map(), assets, warnings: [] };
  const { profileHash } = await import("../profile/parse.js");
  const { resolved, failed } = await tryResolveNames(namesToResolve(profile, assets, realm));
  for (const name of failed) {
    const known = before.get(name);
    if (known !== undefined) resolved.set(name, [...known]);
  }
  return {
    profile,
    file: profile.file,
    hash: profileHash(profile),
    names: resolved,
    assets,
    warnings: failed.map((name) =>
      resolved.has(name)
        ? `${profile.file}: ${name} does not resolve now; it is taken for what it was when a run was last judged`
        : `${profile.file}: ${name} does not resolve, so the groups that name it match nothing by it`,
    ),
  };
}

/** Both: `file` null: only the high-risk list is judged. */
export async function loadExpectation(
  file: string | null,
  assets: readonly Asset[] = [],
  names: NameSources = {},
): Promise<Expectation> {
  return resolveExpectation(await readProfile(file), assets, names);
}

/** What a run was judged by, as it was kept with it: no file is read and no name is asked for. */
export async function keptExpectation(basis: JudgingBasis, assets: readonly Asset[]): Promise<Expectation> {
  const [first] = basis.profile;
  if (first === undefined) return loadExpectation(null, assets);
  const { profileFromTexts } = await import("../profile/parse.js");
  return {
    profile: profileFromTexts(basis.profile),
    file: first.name,
    hash: basis.profileHash,
    names: basis.names,
    zone: basis.zone,
    assets,
    warnings: [],
  };
}

/** The expectation as it holds seen from one vantage; null without a profile. */
export function bindFor(
  { profile, names, assets }: Expectation,
  { vantage, realm }: Pick<Run, "vantage" | "realm">,
  zone: string,
): BoundProfile | null {
  return profile === null ? null : bindProfile(profile, { vantage, realm, zone, names, assets });
}

export interface Judged {
  readonly view: RunView;
  readonly judgement: Judgement;
  readonly identityOf: (address: Address) => Identity | null;
  /** What this run changed of the findings' statuses. */
  readonly transitions: readonly FindingTransition[];
  readonly recall: Recall;
  readonly database: string;
  readonly profile: string | null;
  readonly audit: string | null;
}

/** Judges a run, and sets it among what earlier runs found. Nothing is written. */
export function judgeRun(store: Store, run: RunId, expectation: Expectation, session: Session): Judged {
  return judgedWith(store, run, expectation, session).judged;
}

/** Judges a run and writes what became of each finding: what `scan` does with the run it has carried out. */
export function judgeAndRecord(store: Store, run: RunId, expectation: Expectation, session: Session): Judged {
  const { judged, lived } = judgedWith(store, run, expectation, session);
  const { profile, hash: profileHash, names } = expectation;
  store.recordJudgement(run, {
    basis: { profileHash, profile: profile?.files ?? [], names, zone: session.zone },
    findings: lived.touched,
    transitions: lived.transitions,
  });
  return judged;
}

function judgedWith(
  store: Store,
  id: RunId,
  expectation: Expectation,
  session: Session,
): { judged: Judged; lived: LivedJudgement } {
  const view = store.runView(id);
  const { run } = view;
  const zone = expectation.zone ?? session.zone;
  const profile = bindFor(expectation, run, zone);
  const identities = profile?.identities ?? bindIdentities([], expectation.assets, run);
  const judgement = judge(view, profile, { identities, silent: silentAddresses(view) });
  const audits = new Map(store.listRuns().map((each) => [each.id, each.audit]));
  const auditOf = (each: RunId) => audits.get(each) ?? null;
  const lived = liveOn({ view, judgement, profile, zone, auditOf }, store.findingsBefore(id), run.operator);
  return {
    lived,
    judged: {
      view,
      judgement: lived.judgement,
      identityOf: (address) => identityOf(identities, address),
      transitions: lived.transitions,
      recall: recallOfRun(run),
      database: session.database.path,
      profile: expectation.file,
      audit: run.audit,
    },
  };
}
