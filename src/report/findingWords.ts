/** Findings in words: the port, the sign, what a status means, when it is due. Everything here is safe to print. */
import type { Finding, FindingException, FindingRule, FindingStatus } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import { formatCount } from "./count.js";
import { plain } from "./escape.js";
import type { Ink, Role } from "./ink.js";
import { formatAge, zonedTime } from "./time.js";
import { portText } from "./words.js";

const DAY = 86_400_000;
/** An exception with fewer days left is marked, so that there is time to renew it. */
const ENDS_SOON_DAYS = 14;

/** The digits of a fingerprint that people see and type. */
export function shortFingerprint({ fingerprint }: Pick<Finding, "fingerprint">): string {
  return plain(fingerprint.slice(0, 8));
}

/** `22/tcp`, or `host` for what is said of the whole host. */
export function findingPort({ protocol, port }: Pick<Finding, "protocol" | "port">): string {
  return protocol === null || port === null ? "host" : portText(protocol, port);
}

export function findingSign(rule: FindingRule, { signs }: Ink): string {
  switch (rule) {
    case "forbidden-open":
    case "wrong-service":
    case "vantage-violation":
      return signs.bad;
    case "unexpected-open":
    case "host-unknown":
    case "firewall-hole":
    case "exception-expired":
      return signs.open;
    case "required-missing":
    case "host-missing":
    case "exception-unused":
    case "unconfirmed":
      return signs.absent;
  }
}

/** Findings that are there because a port answers: of them alone "closed" always means a closed port. */
function isAboutOpenPort(rule: FindingRule): boolean {
  switch (rule) {
    case "unexpected-open":
    case "forbidden-open":
    case "vantage-violation":
      return true;
    // It is silenced by a second answer, too.
    case "unconfirmed":
    case "wrong-service":
    case "firewall-hole":
    case "required-missing":
    case "exception-expired":
    case "exception-unused":
    case "host-unknown":
    case "host-missing":
      return false;
  }
}

/** What a status means, in words that never take one for another: silence for a proof, or an edit for a closed port. */
export function statusWords({ rule, status }: Pick<Finding, "rule" | "status">): string {
  switch (status) {
    case "open":
      return "open";
    case "accepted":
      return "accepted: somebody answers for it";
    case "closed":
      return isAboutOpenPort(rule) || rule === "unconfirmed"
        ? "closed: proved"
        : "put right: seen as it should be";
    case "silenced":
      return isAboutOpenPort(rule) || rule === "wrong-service"
        ? "silenced: no longer answers; not proved closed"
        : "silenced: no longer as it was; nothing is proved closed";
    case "closed-by-plan":
      return "closed by plan: proved";
    case "profile-changed":
      return isAboutOpenPort(rule)
        ? "profile changed: still open; the profile no longer minds"
        : "profile changed: still as it was; the profile no longer minds";
  }
}

export function statusRole(status: FindingStatus): Role {
  switch (status) {
    case "open":
      return "bad";
    case "closed":
    case "closed-by-plan":
      return "good";
    case "profile-changed":
      return "warn";
    case "accepted":
    case "silenced":
      return "note";
  }
}

/** `due 2026-12-02`, `overdue since 2026-11-09 (16 d)`; "" where the profile gives no time or nothing is left to do. */
export function dueWords(
  { due, overdue, status }: Pick<Finding, "due" | "overdue" | "status">,
  zone: string,
  now: Instant,
): string {
  if (due === null || status !== "open") return "";
  const day = zonedTime(due, zone).date;
  return overdue ? `overdue since ${day} (${formatAge(now - due)})` : `due ${day}`;
}

/** How an exception's end is to be read at a moment: the day, what is left, and whether somebody should see to it. */
export function endOfException(
  { expires }: Pick<FindingException, "expires">,
  zone: string,
  now: Instant,
): { readonly day: string; readonly left: string; readonly soon: boolean } {
  const end = Date.parse(`${expires}T00:00:00Z`);
  const days = Math.round((end - Date.parse(`${zonedTime(now, zone).date}T00:00:00Z`)) / DAY);
  const day = plain(expires, { max: 20 });
  if (Number.isNaN(days)) return { day, left: "", soon: false };
  if (days < 0) return { day, left: `ended ${formatCount(-days)} d ago`, soon: true };
  if (days === 0) return { day, left: "ends today", soon: true };
  return { day, left: `${formatCount(days)} d left`, soon: days <= ENDS_SOON_DAYS };
}

/** `2 closed, 1 silenced`: how many of each status, in the order of `FINDING_STATUSES`. */
export function countStatuses(findings: readonly Pick<Finding, "status">[]): string {
  return STATUS_ORDER.flatMap((status) => {
    const count = findings.filter((finding) => finding.status === status).length;
    return count === 0 ? [] : [`${formatCount(count)} ${status.replaceAll("-", " ")}`];
  }).join(", ");
}

const STATUS_ORDER = [
  "open",
  "accepted",
  "closed",
  "closed-by-plan",
  "silenced",
  "profile-changed",
] as const satisfies readonly FindingStatus[];
