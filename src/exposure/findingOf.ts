import type { Address } from "../facts/address.js";
import type { Finding, FindingException, FindingRule, ProfileLine, Severity } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { agedTo, dueOf } from "./due.js";
import { fingerprintOf } from "./fingerprint.js";
import { identityAt, type Judging } from "./judging.js";
import { severityOf } from "./severity.js";

/** What one rule has to say; the rest of the finding follows from the run. */
export interface Draft {
  readonly rule: FindingRule;
  readonly address: Address;
  /** Null for what is said of a whole host. */
  readonly port: Port | null;
  /** What the profile's entry or group says of the severity. */
  readonly stated: Severity | null;
  readonly highRisk?: "reason" | "besides" | null;
  /** Null: whoever answers for the host. */
  readonly owner: string | null;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly evidence: string;
  readonly confirmed: boolean;
  readonly line: ProfileLine | null;
  /** The host is the bastion itself. */
  readonly local: boolean;
}

const LOCAL = "on the bastion itself, seen through loopback: not exposure";

/** The finding that a draft makes. On the bastion's own addresses it is never more than `info`. */
export function findingOf(
  judging: Judging,
  draft: Draft,
  covering: { readonly status: Finding["status"]; readonly exception: FindingException | null },
): Finding {
  const { view, profile, now } = judging;
  const { rule, address, port, stated, highRisk = null, local, evidence, firstSeen } = draft;
  const { realm, vantage, id } = view.run;
  const about = { realm, vantage, rule, address, protocol: port?.protocol ?? null, port: port?.port ?? null };
  const defaults = profile?.profile.defaults ?? null;
  const severity = local ? "info" : severityOf({ rule, stated, highRisk }, defaults?.severity ?? null);
  const due = dueOf({ severity, firstSeen }, defaults?.dueDays ?? null);
  const { name: host, owner, system, tags } = identityAt(judging, address);
  return {
    fingerprint: fingerprintOf(about),
    rule,
    address,
    protocol: about.protocol,
    port: about.port,
    vantage,
    realm,
    severity,
    status: covering.status,
    owner: draft.owner ?? owner,
    host,
    system,
    tags,
    firstSeen,
    lastSeen: draft.lastSeen,
    ...agedTo(now, { status: covering.status, firstSeen, due }),
    run: id,
    evidence: local ? `${evidence} (${LOCAL})` : evidence,
    confirmed: draft.confirmed,
    due,
    exception: covering.exception,
    profile: draft.line,
    carried: null,
  };
}
