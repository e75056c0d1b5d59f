/** Makes findings and judgements for tests; also used by processes outside the test runner. */
import { createHash } from "node:crypto";
import type { Finding, FindingException, FindingTransition } from "../../src/facts/finding.js";
import type { JudgingBasis } from "../../src/facts/profileText.js";
import type { RecordedJudgement } from "../../src/store/recordJudgement.js";
import { ip } from "./observations.js";

/** A finding of an open port; its fingerprint follows from what it is about, as in `exposure`. */
export function finding(more: Partial<Finding> = {}): Finding {
  const about = {
    realm: "default",
    vantage: "bastion",
    rule: "unexpected-open" as const,
    address: ip("10.0.0.1"),
    protocol: "tcp" as const,
    port: 22,
    ...more,
  };
  const { realm, vantage, rule, address, protocol, port } = about;
  const text = JSON.stringify([realm, vantage, rule, address, protocol, port]);
  return {
    fingerprint: createHash("sha256").update(text).digest("hex").slice(0, 16),
    severity: "medium",
    status: "open",
    owner: "team-a",
    host: "db01",
    system: "billing",
    tags: ["prod"],
    firstSeen: 1000,
    lastSeen: 1000,
    ageDays: 0,
    run: 1,
    evidence: "open (ssh): nobody lists it",
    confirmed: true,
    due: null,
    overdue: false,
    exception: null,
    profile: { file: "profile.yaml", line: 7 },
    carried: null,
    ...about,
  };
}

const DAY = 86_400_000;

/** A finding as the store tells it after `run` told of it, which took place on that day; it was first seen on day 1. */
export function told(run: number, day: number, more: Partial<Finding> = {}): Finding {
  return finding({ run, firstSeen: DAY, lastSeen: day * DAY, ageDays: day - 1, ...more });
}

export const exception: FindingException = {
  id: "legacy-ssh",
  owner: "team-b",
  reason: "until the move",
  ticket: "OPS-7",
  approvedBy: null,
  expires: "2031-01-31",
  line: { file: "profile.yaml", line: 40 },
};

/** From null to the finding's status, by alice. */
export function transition(of: Finding, more: Partial<FindingTransition> = {}): FindingTransition {
  return {
    fingerprint: of.fingerprint,
    run: of.run,
    at: 5000,
    from: null,
    to: of.status,
    person: "alice",
    why: "seen open",
    ...more,
  };
}

export const basis = (more: Partial<Omit<JudgingBasis, "run">> = {}): Omit<JudgingBasis, "run"> => ({
  profileHash: null,
  profile: [],
  names: new Map(),
  zone: "Asia/Shanghai",
  ...more,
});

export function judgement(more: Partial<RecordedJudgement> = {}): RecordedJudgement {
  return { basis: basis(), findings: [], transitions: [], ...more };
}
