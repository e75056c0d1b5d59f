/** What `profile explain` knows of a host, and the same for programs. */
import type { Identity } from "../facts/asset.js";
import type { ProfileLine, Severity, Verdict } from "../facts/finding.js";
import type { Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { toRfc3339 } from "./time.js";

/** An exception of the profile, as far as it is shown. */
export interface ExplainedException {
  readonly id: string;
  readonly rules: readonly string[] | null;
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string | null;
  readonly approvedBy: string | null;
  /** The last day it holds. */
  readonly expires: string;
  readonly line: ProfileLine;
}

/** An exception that covers something, over or not. */
export interface Cover {
  readonly exception: ExplainedException;
  readonly active: boolean;
}

/** Why a port must not be open from here though it may be from elsewhere. */
export type Elsewhere = "closed-from" | "not-from";

/** The entry that wins, as far as it is shown. */
export interface ExplainedEntry {
  /** The vantages from which it holds; null: everywhere. */
  readonly from: readonly string[] | null;
  readonly closedFrom: readonly string[];
  readonly service: string | null;
  readonly product: string | null;
  readonly version: string | null;
  readonly reason: string | null;
}

/** What the profile says of one port, or of neighbours it says the same of. */
export interface ExplainedRow {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
  /** `22/tcp` or `8000-8100/tcp` */
  readonly text: string;
  readonly expectation: {
    readonly verdict: Verdict;
    /** The entry that wins; null where none lists the port. */
    readonly entry: ExplainedEntry | null;
    readonly elsewhere: Elsewhere | null;
    readonly line: ProfileLine | null;
    readonly groupId: string | null;
    readonly owner: string | null;
    readonly severity: Severity | null;
    readonly highRisk: boolean;
    readonly why: string;
    readonly runnersUp: readonly {
      readonly verdict: Verdict;
      readonly elsewhere: Elsewhere | null;
      readonly line: ProfileLine;
      readonly groupId: string;
      readonly why: string;
    }[];
  };
  /** The exception that covers what an open port there would raise, over or not. */
  readonly exception: Cover | null;
}

export interface Explanation {
  readonly address: string;
  readonly vantage: string;
  readonly realm: string;
  /** The time for which exceptions were asked. */
  readonly at: Instant;
  /** Null: neither the profile's `hosts` nor an asset list knows the address. */
  readonly identity: Identity | null;
  /** The groups that match the host, the most specific first. */
  readonly groups: readonly {
    readonly group: { readonly id: string; readonly line: ProfileLine };
    /** `address 10.0.0.1` */
    readonly how: string;
  }[];
  /** Exceptions about the host itself, such as one for `host-missing`. */
  readonly hostExceptions: readonly Cover[];
  readonly rows: readonly ExplainedRow[];
}

/** Print it with `jsonText`. */
export function explanationJson(explained: Explanation) {
  const { address, vantage, realm, at, identity, groups, hostExceptions, rows } = explained;
  return {
    schemaVersion: 1,
    address,
    vantage,
    realm,
    at: toRfc3339(at),
    host: identity,
    groups: groups.map(({ group: { id, line }, how }) => ({ id, how, line })),
    hostExceptions: hostExceptions.map(exceptionJson),
    rows: rows.map(rowJson),
  };
}

function rowJson({ protocol, from, to, text, expectation, exception }: ExplainedRow) {
  const { verdict, elsewhere, entry, line, groupId, owner, severity, highRisk, why, runnersUp } = expectation;
  return {
    protocol,
    from,
    to,
    text,
    verdict,
    elsewhere,
    line,
    group: groupId,
    owner,
    severity,
    highRisk,
    why,
    vantages: entry === null ? null : { from: entry.from, closedFrom: entry.closedFrom },
    expects:
      entry === null ? null : { service: entry.service, product: entry.product, version: entry.version },
    exception: exception === null ? null : exceptionJson(exception),
    runnersUp: runnersUp.map((other) => ({
      verdict: other.verdict,
      elsewhere: other.elsewhere,
      line: other.line,
      group: other.groupId,
      why: other.why,
    })),
  };
}

function exceptionJson({ exception, active }: Cover) {
  const { id, rules, owner, reason, ticket, approvedBy, expires, line } = exception;
  return { id, active, expires, rules, owner, reason, ticket, approvedBy, line };
}
