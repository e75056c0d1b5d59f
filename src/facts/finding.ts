import type { Address } from "./address.js";
import type { Protocol } from "./port.js";
import type { Instant, RunId } from "./run.js";
import type { HostView } from "./view.js";

export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const FINDING_RULES = [
  "unexpected-open",
  "forbidden-open",
  "required-missing",
  "wrong-service",
  "vantage-violation",
  "exception-expired",
  "exception-unused",
  "host-unknown",
  "host-missing",
  "firewall-hole",
  "unconfirmed",
] as const;
/** Stable ids: they are in fingerprints, in other people's scripts and in reports. */
export type FindingRule = (typeof FINDING_RULES)[number];

export const FINDING_STATUSES = [
  "open",
  "accepted",
  "closed",
  "silenced",
  "closed-by-plan",
  "profile-changed",
] as const;
/**
 * `accepted`: an exception covers it. `closed`: proved gone (for an open port: a reset, or a UDP port unreachable).
 * `silenced`: it no longer answers and nothing proves that it is gone; it raises no alarm and is never called closed.
 * `profile-changed`: still as it was, and the profile no longer minds. `closed-by-plan` comes with close plans.
 */
export type FindingStatus = (typeof FINDING_STATUSES)[number];

/** The exception that covers a finding, or covered it until it ended. */
export interface FindingException {
  readonly id: string;
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string | null;
  readonly approvedBy: string | null;
  /** The last day it holds, `YYYY-MM-DD` in the zone of the configuration. */
  readonly expires: string;
  readonly line: ProfileLine;
}

/** A line of a profile, for messages and for the report. */
export interface ProfileLine {
  readonly file: string;
  readonly line: number;
}

/** design.md's finding row, and what issue 10 added to it. */
export interface Finding {
  /** 16 hex digits over (realm, vantage, rule, address, protocol, port). */
  readonly fingerprint: string;
  readonly rule: FindingRule;
  readonly severity: Severity;
  readonly status: FindingStatus;
  readonly address: Address;
  readonly protocol: Protocol | null;
  readonly port: number | null;
  readonly vantage: string;
  readonly realm: string;
  /** Who answers for it: the profile's entry or group, else the profile's host, else the asset. */
  readonly owner: string | null;
  /** What the profile's `hosts` or the asset list calls the host; null where neither knows it. */
  readonly host: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  /** Whole days from `firstSeen` to the run. */
  readonly ageDays: number;
  /** The last run that judged it. */
  readonly run: RunId;
  /** One sentence for people: what was seen, what was expected. May hold hostile text: escape it where it is shown. */
  readonly evidence: string;
  /** False while the evidence was seen once only: it is shown and raises no alarm. */
  readonly confirmed: boolean;
  /** By when it should be settled (`firstSeen` and the days its severity has); null where the profile gives none. */
  readonly due: Instant | null;
  /** Open, and `due` is over. */
  readonly overdue: boolean;
  readonly exception: FindingException | null;
  readonly profile: ProfileLine | null;
  /** Why it still stands although this run did not see it (not covered, silent for the first time); null: it was seen. */
  readonly carried: string | null;
}

/** A finding goes from one status to another. */
export interface FindingTransition {
  readonly fingerprint: string;
  /** The run it came with; of a person's act between runs the last one that judged the finding. */
  readonly run: RunId;
  readonly at: Instant;
  /** Null: it was not known before. */
  readonly from: FindingStatus | null;
  readonly to: FindingStatus;
  /** Who: the run's operator, or who accepted it. */
  readonly person: string;
  readonly why: string;
}

/** What a profile says of one port: a list's word, `unreviewed` (listed, but nobody answers for it), or `unlisted`. */
export type Verdict = "required" | "allowed" | "forbidden" | "unreviewed" | "unlisted";

/** An open port and what the profile says of it. Rows with `row.covered` false show the last proved state. */
export interface JudgedPort {
  readonly host: HostView;
  readonly row: HostView["ports"][number];
  readonly verdict: Verdict;
  /** The profile line that decided, null where none did. */
  readonly line: ProfileLine | null;
  readonly owner: string | null;
  /** What the profile's `hosts` or the asset list calls the host. */
  readonly hostName: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
  readonly why: string;
}

/** A run judged. */
export interface Judgement {
  /** `open` and `accepted`; with a life also those that earlier runs left open and this one did not settle. */
  readonly findings: readonly Finding[];
  readonly ports: readonly JudgedPort[];
  /** The findings that this run settled, each with its new status; empty without a life. */
  readonly settled: readonly Finding[];
  /** What could not be judged, and why. */
  readonly notes: readonly string[];
}
