/** Which exceptions are for a host, and which of them covers a finding. */
import type { Address } from "../facts/address.js";
import { FINDING_RULES, type FindingRule } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { hasPort } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { endOfDay } from "./endOfDay.js";
import { hostFactsOf } from "./hostFacts.js";
import { identityOf } from "./identities.js";
import { findMatches, indexMatches, locateHost, type MatchIndex } from "./matchIndex.js";
import { portKeyOf } from "./portKey.js";
import { type Exception, PORT_RULES } from "./profile.js";
import { compareSpecificity, compareText } from "./rank.js";

/** The exceptions for a host, and what was found among them before. */
export interface ExceptionRules {
  /** The more specific first, then the one that ends later, then by id. */
  readonly all: readonly Exception[];
  /** Those that cover a finding, by its rule, protocol and port. It grows; it never changes an answer. */
  covering: Map<number, readonly Exception[]> | null;
}

/** What a finding is about, as exceptions ask for it. */
export interface FindingSubject {
  readonly address: Address;
  /** Null for what is said of a whole host. */
  readonly port: Port | null;
  readonly rule: FindingRule;
}

/** An exception that covers a finding. */
export interface Cover {
  readonly exception: Exception;
  /** False when its last day was over. */
  readonly active: boolean;
}

/** So few are asked one after the other; of more the answer is kept. */
const FEW = 8;

/** Builds the index of the exceptions that count from this vantage in this realm. */
export function indexExceptions(
  exceptions: readonly Exception[],
  names: ReadonlyMap<string, readonly Address[]>,
  { vantage, realm }: { readonly vantage: string; readonly realm: string },
): MatchIndex<Exception> {
  const heard = exceptions.filter(({ from }) => from === null || from.includes(vantage));
  return indexMatches(heard, names, realm);
}

/** The exceptions whose match, vantages and realm fit the host, whatever their ports, rules and last day; the best first. */
export function exceptionsOf(bound: BoundProfile, address: Address): readonly Exception[] {
  return exceptionRulesOf(bound, address).all;
}

/**
 * The exception that covers a finding of this host at `at`: active before ended, then the more specific, then the one
 * that ends later, then by id. Null where none does.
 */
export function findException(bound: BoundProfile, about: FindingSubject, at: Instant): Cover | null {
  let ended: Exception | null = null;
  for (const exception of coveringOf(exceptionRulesOf(bound, about.address), about)) {
    if (!covers(exception, about)) continue;
    if (at <= endOf(bound, exception)) return { exception, active: true };
    ended ??= exception;
  }
  return ended === null ? null : { exception: ended, active: false };
}

/** Those that may cover the finding, the best first. */
function coveringOf(rules: ExceptionRules, about: FindingSubject): readonly Exception[] {
  const { all } = rules;
  if (all.length <= FEW) return all;
  rules.covering ??= new Map();
  const { covering } = rules;
  const key = keyOf(about);
  let found = covering.get(key);
  if (found === undefined) {
    found = all.filter((exception) => covers(exception, about));
    covering.set(key, found);
  }
  return found;
}

/** The last millisecond of its last day in `zone`. */
export function exceptionEnd(exception: Exception, zone: string): Instant {
  // The grammar lets no other text in than a date; what is none would have ended long ago.
  return endOfDay(exception.expires, zone) ?? Number.NEGATIVE_INFINITY;
}

/** Whether it is for such a finding, host and last day apart. */
export function covers(
  { rules, ports }: Pick<Exception, "rules" | "ports">,
  { port, rule }: Omit<FindingSubject, "address">,
): boolean {
  if (!(rules ?? PORT_RULES).includes(rule)) return false;
  return port === null || (ports !== null && hasPort(ports, port.protocol, port.port));
}

function keyOf({ port, rule }: FindingSubject): number {
  const place = port === null ? 0 : 1 + portKeyOf(port);
  return place * FINDING_RULES.length + FINDING_RULES.indexOf(rule);
}

function endOf({ zone, memory }: BoundProfile, exception: Exception): Instant {
  let end = memory.ends.get(exception.expires);
  if (end === undefined) {
    end = exceptionEnd(exception, zone);
    memory.ends.set(exception.expires, end);
  }
  return end;
}

const NONE: ExceptionRules = { all: [], covering: null };

function exceptionRulesOf(bound: BoundProfile, address: Address): ExceptionRules {
  const { exceptions, exceptionsByPlaces } = bound.memory;
  if (bound.profile.exceptions.length === 0) return NONE;
  const key = identityOf(bound.identities, address) ?? address;
  const known = exceptions.get(key);
  if (known !== undefined) return known;
  const host = hostFactsOf(bound.identities, address);
  const whereabouts = locateHost(bound.exceptionIndex, host);
  let rules = exceptionsByPlaces.get(whereabouts.text);
  if (rules === undefined) {
    const matched = [...findMatches(bound.exceptionIndex, host, whereabouts)].sort(
      (a, b) =>
        compareSpecificity(a.specificity, b.specificity) ||
        compareText(b.item.expires, a.item.expires) ||
        compareText(a.item.id, b.item.id),
    );
    rules = { all: matched.map(({ item }) => item), covering: null };
    exceptionsByPlaces.set(whereabouts.text, rules);
  }
  exceptions.set(key, rules);
  return rules;
}
