import { type FindingRule, SEVERITIES, type Severity } from "../facts/finding.js";
import type { Defaults } from "../profile/profile.js";

/** `critical` is not among them: it is the user's to give. */
export const DEFAULT_SEVERITY: Readonly<Record<FindingRule, Severity>> = {
  "forbidden-open": "high",
  "vantage-violation": "high",
  "unexpected-open": "medium",
  "wrong-service": "medium",
  "firewall-hole": "medium",
  "host-unknown": "medium",
  "exception-expired": "medium",
  "required-missing": "low",
  "host-missing": "low",
  unconfirmed: "info",
  "exception-unused": "info",
};

export interface SeverityQuestion {
  readonly rule: FindingRule;
  /** What the entry, else its group, says. */
  readonly stated: Severity | null;
  /** Whether the open port is on the high-risk list: that is the reason of the finding, or true of it besides. */
  readonly highRisk: "reason" | "besides" | null;
}

/** Entry, else group, else the profile's table, else portreeve's own. */
export function severityOf(
  { rule, stated, highRisk }: SeverityQuestion,
  table: Defaults["severity"] | null,
): Severity {
  if (stated !== null) return stated;
  const usual = table?.[rule] ?? DEFAULT_SEVERITY[rule];
  const risk = table?.high_risk ?? usual;
  switch (highRisk) {
    case null:
      return usual;
    case "reason":
      return risk;
    case "besides":
      return graver(usual, risk);
  }
}

function graver(a: Severity, b: Severity): Severity {
  return compareSeverity(a, b) >= 0 ? a : b;
}

/** Above zero: `a` is graver. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}
