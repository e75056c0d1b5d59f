import type { Finding, FindingException } from "../facts/finding.js";
import { findException } from "../profile/exceptionRules.js";
import type { Exception } from "../profile/profile.js";
import { type Draft, findingOf } from "./findingOf.js";
import { endOf, type Judging } from "./judging.js";

/**
 * Adds a finding. One that an exception covers is `accepted`; where the exception has ended it is open, and beside it
 * stands an `exception-expired`.
 */
export function addFinding(judging: Judging, draft: Draft): void {
  const { profile, now, findings } = judging;
  const covering = profile === null ? null : findException(profile, draft, now);
  if (covering === null) {
    findings.push(findingOf(judging, draft, { status: "open", exception: null }));
    return;
  }
  const exception = describeException(covering.exception);
  const status = covering.active ? "accepted" : "open";
  const finding = findingOf(judging, draft, { status, exception });
  findings.push(finding);
  if (!covering.active) addExpired(judging, draft, covering.exception, finding);
}

function addExpired(judging: Judging, draft: Draft, exception: Exception, covered: Finding): void {
  const { id, owner, expires, ticket } = exception;
  const told = ticket === null ? "" : ` (${ticket})`;
  addAboutException(judging, exception, {
    ...draft,
    rule: "exception-expired",
    // Not before there was something that it could have covered.
    firstSeen: Math.max(endOf(judging, exception), covered.firstSeen),
    evidence: `exception \`${id}\` of ${owner} ended on ${expires}${told} and ${covered.rule} still stands`,
  });
}

/** Adds what is said of an exception itself, unless another exception said it of the same place. */
export function addAboutException(
  judging: Judging,
  exception: Exception,
  draft: Omit<Draft, "stated" | "highRisk" | "owner" | "line">,
): void {
  const finding = findingOf(
    judging,
    { ...draft, stated: null, highRisk: null, owner: exception.owner, line: exception.line },
    { status: "open", exception: describeException(exception) },
  );
  if (judging.told.has(finding.fingerprint)) return;
  judging.told.add(finding.fingerprint);
  judging.findings.push(finding);
}

/** An exception as findings tell of it. */
export function describeException(exception: Exception): FindingException {
  const { id, owner, reason, ticket, approvedBy, expires, line } = exception;
  return { id, owner, reason, ticket, approvedBy, expires, line };
}
