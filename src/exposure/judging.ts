import type { Address } from "../facts/address.js";
import type { Finding, FindingRule, ProfileLine, Severity } from "../facts/finding.js";
import type { Confidence } from "../facts/observation.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HostView, RunView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import { fingerprintOf } from "./fingerprint.js";
import { severityOf } from "./severity.js";

/** What every rule needs: the run, the profile, and where the findings go. */
export interface Judging {
  readonly view: RunView;
  readonly profile: BoundProfile | null;
  /** The run's end, or its start while it goes on: what ages are counted to. */
  readonly now: Instant;
  readonly findings: Finding[];
}

/** What one rule has to say; the rest of the finding follows from the run. */
export interface Draft {
  readonly rule: FindingRule;
  readonly address: Address;
  /** Null for what is said of a whole host. */
  readonly port: Port | null;
  /** What the profile's entry or group says of the severity. */
  readonly stated: Severity | null;
  readonly highRisk?: "reason" | "besides" | null;
  readonly owner: string | null;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly evidence: string;
  readonly confirmed: boolean;
  readonly line: ProfileLine | null;
  /** The host is the bastion itself. */
  readonly local: boolean;
}

const DAY = 86_400_000;
const LOCAL = "on the bastion itself, seen through loopback: not exposure";

/** Begins judging one run. */
export function beginJudging(view: RunView, profile: BoundProfile | null): Judging {
  return { view, profile, now: view.run.endedAt ?? view.run.startedAt, findings: [] };
}

/** Adds a finding. On the bastion's own addresses it is never more than `info`. */
export function addFinding({ view, profile, now, findings }: Judging, draft: Draft): void {
  const { rule, address, port, stated, highRisk = null, local, evidence } = draft;
  const { realm, vantage, id } = view.run;
  const about = { realm, vantage, rule, address, protocol: port?.protocol ?? null, port: port?.port ?? null };
  const severity = severityOf({ rule, stated, highRisk }, profile?.profile.defaults.severity ?? null);
  findings.push({
    fingerprint: fingerprintOf(about),
    rule,
    address,
    protocol: about.protocol,
    port: about.port,
    vantage,
    realm,
    severity: local ? "info" : severity,
    status: "open",
    owner: draft.owner,
    firstSeen: draft.firstSeen,
    lastSeen: draft.lastSeen,
    ageDays: Math.max(0, Math.floor((now - draft.firstSeen) / DAY)),
    run: id,
    evidence: local ? `${evidence} (${LOCAL})` : evidence,
    confirmed: draft.confirmed,
    profile: draft.line,
  });
}

/** Whether a row raises an alarm: confirmed in this run, or seen by an earlier covering run too. */
export function isConfirmed(
  { view }: Judging,
  { confidence, firstSeen }: { readonly confidence: Confidence; readonly firstSeen: Instant },
): boolean {
  return confidence === "confirmed" || firstSeen < view.run.startedAt;
}

/** Whether a row's port is open: an answer, not the `open|filtered` of silence. */
export function isOpen({ state, proof }: Pick<HostView["ports"][number], "state" | "proof">): boolean {
  return state === "open" && (proof === "open" || proof === "unstable");
}

/** Whether the port answers for everybody, so that "open" says nothing of a service. */
export function isFlagged({ confidence }: { readonly confidence: Confidence }): boolean {
  return confidence === "tarpit" || confidence === "middlebox";
}
