import type { Address } from "../facts/address.js";
import type { ProfileLine, Severity, Verdict } from "../facts/finding.js";
import { type Port, PROTOCOLS } from "../facts/port.js";
import { formatPort } from "../scope/port.js";
import { hasPort, listPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { type Candidate, type HostRules, rulesOf } from "./hostRules.js";
import { type Entry, UNREVIEWED } from "./profile.js";
import { compareEntries, compareSpecificity, compareText, hasSay } from "./rank.js";

export interface Expectation {
  readonly verdict: Verdict;
  /** The entry that wins, null where none does (unlisted, or on the high-risk list and not listed). */
  readonly entry: Entry | null;
  /** The line that says so; for an unlisted port that of the host's most specific group, where it would be written. */
  readonly line: ProfileLine | null;
  /** The host's group that brought the entry in; for an unlisted port its most specific group. */
  readonly groupId: string | null;
  readonly owner: string | null;
  /** What entry or group say; null leaves it to the defaults. */
  readonly severity: Severity | null;
  /** On the high-risk list: forbidden unless an entry permits it. */
  readonly highRisk: boolean;
  readonly why: string;
  /** The entries that also list the port and do not apply, the nearest first. */
  readonly runnersUp: readonly RunnerUp[];
}

export interface RunnerUp {
  readonly verdict: Verdict;
  readonly entry: Entry;
  readonly line: ProfileLine;
  readonly groupId: string;
  /** Why it does not apply. */
  readonly why: string;
}

/** What the profile says of one port of one host. */
export function expectPort(bound: BoundProfile, address: Address, port: Port): Expectation {
  const rules = rulesOf(bound, address);
  const key = PROTOCOLS.indexOf(port.protocol) * 65_536 + port.port;
  const known = rules.expectations.get(key);
  if (known !== undefined) return known;
  const expectation = expectBy(bound, rules, port);
  rules.expectations.set(key, expectation);
  return expectation;
}

function expectBy(bound: BoundProfile, rules: HostRules, port: Port): Expectation {
  const { winner, rest } = rankEntries(rules, port);
  const risk = bound.profile.defaults.highRisk.find(({ ports }) => hasPort(ports, port.protocol, port.port));
  const highRisk = risk !== undefined;
  if (winner === null) return expectUnlisted(bound, rules, risk ?? null);
  const runnersUp = rest.map((candidate) => rankBelow(candidate, winner));
  const { entry, matched } = winner;
  const about = {
    entry,
    line: entry.line,
    groupId: matched.group.id,
    owner: ownerOf(winner),
    severity: entry.severity ?? matched.group.severity,
    highRisk,
    runnersUp,
  };
  if (hasSay(entry)) return { ...about, verdict: entry.list, why: `${entry.list} by ${describe(winner)}` };
  const unreviewed = "listed in the profile but unreviewed";
  if (!highRisk) return { ...about, verdict: "unreviewed", why: unreviewed };
  return {
    ...about,
    verdict: "forbidden",
    why: `it is on the high-risk list; ${unreviewed}`,
  };
}

function expectUnlisted(
  bound: BoundProfile,
  rules: HostRules,
  risk: { readonly line: ProfileLine | null } | null,
): Expectation {
  const { defaults } = bound.profile;
  const groups = rules.matched.map(({ group }) => group);
  const nearest = groups[0] ?? null;
  const about = {
    entry: null,
    groupId: nearest?.id ?? null,
    owner: groups.find(({ owner }) => owner !== null && owner !== UNREVIEWED)?.owner ?? null,
    severity: groups.find(({ severity }) => severity !== null)?.severity ?? null,
    highRisk: risk !== null,
    runnersUp: [],
  };
  const line = nearest?.line ?? defaults.unlistedLine;
  if (risk !== null) {
    const why = "it is on the high-risk list and no entry permits it";
    return { ...about, verdict: "forbidden", line: risk.line ?? line, why };
  }
  const where = nearest === null ? "no group matches this host" : "no group of this host lists it";
  const then = {
    forbidden: "unlisted ports are forbidden",
    review: "to be reviewed",
    allowed: "unlisted ports are allowed",
  };
  return { ...about, verdict: "unlisted", line, why: `${where}; ${then[defaults.unlisted]}` };
}

/** The ports that must be open on a host, in order, with what asks for each. */
export function requiredPorts(
  bound: BoundProfile,
  address: Address,
): readonly (Port & { readonly expectation: Expectation })[] {
  const required: (Port & { expectation: Expectation })[] = [];
  const asked = new Set<string>();
  for (const { group } of rulesOf(bound, address).listing) {
    for (const entry of group.entries) {
      if (entry.list !== "required" || !hasSay(entry)) continue;
      for (const port of listPorts(entry.ports)) {
        const key = formatPort(port);
        if (asked.has(key)) continue;
        asked.add(key);
        const expectation = expectPort(bound, address, port);
        if (expectation.verdict === "required") required.push({ ...port, expectation });
      }
    }
  }
  return required.sort((a, b) => compareText(a.protocol, b.protocol) || a.port - b.port);
}

/** The entry that applies and those that do not, the nearest first (`rank.ts` says who wins). */
function rankEntries(rules: HostRules, port: Port): { winner: Candidate | null; rest: readonly Candidate[] } {
  const champions: Candidate[] = [];
  const others: Candidate[] = [];
  for (const matched of rules.listing) {
    let isLed = false;
    for (const entry of matched.group.entries) {
      if (!hasPort(entry.ports, port.protocol, port.port)) continue;
      const candidate = { entry, matched };
      if (!isLed && hasSay(entry)) champions.push(candidate);
      else others.push(candidate);
      isLed ||= hasSay(entry);
    }
  }
  if (champions.length > 1) champions.sort(compareCandidates);
  if (others.length > 1) others.sort(compareCandidates);
  const [winner = others.shift() ?? null, ...beaten] = champions;
  return { winner, rest: [...beaten, ...others] };
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    compareSpecificity(a.matched.specificity, b.matched.specificity) ||
    compareEntries(a.entry, b.entry) ||
    compareText(a.matched.group.id, b.matched.group.id)
  );
}

