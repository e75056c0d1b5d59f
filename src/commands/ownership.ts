/** Whose port is it? By the profile, line by line, then by its hosts and the asset lists. */
import type { Address } from "../facts/address.js";
import type { Identity } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { BoundProfile } from "../profile/bind.js";
import { expectPort } from "../profile/expectation.js";
import { bindIdentities, type Identities, identityOf } from "../profile/identities.js";
import { UNREVIEWED } from "../profile/profile.js";
import type { Store } from "../store/store.js";
import { bindFor, type Expectation, loadExpectation } from "./judging.js";
import { printMessage } from "./output.js";
import type { Session } from "./session.js";
import { profileOf } from "./storedRun.js";

export interface Ownership {
  readonly owner: string | null;
  /** What the profile or the asset list calls the host. */
  readonly host: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
}

interface Place {
  readonly vantage: string;
  readonly realm: string;
}

export interface Owners {
  /** Neither a profile nor an asset list is there: nobody can be known. */
  readonly areUnknown: boolean;
  readonly ofPort: (row: { readonly address: Address } & Port & Place) => Ownership;
  readonly ofHost: (address: Address, place: Place) => Identity | null;
}

/** Adds to each row who answers for it. */
export function ownersOf<T extends { readonly address: Address } & Port & Place>(
  rows: readonly T[],
  owners: Owners,
): readonly (T & Ownership)[] {
  return rows.map((row) => ({ ...row, ...owners.ofPort(row) }));
}

/**
 * Who answers for what: by the profile that `flag` names, else the configuration's, and the asset lists in force at
 * `at` (default: now).
 * @throws PortreeveError `usage` where the profile that was named cannot be read; the configuration's is then left out
 */
export async function loadOwners(
  store: Store,
  session: Session,
  { profile: flag, at }: { readonly profile?: string; readonly at?: Instant },
): Promise<Owners> {
  const then = store.assetsAt(at);
  // Before the first list the owners of today are better than none.
  const assets = then.length > 0 ? then : store.assetsAt();
  const file = profileOf(flag, null, session);
  const expectation = await loadExpectation(file, assets).catch(async (error: unknown) => {
    // A list of open ports must not fail for a slip in a file that was not asked for.
    if (flag !== undefined || !(error instanceof PortreeveError)) throw error;
    printMessage(`warning: without the profile, owners come from the asset lists alone: ${error.message}`);
    return loadExpectation(null, assets);
  });
  for (const warning of expectation.warnings) printMessage(`warning: ${warning}`);
  return ownersBy(expectation, session.zone);
}

/** The same, from what was read already. Each vantage of each realm is bound once. */
export function ownersBy(expectation: Expectation, zone: string): Owners {
  const bindings = new Map<string, Binding>();
  const bindingOf = ({ vantage, realm }: Place): Binding => {
    const key = `${realm}\0${vantage}`;
    let binding = bindings.get(key);
    if (binding === undefined) {
      const profile = bindFor(expectation, { vantage, realm }, zone);
      const seen = { vantage, realm };
      binding = {
        profile,
        identities: profile?.identities ?? bindIdentities([], expectation.assets, seen),
      };
      bindings.set(key, binding);
    }
    return binding;
  };
  return {
    areUnknown: expectation.profile === null && expectation.assets.length === 0,
    ofHost: (address, place) => identityOf(bindingOf(place).identities, address),
    ofPort: (row) => ownershipBy(bindingOf(row), row),
  };
}

interface Binding {
  readonly profile: BoundProfile | null;
  readonly identities: Identities;
}

function ownershipBy({ profile, identities }: Binding, row: { readonly address: Address } & Port): Ownership {
  const identity = identityOf(identities, row.address);
  const said = profile === null ? null : expectPort(profile, row.address, row).owner;
  return {
    owner: reviewed(said) ?? reviewed(identity?.owner ?? null),
    host: identity?.name ?? null,
    system: identity?.system ?? null,
    tags: identity?.tags ?? [],
  };
}

/** `unreviewed` is nobody. */
function reviewed(owner: string | null): string | null {
  return owner?.toLowerCase() === UNREVIEWED ? null : owner;
}

/** Whether a word is the one asked for: owners, systems and tags are asked for without regard to case. */
export function sameWord(word: string | null, asked: string): boolean {
  return word !== null && word.toLowerCase() === asked.trim().toLowerCase();
}
