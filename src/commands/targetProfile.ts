/** The profile that a person's decision is written into, and what it then says of a finding. */
import { realpathSync } from "node:fs";
import type { Asset } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import type { Finding, FindingException } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import { bindProfile } from "../profile/bind.js";
import { findException } from "../profile/exceptionRules.js";
import type { Profile } from "../profile/profile.js";
import { plain } from "../report/escape.js";
import { readProfile } from "./judging.js";
import { type ProfileFile, readProfileFile } from "./profileFile.js";
import type { Session } from "./session.js";
import { profileOf } from "./storedRun.js";

export interface ChosenProfile {
  readonly profile: Profile;
  /** What the file to be written is called in the profile: the profile itself, or one that it includes. */
  readonly name: string;
  readonly file: ProfileFile;
}

/**
 * The profile of the flag, else of the audit, else of the configuration. A flag may name a file that the configured
 * profile includes: then it is that profile, and that file of it.
 * @throws PortreeveError `usage` where there is none or it is wrong
 */
export async function chooseProfile(
  flag: string | undefined,
  audit: string | null,
  session: Session,
): Promise<ChosenProfile> {
  const configured = profileOf(undefined, audit, session);
  const part = flag === undefined || configured === null ? null : await findPart(configured, flag);
  if (part !== null) return open(part.profile, part.name);
  const profile = await readProfile(flag ?? configured);
  if (profile === null) {
    throw new PortreeveError("usage", "no profile was named, and an exception stands in a profile", {
      hint: "give --profile FILE, or set profile: in portreeve.yaml; portreeve profile init writes a first one",
    });
  }
  return open(profile, profile.file);
}

async function findPart(root: string, flag: string): Promise<{ profile: Profile; name: string } | null> {
  const wanted = realPath(flag);
  const profile = wanted === null || realPath(root) === wanted ? null : await tryRead(root);
  const part = profile?.files.find(({ name }) => realPath(name) === wanted);
  return profile === null || part === undefined ? null : { profile, name: part.name };
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    // Whoever reads it tells why.
    return null;
  }
}

async function tryRead(path: string): Promise<Profile | null> {
  try {
    return await readProfile(path);
  } catch (error) {
    // The file of the flag may be a profile of its own; a broken one beside it is no hindrance.
    if (error instanceof PortreeveError) return null;
    throw error;
  }
}

function open(profile: Profile, name: string): ChosenProfile {
  const file = readProfileFile(name);
  if (profile.files.find((each) => each.name === name)?.text !== file.text) {
    throw new PortreeveError("failed", `${plain(name)} was changed while it was read`, {
      hint: "run the command again",
    });
  }
  return { profile, name, file };
}

/** The profile as it would be with another text in that file. */
export async function withText({ profile, name }: ChosenProfile, text: string): Promise<Profile> {
  const { profileFromTexts } = await import("../profile/parse.js");
  return profileFromTexts(profile.files.map((each) => (each.name === name ? { name, text } : each)));
}

/** The exception of the profile that covers the finding now; null where none does. */
export function coverOf(
  profile: Profile,
  about: {
    readonly finding: Finding;
    readonly zone: string;
    readonly assets: readonly Asset[];
    readonly now: Instant;
  },
): FindingException | null {
  const { finding, zone, assets, now } = about;
  const { vantage, realm, address, protocol, port, rule } = finding;
  const bound = bindProfile(profile, { vantage, realm, zone, assets, names: new Map() });
  const at = protocol === null || port === null ? null : { protocol, port };
  const cover = findException(bound, { address, port: at, rule }, now);
  if (cover === null || !cover.active) return null;
  const { id, owner, reason, ticket, approvedBy, expires, line } = cover.exception;
  return { id, owner, reason, ticket, approvedBy, expires, line };
}
