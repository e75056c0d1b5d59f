import type { Address } from "../facts/address.js";
import type { Identity } from "../facts/asset.js";
import type { Finding } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import type { HostView, RunView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import { exceptionEnd } from "../profile/exceptionRules.js";
import { type Identities, identityOf } from "../profile/identities.js";
import type { Exception } from "../profile/profile.js";

/** What every rule needs: the run, the profile, who the hosts are, and where the findings go. */
export interface Judging {
  readonly view: RunView;
  readonly profile: BoundProfile | null;
  /** Null: every address is a host of its own, and nobody's. */
  readonly identities: Identities | null;
  readonly hosts: ReadonlyMap<Address, HostView>;
  /** The run's end, or its start while it goes on: what ages are counted to, and when exceptions hold. */
  readonly now: Instant;
  readonly findings: Finding[];
  /** Fingerprints of what was said of exceptions: two of them at one port are told of once. */
  readonly told: Set<string>;
  /** When exceptions end, by their last day: many share it, and working it out in a zone is dear. */
  readonly ends: Map<string, Instant>;
}

/** Begins judging one run. Without a profile `identities` tells who the hosts are. */
export function beginJudging(
  view: RunView,
  profile: BoundProfile | null,
  identities: Identities | null,
): Judging {
  return {
    view,
    profile,
    identities: profile?.identities ?? identities,
    hosts: new Map(view.hosts.map((host) => [host.address, host])),
    now: nowOf(view),
    findings: [],
    told: new Set(),
    ends: new Map(),
  };
}

/** The run's end, or its start while it goes on. */
export function nowOf({ run }: RunView): Instant {
  return run.endedAt ?? run.startedAt;
}

/** The last millisecond of the exception. */
export function endOf({ profile, ends }: Judging, exception: Exception): Instant {
  const known = ends.get(exception.expires);
  if (known !== undefined) return known;
  const end = exceptionEnd(exception, profile?.zone ?? "UTC");
  ends.set(exception.expires, end);
  return end;
}

/** Who the address belongs to; one that nobody knows is a host of its own. */
export function identityAt({ identities }: Pick<Judging, "identities">, address: Address): Identity {
  const known = identities === null ? null : identityOf(identities, address);
  return known ?? { name: null, names: [], addresses: [address], owner: null, system: null, tags: [] };
}

/**
 * The host's addresses that the run's view has, in the order of its identity. Findings about the whole host stand at
 * the first: as long as the same addresses are asked, it is the same from week to week, and so is the fingerprint.
 */
export function hostsOf(
  { identities, hosts }: Pick<Judging, "identities" | "hosts">,
  address: Address,
): readonly HostView[] {
  const known = identities === null ? null : identityOf(identities, address);
  const found: HostView[] = [];
  for (const each of known?.addresses ?? [address]) {
    const host = hosts.get(each);
    if (host !== undefined) found.push(host);
  }
  return found;
}

/** Where this vantage meets the machine: every address that the run must ask before it can say that something is missing. */
export function exposedAt({ identities }: Pick<Judging, "identities">, address: Address): readonly Address[] {
  const known = identities === null ? null : identityOf(identities, address);
  return (known === null ? null : identities?.exposed.get(known)) ?? [address];
}

/** The hosts of all these addresses; null where one was not asked or answered nothing: of it no port is known. */
export function answeringAll(
  { hosts }: Pick<Judging, "hosts">,
  addresses: readonly Address[],
): readonly HostView[] | null {
  const found: HostView[] = [];
  for (const address of addresses) {
    const host = hosts.get(address);
    if (host === undefined || isAbsent(host)) return null;
    found.push(host);
  }
  return found;
}

/** Of a host that answered nothing no port is known. */
export function isAbsent({ presence }: Pick<HostView, "presence">): boolean {
  return presence === "silent" || presence === "vanished";
}
