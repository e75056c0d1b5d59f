/** The fate of what was said of exceptions. */
import type { Finding } from "../facts/finding.js";
import { exceptionEnd, exceptionsOf } from "../profile/exceptionRules.js";
import type { Exception } from "../profile/profile.js";
import { hasPort } from "../scope/portSet.js";
import { carried, type Fate, isStanding, NO_PROFILE, NOT_COVERED, settled } from "./fate.js";
import { identityAt } from "./judging.js";
import { isAboutException, type Living, portOf } from "./living.js";
import { openPortFate } from "./openPortFate.js";
import { lookAt, placeOf } from "./portLook.js";
import { namesHosts } from "./unusedExceptions.js";
import { portRunsOf } from "./unusedPorts.js";

/**
 * An `exception-expired` goes the way of the finding beside it, which the exception covered once. Where that finding
 * stands still, the exception holds again or is gone.
 * @param fateOf what becomes of another finding
 */
export function expiredFate(living: Living, was: Finding, fateOf: (finding: Finding) => Fate): Fate {
  const why = expiryUndone(living, was);
  if (why !== null) return settled("profile-changed", why);
  const beside = besideOf(living, was).find(isStanding);
  if (beside === undefined) return aloneFate(living, was);
  const is = living.judged.get(beside.fingerprint);
  if (is !== undefined) {
    if (living.profile === null) return carried(NO_PROFILE);
    const holds = is.status === "accepted" && is.exception !== null;
    const why = holds
      ? `exception ${is.exception.id} holds until ${is.exception.expires}`
      : describeEnd(living, was);
    return settled("profile-changed", why);
  }
  const fate = fateOf(beside);
  if (fate.kind !== "settled" || fate.status !== "closed") return fate;
  // The finding may be closed by a port that opened, or by another service; of the port itself that is no proof.
  const host = living.hosts.get(was.address);
  const port = portOf(was);
  if (port === null || (host !== undefined && lookAt(host, port).is === "closed")) return fate;
  return settled("silenced", `${beside.rule} is closed: ${fate.why}`);
}

/** Why the exception of an `exception-expired` has not ended any more; null where it has. */
function expiryUndone({ profile, now, otherAudit }: Living, was: Finding): string | null {
  if (profile === null || was.exception === null || otherAudit(was) !== null) return null;
  const is = profile.profile.exceptions.find(({ id }) => id === was.exception?.id);
  if (is === undefined) return `exception ${was.exception.id} is gone from the profile`;
  return exceptionEnd(is, profile.zone) < now ? null : `exception ${is.id} holds until ${is.expires}`;
}

/** The findings that the exception of an `exception-expired` covered, of every status. */
export function besideOf({ knownAt }: Living, was: Finding): readonly Finding[] {
  const here = knownAt.get(placeOf(was.address, was)) ?? [];
  return here.filter((finding) => !isAboutException(finding) && finding.exception?.id === was.exception?.id);
}

function aloneFate(living: Living, was: Finding): Fate {
  const host = living.hosts.get(was.address);
  const port = portOf(was);
  if (host === undefined || port === null)
    return settled("silenced", "what the exception covered is settled");
  return openPortFate(living, was, host, port);
}

/** Why the exception of a finding says nothing any more: it is gone, has ended, or is for something else. */
export function describeEnd({ profile, now }: Living, { exception, address }: Finding): string {
  if (exception === null || profile === null) return "no exception covers it";
  const is = profile.profile.exceptions.find(({ id }) => id === exception.id);
  if (is === undefined) return `exception ${exception.id} is gone from the profile`;
  if (exceptionEnd(is, profile.zone) < now) return `exception ${is.id} ended on ${is.expires}`;
  const isHere = exceptionsOf(profile, address).includes(is);
  return `exception ${is.id} ${isHere ? "no longer covers it" : "is for other hosts now"}`;
}

/** An `exception-unused` is closed by being used; what else becomes of the exception is the profile's doing. */
export function unusedFate(living: Living, was: Finding): Fate {
  const { profile, now } = living;
  if (profile === null) return carried(NO_PROFILE);
  const exception = profile.profile.exceptions.find(({ id }) => id === was.exception?.id);
  if (exception === undefined || exceptionEnd(exception, profile.zone) < now) {
    return settled("profile-changed", describeEnd(living, was));
  }
  const said = saidOf(living, was, exception);
  const user = said.find((finding) => !isAboutException(finding));
  if (user !== undefined) {
    const why = `${user.rule} on ${placeOf(user.address, user)} uses it`;
    return settled(isNews(living, user, was) ? "closed" : "profile-changed", why);
  }
  if (!exceptionsOf(profile, was.address).includes(exception) || !isAbout(exception, was)) {
    return settled("profile-changed", `exception ${exception.id} is for something else now`);
  }
  const told = said.find(({ rule }) => rule === "exception-unused");
  return told === undefined
    ? carried(NOT_COVERED)
    : settled("silenced", `told of on ${placeOf(told.address, told)} now`);
}

/** What the run has of the exception, where the finding was about: its machine and ports, or any that it matches. */
function saidOf(living: Living, was: Finding, exception: Exception): readonly Finding[] {
  const { addresses } = identityAt(living, was.address);
  const isOneByOne = namesHosts(exception.match);
  const port = portOf(was);
  const run = portRunsOf(exception.ports ?? { tcp: [], udp: [], sctp: [] }).find(
    ({ ports }) => port !== null && hasPort(ports, port.protocol, port.port),
  );
  return (living.judgedByException.get(exception.id) ?? []).filter((finding) => {
    if (isOneByOne && !addresses.includes(finding.address)) return false;
    const other = portOf(finding);
    if (other === null || port === null) return other === port;
    return run !== undefined && hasPort(run.ports, other.protocol, other.port);
  });
}

function isAbout({ ports }: Exception, was: Finding): boolean {
  const port = portOf(was);
  if (port === null || ports === null) return port === null && ports === null;
  return hasPort(ports, port.protocol, port.port);
}

/** Whether the network brought the finding that uses the exception, and not the profile. */
function isNews({ hosts }: Living, user: Finding, { lastSeen }: Finding): boolean {
  const port = portOf(user);
  if (port === null) return user.rule === "host-missing";
  const host = hosts.get(user.address);
  const kept = [...(host?.ports ?? []), ...(host?.holes ?? [])];
  return kept.some(
    (row) => row.protocol === port.protocol && row.port === port.port && row.firstSeen > lastSeen,
  );
}
