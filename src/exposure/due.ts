import type { Finding, Severity } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import type { Defaults } from "../profile/profile.js";

const DAY = 86_400_000;

/** By when a finding should be settled; null where the profile gives its severity no days. */
export function dueOf(
  { severity, firstSeen }: { readonly severity: Severity; readonly firstSeen: Instant },
  dueDays: Defaults["dueDays"] | null,
): Instant | null {
  const days = dueDays?.[severity];
  return days === undefined ? null : firstSeen + days * DAY;
}

/** What of a finding goes on with time. What somebody accepted, or is settled, is not overdue. */
export function agedTo(
  now: Instant,
  { status, firstSeen, due }: Pick<Finding, "status" | "firstSeen" | "due">,
): Pick<Finding, "ageDays" | "overdue"> {
  return {
    ageDays: Math.max(0, Math.floor((now - firstSeen) / DAY)),
    overdue: status === "open" && due !== null && due < now,
  };
}
