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
  "host-unknown",
  "host-missing",
  "firewall-hole",
  "unconfirmed",
] as const;
/** Stable ids: they are in fingerprints, in other people's scripts and in reports. */
export type FindingRule = (typeof FINDING_RULES)[number];

/** A line of a profile, for messages and for the report. */
export interface ProfileLine {
  readonly file: string;
  readonly line: number;
}

/** design.md's finding row. */
export interface Finding {
  /** 16 hex digits over (realm, vantage, rule, address, protocol, port). */
  readonly fingerprint: string;
  readonly rule: FindingRule;
  readonly severity: Severity;
  /** Later issues add `accepted`, `closed`, … */
  readonly status: "open";
  readonly address: Address;
  readonly protocol: Protocol | null;
  readonly port: number | null;
  readonly vantage: string;
  readonly realm: string;
  readonly owner: string | null;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  /** Whole days from `firstSeen` to the run. */
  readonly ageDays: number;
  readonly run: RunId;
  /** One sentence for people: what was seen, what was expected. May hold hostile text: escape it where it is shown. */
  readonly evidence: string;
  /** False while the evidence was seen once only: it is shown and raises no alarm. */
  readonly confirmed: boolean;
  readonly profile: ProfileLine | null;
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
  readonly why: string;
}

/** A run judged. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly ports: readonly JudgedPort[];
  /** What could not be judged, and why. */
  readonly notes: readonly string[];
}
