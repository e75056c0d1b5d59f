import type { Finding, FindingTransition } from "../facts/finding.js";
import { describeEnd } from "./exceptionFate.js";
import { isStanding } from "./fate.js";
import type { Living } from "./living.js";

/** A finding whose status this run changed. */
export interface StatusChange {
  /** Null: it was not known before. */
  readonly was: Finding | null;
  readonly is: Finding;
  /** Null: what the change is tells why. */
  readonly why: string | null;
  /** The run's operator. */
  readonly person: string;
}

/** Who changed the status, and why: whoever approved an exception, else the run's operator. */
export function transitionOf(living: Living, { was, is, why, person }: StatusChange): FindingTransition {
  const { exception } = is;
  const accepter = is.status === "accepted" ? (exception?.approvedBy ?? exception?.owner) : undefined;
  return {
    fingerprint: is.fingerprint,
    run: living.view.run.id,
    at: living.now,
    from: was?.status ?? null,
    to: is.status,
    person: accepter ?? person,
    why: why ?? reasonOf(living, was, is),
  };
}

function reasonOf(living: Living, was: Finding | null, is: Finding): string {
  const seen = was === null ? "seen for the first time" : isStanding(was) ? null : "seen again";
  if (is.status !== "accepted" || is.exception === null) return seen ?? reopenedWhy(living, was, is);
  const { id, expires, ticket } = is.exception;
  const accepted = `exception ${id} until ${expires}${ticket === null ? "" : ` (${ticket})`}`;
  return seen === null ? accepted : `${seen}; ${accepted}`;
}

/** Accepted before, and open now. */
function reopenedWhy(living: Living, was: Finding | null, is: Finding): string {
  if (is.exception !== null) return `exception ${is.exception.id} ended on ${is.exception.expires}`;
  return was === null ? "no exception covers it" : describeEnd(living, was);
}
