/** Exceptions that are over or nearly so, that accept nothing, or more than anybody can answer for. */
import type { Address } from "../facts/address.js";
import type { Instant } from "../facts/run.js";
import { addressSetOfNetworks, countAddresses } from "../scope/addressSet.js";
import { countPorts, formatPortSet, listPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { exceptionEnd, exceptionsOf } from "./exceptionRules.js";
import { expectPort } from "./expectation.js";
import { type HostRules, rulesOf } from "./hostRules.js";
import type { LintContext } from "./lint.js";
import { WIDE } from "./lintGroups.js";
import { count, type LintRow, warn } from "./lintRow.js";
import { unmatchable } from "./lintUnmatchable.js";
import { openRule } from "./openRule.js";
import { namePlace } from "./problem.js";
import { type Exception, type Match, PORT_RULES } from "./profile.js";

const DAY = 86_400_000;
/** An end this near is told, so that there is time to renew it. */
const NEAR_DAYS = 14;
/** A network wider than a /16 is a whole site: nobody answers for a port on all of it. */
const WIDE_NETWORK = 65_536n;

export function lintExceptions(
  bound: BoundProfile,
  { now, seenHosts }: Pick<LintContext, "now" | "seenHosts">,
): readonly LintRow[] {
  const { exceptions } = bound.profile;
  return [
    ...(now === undefined ? [] : exceptions.flatMap((exception) => lintEnd(exception, bound, now))),
    ...exceptions.flatMap(lintWidth),
    ...lintRepeats(exceptions),
    ...(seenHosts === undefined ? [] : lintAgainstHosts(bound, seenHosts)),
  ];
}

function lintEnd(exception: Exception, { zone }: BoundProfile, now: Instant): readonly LintRow[] {
  const { id, expires, owner, line } = exception;
  const end = exceptionEnd(exception, zone);
  if (end < now) {
    const ago = count(Math.ceil((now - end) / DAY), "day");
    const message = `exception \`${id}\` ended with ${expires} (${ago} ago): it accepts nothing any more; ask ${owner}, then renew it or take it out`;
    return [warn(line, message)];
  }
  const left = Math.floor((end - now) / DAY);
  if (left > NEAR_DAYS) return [];
  const when = left === 0 ? "today" : `in ${count(left, "day")}`;
  return [warn(line, `exception \`${id}\` ends with ${expires} (${when}); ask ${owner}`)];
}

function lintWidth({ id, ports, text, match, line }: Exception): readonly LintRow[] {
  const rows: LintRow[] = [];
  const width = ports === null ? 0 : countPorts(ports);
  if (width > WIDE) rows.push(warn(line, `exception \`${id}\`: \`${text}\` accepts ${width} ports at once`));
  const hosts = widthOf(match);
  if (hosts !== null) rows.push(warn(line, `exception \`${id}\` is for ${hosts}: name the hosts it is for`));
  return rows;
}

/** How many hosts it is for where that is too many to answer for; null where hosts or tags narrow it. */
function widthOf({ addresses, hosts, names, networks, tags }: Match): string | null {
  if (hosts !== null || names !== null || tags !== null) return null;
  if (addresses === null && networks === null) return "every host of its realm";
  const widths = [addresses, networks?.flatMap(({ cidrs }) => cidrs)]
    .filter((blocks) => blocks !== null && blocks !== undefined)
    .map((blocks) => countAddresses(addressSetOfNetworks(blocks)));
  const isNarrow = widths.some((width) => width <= WIDE_NETWORK);
  return isNarrow ? null : `${widths[0]} addresses`;
}

/** The same hosts, ports, rules and vantages once more. */
function lintRepeats(exceptions: readonly Exception[]): readonly LintRow[] {
  const byContent = new Map<string, Exception>();
  return exceptions.flatMap((exception) => {
    const key = contentOf(exception);
    const first = byContent.get(key);
    if (first === undefined) {
      byContent.set(key, exception);
      return [];
    }
    const message = `exception \`${exception.id}\` accepts the same as \`${first.id}\` in ${namePlace(first.line)}`;
    return [warn(exception.line, message)];
  });
}

function contentOf({ match, ports, rules, from }: Exception): string {
  const texts = (list: readonly string[] | null | undefined) => list?.toSorted() ?? null;
  const blocks = (list: Match["addresses"] | undefined) => texts(list?.map(({ text }) => text));
  return JSON.stringify([
    texts(
      match.networks?.map(({ cidrs, except }) =>
        [...(blocks(cidrs) ?? []), "except", ...(blocks(except) ?? [])].join(" "),
      ),
    ),
    blocks(match.addresses),
    texts(match.names),
    texts(match.hosts?.names),
    blocks(match.hosts?.addresses),
    texts(match.tags),
    texts(match.realms),
    ports === null ? null : formatPortSet(ports),
    texts(rules),
    texts(from),
  ]);
}

/** Exceptions that match no host seen, and those for what may be open on every host seen anyway. */
function lintAgainstHosts(bound: BoundProfile, seenHosts: readonly Address[]): readonly LintRow[] {
  const rulesOfMatched = new Map<Exception, Map<HostRules, Address>>();
  for (const address of seenHosts) {
    for (const exception of exceptionsOf(bound, address)) {
      const hosts = rulesOfMatched.get(exception) ?? new Map<HostRules, Address>();
      // Hosts of which the same is said need not be asked about twice.
      hosts.set(rulesOf(bound, address), address);
      rulesOfMatched.set(exception, hosts);
    }
  }
  const told = new Set(unmatchable(bound, seenHosts).map(({ item }) => item));
  return bound.profile.exceptions.flatMap((exception) => {
    const { id, from, match, line } = exception;
    const hosts = rulesOfMatched.get(exception);
    if (hosts === undefined) {
      const isElsewhere =
        from?.includes(bound.vantage) === false || match.realms?.includes(bound.realm) === false;
      if (isElsewhere || told.has(exception)) return [];
      return [warn(line, `exception \`${id}\` matches none of the hosts seen`)];
    }
    const isNeedless = [...hosts.values()].every((address) => isPermitted(exception, address, bound));
    if (!isNeedless) return [];
    return [warn(line, `exception \`${id}\` is for what the profile permits anyway on every host seen`)];
  });
}

/** Whether all that it accepts is permitted on the host, whatever service is there. */
function isPermitted({ ports, rules }: Exception, address: Address, bound: BoundProfile): boolean {
  const accepted = rules ?? PORT_RULES;
  // Only what is said of open ports can be permitted; what is missing or a hole is another matter.
  if (ports === null || !accepted.every((rule) => PORT_RULES.includes(rule))) return false;
  if (rules?.every((rule) => rule === "firewall-hole" || rule === "unconfirmed")) return false;
  if (countPorts(ports) > WIDE) return false;
  for (const port of listPorts(ports)) {
    const expectation = expectPort(bound, address, port);
    if (openRule(expectation, bound.profile.defaults) !== null) return false;
    const { entry } = expectation;
    const expects =
      entry !== null && (entry.service !== null || entry.product !== null || entry.version !== null);
    if (expects && accepted.includes("wrong-service")) return false;
  }
  return true;
}
