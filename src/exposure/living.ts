import type { Address } from "../facts/address.js";
import type { Finding, FindingRule } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HostView, RunView } from "../facts/view.js";
import { type BoundProfile, profiledAddresses } from "../profile/bind.js";
import type { Identities } from "../profile/identities.js";
import { type AddressSet, emptyAddressSet, hasAddress } from "../scope/addressSet.js";
import { askedAddresses } from "./askedAddresses.js";
import { nowOf } from "./judging.js";
import type { JudgedRun } from "./life.js";
import { placeOf } from "./portLook.js";

/** What decides the fate of findings: the run, what it judged, and what stood before it. */
export interface Living {
  readonly view: RunView;
  readonly profile: BoundProfile | null;
  readonly identities: Identities | null;
  readonly hosts: ReadonlyMap<Address, HostView>;
  readonly now: Instant;
  readonly confirmRuns: 1 | 2;
  /** What this run judged, by fingerprint. */
  readonly judged: ReadonlyMap<string, Finding>;
  /** The same, by `placeOf`. */
  readonly judgedAt: ReadonlyMap<string, readonly Finding[]>;
  /** The same, by the exception that covers them or that they are about. */
  readonly judgedByException: ReadonlyMap<string, readonly Finding[]>;
  /** What was known before, of every status, by `placeOf`. */
  readonly knownAt: ReadonlyMap<string, readonly Finding[]>;
  /** IANA zone in which exceptions end their last day. */
  readonly zone: string;
  /** The audit whose profile the finding was judged by, where that is another one than this run's. */
  otherAudit(finding: Finding): string | null;
  /** Whether the run set out to ask the address. */
  isAsked(address: Address): boolean;
  /** Of the profile; empty without. */
  profiled(): AddressSet;
}

export function beginLiving(
  { view, judgement, profile, zone = "UTC", auditOf }: JudgedRun,
  before: readonly Finding[],
): Living {
  let asked: AddressSet | null = null;
  let profiled: AddressSet | null = null;
  return {
    view,
    profile,
    identities: profile?.identities ?? null,
    hosts: new Map(view.hosts.map((host) => [host.address, host])),
    now: nowOf(view),
    confirmRuns: profile?.profile.defaults.confirmRuns ?? 2,
    judged: new Map(judgement.findings.map((finding) => [finding.fingerprint, finding])),
    judgedAt: groupBy(judgement.findings, (finding) => placeOf(finding.address, finding)),
    judgedByException: groupBy(judgement.findings, ({ exception }) => exception?.id ?? null),
    knownAt: groupBy(before, (finding) => placeOf(finding.address, finding)),
    zone: profile?.zone ?? zone,
    otherAudit({ run }) {
      const audit = auditOf?.(run) ?? null;
      return audit === null || view.run.audit === null || audit === view.run.audit ? null : audit;
    },
    isAsked(address) {
      asked ??= askedAddresses(view.run);
      return hasAddress(asked, address);
    },
    profiled() {
      profiled ??= profile === null ? emptyAddressSet : profiledAddresses(profile);
      return profiled;
    },
  };
}

/** By a key; what has none is left out. */
function groupBy(
  findings: readonly Finding[],
  keyOf: (finding: Finding) => string | null,
): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return groups;
}

/** The port a finding is about; null for the host itself. */
export function portOf({ protocol, port }: Pick<Finding, "protocol" | "port">): Port | null {
  return protocol === null || port === null ? null : { protocol, port };
}

export function isAboutException({ rule }: Pick<Finding, "rule">): boolean {
  return rule === "exception-expired" || rule === "exception-unused";
}

/** What an open port can be a finding for. At most one of them is judged at a port. */
export const OPEN_PORT_RULES: ReadonlySet<FindingRule> = new Set([
  "unexpected-open",
  "forbidden-open",
  "vantage-violation",
  "unconfirmed",
  "wrong-service",
]);

/** The finding that the run has of the open port at this place. */
export function openPortFinding(living: Living, address: Address, port: Port): Finding | null {
  const here = living.judgedAt.get(placeOf(address, port)) ?? [];
  return here.find(({ rule }) => OPEN_PORT_RULES.has(rule)) ?? null;
}

/** The run judged the same of the same machine (or the same exception), and it stands at another address now. */
export function toldElsewhere(living: Living, was: Finding, addresses: readonly Address[]): Address | null {
  for (const address of addresses) {
    if (address === was.address) continue;
    const here = living.judgedAt.get(placeOf(address, was)) ?? [];
    if (here.some(({ rule }) => rule === was.rule)) return address;
  }
  return null;
}
