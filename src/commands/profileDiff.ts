/** `portreeve profile diff`: what a change of the profile would open and settle, on a run that is stored. */
import type { Command } from "commander";
import { silentAddresses } from "../exposure/askedAddresses.js";
import { compareFindings } from "../exposure/compareFindings.js";
import { judge } from "../exposure/judge.js";
import { liveOn } from "../exposure/life.js";
import type { Address } from "../facts/address.js";
import type { Asset } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import type { JudgingBasis } from "../facts/profileText.js";
import type { RunId } from "../facts/run.js";
import { bindProfile, namesToResolve } from "../profile/bind.js";
import { bindIdentities } from "../profile/identities.js";
import type { Profile } from "../profile/profile.js";
import { type DiffSide, renderProfileDiff } from "../report/profileDiff.js";
import { openStore } from "../store/openStore.js";
import { parseRunId } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { type Format, formatOption } from "./profileOptions.js";
import { readProfileFrom } from "./profileSource.js";
import { tryResolveNames } from "./resolveNames.js";
import { openSession } from "./session.js";
import { chooseRun } from "./storedRun.js";

const EXAMPLES = `
Examples:
  portreeve profile diff profile.yaml new.yaml           on the last run
  portreeve profile diff new.yaml                        against what the last run was judged by
  git show HEAD:profile.yaml | portreeve profile diff - profile.yaml
  portreeve profile diff profile.yaml new.yaml --run 12 --format json
`;

interface DiffOptions {
  readonly run?: number;
  readonly format: Format;
}

export function addProfileDiff(profile: Command): void {
  profile
    .command("diff")
    .summary("findings that a change of the profile would open and settle")
    .description(
      `Judges a stored run by two profiles and tells what would open, be settled or change. Nothing is written.\n${EXAMPLES}`,
    )
    .argument("<a>", "the profile as it is; - reads standard input")
    .argument("[b]", "as it would be; without it A is that, compared with what the run was judged by")
    .option("--run <n>", "the run (default: the last one)", parseRunId)
    .addOption(formatOption())
    .action(diffProfiles);
}

async function diffProfiles(
  a: string,
  b: string | undefined,
  options: DiffOptions,
  command: Command,
): Promise<void> {
  if (a === "-" && b === "-") {
    throw new PortreeveError("usage", "standard input can be one of the two profiles, not both", {
      hint: "write one of them to a file",
    });
  }
  const session = await openSession(command);
  const given = b === undefined ? null : await readSide(a, b);
  const proposed = await readSide(b ?? a, b === undefined ? "." : a);
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const run = chooseRun(store, options, session);
    const basis = store.judgingBasis(run);
    const before = given ?? (await keptSide(basis, run));
    const assets = store.assetsAt();
    const names = await resolveFor([before.profile, proposed.profile], assets, basis);
    const view = store.runView(run);
    const known = store.findingsBefore(run);
    const findingsBy = ({ profile }: Side) => {
      const seen = { ...view.run, zone: session.zone, names, assets };
      const bound = profile === null ? null : bindProfile(profile, seen);
      const identities = bound?.identities ?? bindIdentities([], assets, view.run);
      const judgement = judge(view, bound, { identities, silent: silentAddresses(view) });
      // What earlier runs left open stands or falls with the profile, too.
      return liveOn({ view, judgement, profile: bound, zone: session.zone }, known, view.run.operator)
        .judgement.findings;
    };
    const compared = compareFindings(findingsBy(before), findingsBy(proposed));
    const diff = { run: view.run, a: before.side, b: proposed.side, ...compared };
    printDocument(renderProfileDiff(diff, options.format, { zone: session.zone, ...session.look }));
  } finally {
    store.close();
  }
}

interface Side {
  readonly profile: Profile | null;
  readonly side: DiffSide;
}

async function readSide(file: string, beside: string): Promise<Side> {
  return sideOf(await readProfileFrom(file, beside), false);
}

async function sideOf(profile: Profile, kept: boolean): Promise<Side> {
  const { profileHash } = await import("../profile/parse.js");
  return { profile, side: { file: profile.file, hash: profileHash(profile), kept } };
}

/** What the run was judged by. */
async function keptSide(basis: JudgingBasis | null, run: RunId): Promise<Side> {
  if (basis === null || (basis.profileHash !== null && basis.profile.length === 0)) {
    throw new PortreeveError("usage", `by which profile run ${run} was judged is not kept`, {
      hint: "name both: portreeve profile diff OLD NEW",
    });
  }
  if (basis.profile.length === 0) return { profile: null, side: { file: null, hash: null, kept: true } };
  const { profileFromTexts } = await import("../profile/parse.js");
  return sideOf(profileFromTexts(basis.profile), true);
}

/**
 * One answer for each name in both profiles, so that nothing but the profiles differs: what the name resolved to when
 * the run was judged, else what it resolves to now.
 */
async function resolveFor(
  profiles: readonly (Profile | null)[],
  assets: readonly Asset[],
  basis: JudgingBasis | null,
): Promise<ReadonlyMap<string, readonly Address[]>> {
  const wanted = new Set(
    profiles.flatMap((profile) => (profile === null ? [] : namesToResolve(profile, assets))),
  );
  const then = [...(basis?.names ?? [])].filter(([, addresses]) => addresses.length > 0);
  const names = new Map(then);
  const { resolved, failed } = await tryResolveNames([...wanted].filter((name) => !names.has(name)));
  for (const name of failed) printMessage(`warning: ${name} does not resolve, so that it matches nothing`);
  return new Map([...names, ...resolved]);
}