function rankBelow(candidate: Candidate, winner: Candidate): RunnerUp {
  const { entry, matched } = candidate;
  const verdict = hasSay(entry) ? entry.list : "unreviewed";
  return { verdict, entry, line: entry.line, groupId: matched.group.id, why: whyBelow(candidate, winner) };
}

function whyBelow(loser: Candidate, winner: Candidate): string {
  if (!hasSay(loser.entry)) return "it is unreviewed and permits nothing";
  const isSameGroup = loser.matched.group === winner.matched.group;
  if (!isSameGroup && compareSpecificity(winner.matched.specificity, loser.matched.specificity) !== 0) {
    return `${winner.matched.how} is more specific than ${loser.matched.how}`;
  }
  if (isSameGroup && winner.entry.depth !== loser.entry.depth) {
    return `\`${winner.matched.group.id}\` says otherwise than \`${loser.entry.writtenIn}\`, which it extends`;
  }
  if (winner.entry.width !== loser.entry.width) {
    return `it lists ${loser.entry.width} ports, the winner ${winner.entry.width}`;
  }
  if (winner.entry.list !== loser.entry.list)
    return `${winner.entry.list} wins a tie over ${loser.entry.list}`;
  return "it says the same";
}

function describe({ entry, matched }: Candidate): string {
  const from = entry.depth === 0 ? "" : `, taken over from \`${entry.writtenIn}\``;
  return `\`${entry.text}\` in group \`${matched.group.id}\` (${matched.how})${from}`;
}

function ownerOf({ entry, matched }: Candidate): string | null {
  const owner = entry.unreviewed ? entry.owner : (entry.owner ?? matched.group.owner);
  return owner === UNREVIEWED ? null : owner;
}

/** A line as messages name it: `portreeve.profile.yaml:12`. */
export function placeOf({ file, line }: ProfileLine): string {
  return `${file}:${line}`;
}
