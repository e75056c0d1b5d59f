import type { Finding, FindingException, FindingStatus, Severity } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";

/**
 * What may change of a finding, as the columns of `finding_state`. Not among them: the run that judged it last, when it
 * was last seen, and the age, which move with every run that only confirms; they follow from `finding_seen`.
 */
export interface FindingState {
  readonly severity: Severity;
  readonly status: FindingStatus;
  readonly confirmed: 0 | 1;
  readonly owner: string | null;
  readonly host_name: string | null;
  readonly system: string | null;
  /** JSON. */
  readonly tags: string;
  readonly first_seen: Instant;
  readonly due: Instant | null;
  readonly overdue: 0 | 1;
  readonly evidence: string;
  readonly carried: string | null;
  /** JSON. */
  readonly exception: string | null;
  readonly profile_file: string | null;
  readonly profile_line: number | null;
}

export const STATE_COLUMNS = [
  "severity",
  "status",
  "confirmed",
  "owner",
  "host_name",
  "system",
  "tags",
  "first_seen",
  "due",
  "overdue",
  "evidence",
  "carried",
  "exception",
  "profile_file",
  "profile_line",
] as const satisfies readonly (keyof FindingState)[];

export function stateOfFinding(finding: Finding): FindingState {
  return {
    severity: finding.severity,
    status: finding.status,
    confirmed: finding.confirmed ? 1 : 0,
    owner: finding.owner,
    host_name: finding.host,
    system: finding.system,
    tags: JSON.stringify(finding.tags),
    first_seen: finding.firstSeen,
    due: finding.due,
    overdue: finding.overdue ? 1 : 0,
    evidence: finding.evidence,
    carried: finding.carried,
    exception: finding.exception === null ? null : exceptionText(finding.exception),
    profile_file: finding.profile?.file ?? null,
    profile_line: finding.profile?.line ?? null,
  };
}

/** The part of a finding that a state tells. */
export function findingPartOf(
  state: FindingState,
): Omit<
  Finding,
  | "fingerprint"
  | "rule"
  | "address"
  | "protocol"
  | "port"
  | "vantage"
  | "realm"
  | "lastSeen"
  | "ageDays"
  | "run"
> {
  const { profile_file: file, profile_line: line } = state;
  return {
    severity: state.severity,
    status: state.status,
    confirmed: state.confirmed === 1,
    owner: state.owner,
    host: state.host_name,
    system: state.system,
    tags: JSON.parse(state.tags),
    firstSeen: state.first_seen,
    due: state.due,
    overdue: state.overdue === 1,
    evidence: state.evidence,
    carried: state.carried,
    exception: state.exception === null ? null : JSON.parse(state.exception),
    profile: file === null || line === null ? null : { file, line },
  };
}

export function isSameState(a: FindingState, b: FindingState): boolean {
  return STATE_COLUMNS.every((column) => a[column] === b[column]);
}

/** The order of the keys is part of the text: it must be ours, not the caller's. */
function exceptionText({ id, owner, reason, ticket, approvedBy, expires, line }: FindingException): string {
  return JSON.stringify({
    id,
    owner,
    reason,
    ticket,
    approvedBy,
    expires,
    line: { file: line.file, line: line.line },
  });
}
