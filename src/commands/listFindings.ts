/** Which findings of the store are meant, and in which order they are told. */
import { sortFindings } from "../exposure/judge.js";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import {
  type Finding,
  type FindingRule,
  type FindingStatus,
  SEVERITIES,
  type Severity,
} from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { plain } from "../report/escape.js";
import type { ListedFinding } from "../report/findingRows.js";
import { findingPort } from "../report/findingWords.js";
import type { Store } from "../store/store.js";

/** Null, or an empty list: whatever it is. */
export interface FindingQuestion {
  readonly statuses: readonly FindingStatus[];
  readonly rule: FindingRule | null;
  /** At least so grave. */
  readonly severity: Severity | null;
  /** An address, or the name that the profile or an asset list has for the host. */
  readonly host: Address | { readonly name: string } | null;
  readonly port: Port | null;
  readonly owner: string | null;
  readonly vantage: string | null;
  readonly realm: string | null;
  readonly overdue: boolean;
}

/**
 * The findings that fit, as they are at `now`: the open ones first, gravest first; then the accepted ones, the end that
 * comes first before the others; then the settled ones, the newest first.
 */
export function listFindings(store: Store, asked: FindingQuestion, now: Instant): ListedFinding[] {
  const { vantage, realm, rule, host } = asked;
  const found = store
    .findings({
      ...(vantage === null ? {} : { vantage }),
      ...(realm === null ? {} : { realm }),
      ...(rule === null ? {} : { rule }),
      ...(typeof host === "string" ? { address: host } : {}),
    })
    .map((finding) => ({ ...finding, overdue: isOverdue(finding, now), ageDays: ageAt(finding, now) }))
    .filter((finding) => fits(finding, asked))
    .map((finding) => ({ ...finding, statusSince: statusSince(store, finding) }));
  return orderFindings(found);
}

const DAY = 86_400_000;

/** What stands grows older with every day; what is settled is as old as it became. */
function ageAt({ status, firstSeen, ageDays }: Finding, now: Instant): number {
  const stands = status === "open" || status === "accepted";
  return stands ? Math.max(0, Math.floor((now - firstSeen) / DAY)) : ageDays;
}

/** A finding that nobody has judged for a while grows overdue all the same. */
export function isOverdue({ status, due }: Finding, now: Instant): boolean {
  return status === "open" && due !== null && due < now;
}

function fits(finding: Finding, asked: FindingQuestion): boolean {
  const { statuses, severity, host, port, owner, overdue } = asked;
  return (
    (statuses.length === 0 || statuses.includes(finding.status)) &&
    (severity === null || SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(severity)) &&
    (host === null || typeof host === "string" || isSameWord(finding.host, host.name)) &&
    (port === null || (finding.protocol === port.protocol && finding.port === port.port)) &&
    (owner === null || isSameWord(finding.owner, owner)) &&
    (!overdue || finding.overdue)
  );
}

function isSameWord(a: string | null, b: string): boolean {
  return a !== null && a.toLowerCase() === b.toLowerCase();
}

function statusSince(store: Store, { fingerprint, status }: Finding): Instant | null {
  return store.transitionsOf(fingerprint).findLast(({ to }) => to === status)?.at ?? null;
}

function orderFindings(findings: readonly ListedFinding[]): ListedFinding[] {
  const byFingerprint = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  const graves = sortFindings([...findings]).flatMap(
    ({ fingerprint }) => byFingerprint.get(fingerprint) ?? [],
  );
  const accepted = graves.filter(({ status }) => status === "accepted");
  const settled = graves.filter(({ status }) => status !== "open" && status !== "accepted");
  return [
    ...graves.filter(({ status }) => status === "open"),
    ...accepted.toSorted((a, b) => compareTexts(endOf(a), endOf(b))),
    ...settled.toSorted((a, b) => (b.statusSince ?? 0) - (a.statusSince ?? 0)),
  ];
}

function endOf({ exception }: Finding): string {
  return exception?.expires ?? "9999";
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The finding whose fingerprint begins so.
 * @throws PortreeveError `usage` where none does or several do
 */
export function chooseFinding(store: Store, prefix: string): Finding {
  if (!/^[0-9a-f]{1,16}$/i.test(prefix)) {
    throw new PortreeveError("usage", `${JSON.stringify(prefix)} is no finding's fingerprint`, {
      hint: "write its first hex digits, as portreeve findings list shows them",
    });
  }
  const found = store.findFindings(prefix.toLowerCase());
  const [only, ...others] = found;
  if (only === undefined) {
    throw new PortreeveError("usage", `no finding's fingerprint begins with ${prefix}`, {
      hint: "portreeve findings list shows them all",
    });
  }
  if (others.length === 0) return only;
  const shown = found.slice(0, 20).map((each) => `\n  ${plain(each.fingerprint)}  ${nameFinding(each)}`);
  const left = found.length - shown.length;
  throw new PortreeveError(
    "usage",
    `${prefix} begins the fingerprints of ${found.length} findings:${shown.join("")}${left === 0 ? "" : `\n  and ${left} more`}`,
    { hint: "write more digits" },
  );
}

/** `forbidden-open on 10.0.3.7, 3306/tcp (open)`, for messages. */
function nameFinding(finding: Finding): string {
  return `${finding.rule} on ${finding.address}, ${findingPort(finding)} (${finding.status})`;
}
