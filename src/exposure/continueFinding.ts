/** A finding of before as it is after a run: judged again, carried, or settled. */
import type { Finding, FindingStatus } from "../facts/finding.js";
import { endOfDay } from "../profile/endOfDay.js";
import { findException } from "../profile/exceptionRules.js";
import { describeException } from "./addFinding.js";
import { agedTo, dueOf } from "./due.js";
import { type Fate, isStanding } from "./fate.js";
import { isAboutException, type Living, portOf } from "./living.js";

type Standing = Pick<Finding, "status" | "exception">;

/**
 * What the run judged, with what only `was` knows.
 * @param was null: it was not known before
 */
export function continueFinding(living: Living, was: Finding | null, judged: Finding): Finding {
  if (was === null) return judged;
  if (!isStanding(was)) return begunAnew(living, was, judged);
  // It never ceased to stand: a week of silence that nobody believed does not make it younger.
  const firstSeen = Math.min(was.firstSeen, judged.firstSeen);
  const accepted = acceptedBefore(living, was, judged);
  return dated(living, { ...judged, ...saidByProfile(living, was), ...accepted, firstSeen });
}

/** What a profile said of a finding is not taken back by a run that has none. */
function saidByProfile({ profile }: Living, was: Finding): Partial<Finding> {
  if (profile !== null || was.profile === null) return {};
  return { severity: was.severity, owner: was.owner, due: was.due, profile: was.profile };
}

/** Of a hole only the very first sighting is kept: one that was settled and is back is as old as its return. */
function begunAnew(living: Living, was: Finding, judged: Finding): Finding {
  if (judged.rule !== "firewall-hole" || judged.firstSeen > was.lastSeen) return judged;
  return dated(living, { ...judged, firstSeen: living.view.run.startedAt });
}

/** Without a profile no exception is known. Somebody accepted the finding until a day, and until then that holds. */
function acceptedBefore(
  { profile, now, zone }: Living,
  was: Finding,
  { status, exception }: Finding,
): Standing {
  if (profile !== null || was.status !== "accepted" || was.exception === null) return { status, exception };
  const end = endOfDay(was.exception.expires, zone);
  return { status: end !== null && end < now ? "open" : "accepted", exception: was.exception };
}

/** It stands although this run did not see it; but exceptions begin and end all the same. */
export function carryFinding(
  living: Living,
  was: Finding,
  { why, lastSeen = was.lastSeen }: Extract<Fate, { kind: "carried" }>,
): Finding {
  return dated(living, {
    ...was,
    ...coveringNow(living, was),
    lastSeen: Math.max(was.lastSeen, lastSeen),
    carried: why,
  });
}

function coveringNow(living: Living, was: Finding): Standing {
  const { profile, now } = living;
  if (profile === null || isAboutException(was)) return acceptedBefore(living, was, was);
  const about = { address: was.address, port: portOf(was), rule: was.rule };
  const covering = findException(profile, about, now);
  if (covering === null) return { status: "open", exception: null };
  return {
    status: covering.active ? "accepted" : "open",
    exception: describeException(covering.exception),
  };
}

/** It is no longer there to be dealt with. */
export function settleFinding({ now, view }: Living, was: Finding, status: FindingStatus): Finding {
  const is = { ...was, status, run: view.run.id, carried: null };
  return { ...is, ...agedTo(now, is) };
}

function dated({ profile, now }: Living, finding: Finding): Finding {
  const due = profile === null ? finding.due : dueOf(finding, profile.profile.defaults.dueDays);
  const is = { ...finding, due };
  return { ...is, ...agedTo(now, is) };
}
