import type { Instant } from "../facts/run.js";
import type { BoundProfile } from "../profile/bind.js";
import { exceptionEnd } from "../profile/exceptionRules.js";
import type { Exception } from "../profile/profile.js";
import { compareText } from "../profile/rank.js";

const DAY = 86_400_000;
/** Days before its end in which an exception is told of at each run. */
const WARNED = 14;
const LISTED = 10;

/** Tells of the exceptions for this vantage that end within two weeks of `now`, the first to end first. */
export function noteEndingExceptions(profile: BoundProfile, now: Instant): readonly string[] {
  const ending = profile.profile.exceptions
    .filter((exception) => isHere(profile, exception) && isNear(exception, now))
    .map((exception) => ({ exception, left: exceptionEnd(exception, profile.zone) - now }))
    .filter(({ left }) => left >= 0 && Math.floor(left / DAY) <= WARNED)
    .sort((a, b) => a.left - b.left || compareText(a.exception.id, b.exception.id));
  const notes = ending.slice(0, LISTED).map(({ exception: { id, owner, expires }, left }) => {
    const days = Math.floor(left / DAY);
    const when = days === 0 ? "today" : `in ${days} day${days === 1 ? "" : "s"}`;
    return `exception ${id} of ${owner} ends on ${expires}, ${when}`;
  });
  const more = ending.length - notes.length;
  if (more > 0) {
    notes.push(`${more} more exception${more === 1 ? " ends" : "s end"} within ${WARNED} days`);
  }
  return notes;
}

function isHere({ vantage, realm }: BoundProfile, { from, match }: Exception): boolean {
  return (from?.includes(vantage) ?? true) && (match.realms?.includes(realm) ?? true);
}

/** By the date alone, a day or more too generous: working out the end in a zone is dear, and most end far away. */
function isNear({ expires }: Exception, now: Instant): boolean {
  return dayOf(now - 2 * DAY) <= expires && expires <= dayOf(now + (WARNED + 2) * DAY);
}

function dayOf(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}
