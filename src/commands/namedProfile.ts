/** The profile that a command is about, and from where hosts are looked at. */
import { resolveAudit } from "../config/audit.js";
import type { Asset } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import type { BoundProfile } from "../profile/bind.js";
import { suggestWord } from "../profile/nearWord.js";
import { plainText } from "../profile/problem.js";
import type { Profile } from "../profile/profile.js";
import { bindFor, type Expectation, resolveExpectation } from "./judging.js";
import { readProfileFrom } from "./profileSource.js";
import type { Session } from "./session.js";
import { profileOf } from "./storedRun.js";

/** Where hosts are looked at from. */
export interface Place {
  readonly vantage: string;
  readonly realm: string;
}

/** An expectation that has a profile. */
export type Named = Expectation & { readonly profile: Profile };

/**
 * Reads the profile of the flag (`-`: standard input), else the configuration's.
 * @throws PortreeveError `usage` where none is named or it is wrong
 */
export async function readNamedProfile(flag: string | undefined, session: Session): Promise<Profile> {
  const file = profileOf(flag, null, session);
  if (file === null) {
    throw new PortreeveError("usage", "no profile was named", {
      hint: "give --profile FILE, or set profile: in portreeve.yaml; portreeve profile init writes a first one",
    });
  }
  return readProfileFrom(file);
}

/** The profile with what the names in it resolve to. */
export async function resolveNamed(profile: Profile, assets: readonly Asset[]): Promise<Named> {
  return { ...(await resolveExpectation(profile, assets)), profile };
}

/**
 * The vantage and realm of the flags, else the configuration's.
 * @throws PortreeveError `usage` for a vantage that the profile, which lists its own, does not have
 */
export function placeOf(
  flags: { readonly vantage?: string; readonly realm?: string },
  { vantages }: Profile,
  session: Session,
): Place {
  const { vantage, realm } = resolveAudit(session.config, null);
  if (flags.vantage !== undefined) requireVantage(vantages, flags.vantage);
  return { vantage: flags.vantage ?? vantage, realm: flags.realm ?? realm };
}

/**
 * A misspelt vantage would be one of which the profile says nothing, and nothing is what it would find.
 * @throws PortreeveError `usage` for a vantage that the profile, which lists its own, does not have
 */
export function requireVantage(vantages: Profile["vantages"], name: string): void {
  const known = vantages.map((each) => each.name);
  if (known.length === 0 || known.includes(name)) return;
  throw new PortreeveError("usage", `the profile has no vantage ${plainText(name)}`, {
    hint: (suggestWord(name, known) || `it has ${known.join(", ")}`).replace(/^; /, ""),
  });
}

/** The profile as it holds seen from a place. */
export function bindAt(named: Named, place: Place, session: Session): BoundProfile {
  const bound = bindFor(named, place, session.zone);
  if (bound === null) throw new PortreeveError("failed", "there is no profile to bind");
  return bound;
}
