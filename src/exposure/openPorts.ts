import type { FindingRule, JudgedPort } from "../facts/finding.js";
import type { HostView } from "../facts/view.js";
import { builtInHighRisk } from "../profile/defaults.js";
import { type Expectation, expectPort } from "../profile/expectation.js";
import { openRule } from "../profile/openRule.js";
import { hasPort } from "../scope/portSet.js";
import { addFinding } from "./addFinding.js";
import { identityAt, type Judging } from "./judging.js";
import { isConfirmed, isFlagged, isOpen, type Row } from "./portLook.js";
import { describeMismatch, describeOpen } from "./serviceCheck.js";

/**
 * Judges each open port of a host: `unexpected-open`, `forbidden-open`, `vantage-violation`, `wrong-service`,
 * `unconfirmed`.
 */
export function judgeOpenPorts(judging: Judging, host: HostView): readonly JudgedPort[] {
  const { name: hostName, owner: answers, system, tags } = identityAt(judging, host.address);
  const judged: JudgedPort[] = [];
  for (const row of host.ports) {
    if (!isOpen(row)) continue;
    const expectation = expect(judging, row);
    if (row.covered && !isFlagged(row)) judgeOpenPort(judging, host, row, expectation);
    const { verdict, line, owner, why } = expectation;
    judged.push({ host, row, verdict, line, owner: owner ?? answers, hostName, system, tags, why });
  }
  return judged;
}

const BUILT_IN_HIGH_RISK = builtInHighRisk();

/** Without a profile the high-risk list is forbidden, and nobody has reviewed the rest. */
function expect({ profile }: Judging, row: Row): Expectation {
  if (profile !== null) return expectPort(profile, row.address, row);
  const highRisk = BUILT_IN_HIGH_RISK.some(({ ports }) => hasPort(ports, row.protocol, row.port));
  return {
    verdict: highRisk ? "forbidden" : "unreviewed",
    entry: null,
    line: null,
    groupId: null,
    owner: null,
    severity: null,
    highRisk,
    elsewhere: null,
    why: highRisk ? "it is on the high-risk list" : "there is no profile",
    runnersUp: [],
  };
}

function judgeOpenPort(judging: Judging, host: HostView, row: Row, expectation: Expectation): void {
  const confirmed = isConfirmed(judging.view.run, row);
  const draft = {
    address: row.address,
    port: row,
    stated: expectation.severity,
    owner: expectation.owner,
    firstSeen: row.firstSeen,
    lastSeen: row.lastSeen,
    confirmed,
    line: expectation.line,
    local: host.local,
  };
  // One finding a doubtful port: once it is believed, the rule that applies takes over.
  if (row.confidence === "unconfirmed" && !confirmed) {
    const evidence = `${describeOpen(row)} once and not again in a second look; ${expectation.why}`;
    addFinding(judging, { ...draft, stated: null, rule: "unconfirmed", evidence });
    return;
  }
  const rule = ruleOf(judging, expectation);
  if (rule !== null) {
    const highRisk = rule === "unexpected-open" ? null : riskOf(expectation);
    addFinding(judging, { ...draft, rule, highRisk, evidence: `${describeOpen(row)}: ${expectation.why}` });
    return;
  }
  const mismatch = expectation.entry === null ? null : describeMismatch(expectation.entry, row.service);
  if (mismatch === null) return;
  const evidence = `${describeOpen(row)}: ${mismatch}; ${expectation.why}`;
  addFinding(judging, { ...draft, rule: "wrong-service", evidence });
}

/** The rule that an open port breaks by being open, null where it may be. Without a profile nothing is unexpected. */
function ruleOf({ profile }: Judging, expectation: Expectation): FindingRule | null {
  if (profile !== null) return openRule(expectation, profile.profile.defaults);
  return expectation.verdict === "forbidden" ? "forbidden-open" : null;
}

/** An entry that forbids the port is the reason itself, and the list says so besides. */
function riskOf({ highRisk, elsewhere, entry }: Expectation): "reason" | "besides" | null {
  if (!highRisk) return null;
  return entry?.list === "forbidden" || elsewhere !== null ? "besides" : "reason";
}
