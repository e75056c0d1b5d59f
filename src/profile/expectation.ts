import type { Address } from "../facts/address.js";
import type { ProfileLine, Severity, Verdict } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import { hasPort, listPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { type Candidate, explainLoss, explainWin, verdictOf } from "./candidate.js";
import { type HostRules, rulesOf } from "./hostRules.js";
import { portKeyOf } from "./portKey.js";
import { type Entry, UNREVIEWED } from "./profile.js";
import { compareEntries, compareSpecificity, compareText } from "./rank.js";
import { championOf, type Elsewhere } from "./voice.js";

/** Most of it is worked out and put into words when it is read: a spread (`{...expectation}`) leaves that out. */
export interface Expectation {
  /** As seen from the vantage that the profile is bound to. */
  readonly verdict: Verdict;
  /** The entry that wins, null where none does (unlisted, or on the high-risk list and not listed). */
  readonly entry: Entry | null;
  /** Not null: it is forbidden because the entry's `from` or `closed_from` keeps this vantage out. */
  readonly elsewhere: Elsewhere | null;
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
  readonly elsewhere: Elsewhere | null;
  readonly entry: Entry;
  readonly line: ProfileLine;
  readonly groupId: string;
  /** Why it does not apply. */
  readonly why: string;
}

/** A port that must be open, and what asks for it. */
export interface RequiredPort extends Port {
  readonly expectation: Expectation;
}

/** What the profile says of one port of one host. */
export function expectPort(bound: BoundProfile, address: Address, port: Port): Expectation {
  const rules = rulesOf(bound, address);
  const { expectations } = rules.memory;
  const key = portKeyOf(port);
  const known = expectations.get(key);
  if (known !== undefined) return known;
  const expectation = expectBy(bound, rules, port);
  // What is asked of one host is asked once, or cheap to work out again: to keep it all would be most of the memory.
  if (rules.memory.hosts > 1) expectations.set(key, expectation);
  return expectation;
}

/** The ports that must be open on a host as seen from here, in order, with what asks for each. */
export function requiredPorts(bound: BoundProfile, address: Address): readonly RequiredPort[] {
  const rules = rulesOf(bound, address);
  rules.memory.required ??= findRequired(bound, address, rules);
  return rules.memory.required;
}

function findRequired(bound: BoundProfile, address: Address, rules: HostRules): readonly RequiredPort[] {
  const required: RequiredPort[] = [];
  const asked = new Set<number>();
  for (const { voices } of rules.listing) {
    for (const { entry, word, counts } of voices.all) {
      if (word !== "required" || !counts) continue;
      for (const port of listPorts(entry.ports)) {
        const key = portKeyOf(port);
        if (asked.has(key)) continue;
        asked.add(key);
        const expectation = expectPort(bound, address, port);
        if (expectation.verdict === "required") required.push({ ...port, expectation });
      }
    }
  }
  return required.sort((a, b) => compareText(a.protocol, b.protocol) || a.port - b.port);
}

function expectBy(bound: BoundProfile, rules: HostRules, port: Port): Expectation {
  const risk = bound.profile.defaults.highRisk.find(({ ports }) => hasPort(ports, port.protocol, port.port));
  const winner = findWinner(rules, port);
  if (winner !== null) return new Decision(bound, rules, port, winner, risk !== undefined);
  if (risk !== undefined) return expectUnlisted(bound, rules, risk);
  rules.memory.unlisted ??= expectUnlisted(bound, rules, null);
  return rules.memory.unlisted;
}

/**
 * What a winning entry says. A class, for there is one for each port of each host: its accessors cost nothing where
 * nobody reads them, and most of what they say is about ports that may be open.
 */
class Decision implements Expectation {
  readonly highRisk: boolean;
  readonly #bound: BoundProfile;
  readonly #rules: HostRules;
  readonly #winner: Candidate;
  readonly #port: Port;

  constructor(bound: BoundProfile, rules: HostRules, port: Port, winner: Candidate, highRisk: boolean) {
    this.highRisk = highRisk;
    this.#bound = bound;
    this.#rules = rules;
    this.#winner = winner;
    this.#port = port;
  }

  get verdict(): Verdict {
    const verdict = verdictOf(this.#winner.voice);
    return verdict === "unreviewed" && this.highRisk ? "forbidden" : verdict;
  }

  get entry(): Entry {
    return this.#winner.voice.entry;
  }

  get elsewhere(): Elsewhere | null {
    const { counts, elsewhere } = this.#winner.voice;
    return counts ? elsewhere : null;
  }

  get line(): ProfileLine {
    return this.entry.line;
  }

  get groupId(): string {
    return this.#winner.matched.group.id;
  }

  get owner(): string | null {
    return ownerOf(this.#winner);
  }

  get severity(): Severity | null {
    return this.entry.severity ?? this.#winner.matched.group.severity;
  }

  get why(): string {
    if (this.#winner.voice.counts) return explainWin(this.#winner, this.#bound.vantage);
    const unreviewed = "listed in the profile but unreviewed";
    return this.highRisk ? `it is on the high-risk list; ${unreviewed}` : unreviewed;
  }

  get runnersUp(): readonly RunnerUp[] {
    const { vantage } = this.#bound;
    return rankRest(this.#rules, this.#port, this.#winner).map((candidate) => {
      const { entry, elsewhere } = candidate.voice;
      const groupId = candidate.matched.group.id;
      const why = explainLoss(candidate, this.#winner, vantage);
      return { verdict: verdictOf(candidate.voice), elsewhere, entry, line: entry.line, groupId, why };
    });
  }
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
    elsewhere: null,
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

/** The entry that applies; null where none lists the port (`rank.ts` says who wins). */
function findWinner(rules: HostRules, port: Port): Candidate | null {
  let winner: Candidate | null = null;
  for (const matched of rules.listing) {
    // The most specific groups come first: those after them cannot win.
    if (winner !== null && compareSpecificity(winner.matched.specificity, matched.specificity) < 0) break;
    const champion = championOf(matched.voices, port);
    if (champion === null) continue;
    const candidate = { voice: champion, matched };
    if (winner === null || compareCandidates(candidate, winner) < 0) winner = candidate;
  }
  if (winner !== null || rules.isReviewed) return winner;
  return listCandidates(rules, port).sort(compareCandidates)[0] ?? null;
}

/** All but the winner: first what other groups would say, then what lost within its own group or does not count. */
function rankRest(rules: HostRules, port: Port, winner: Candidate): readonly Candidate[] {
  const rest = listCandidates(rules, port).filter(({ voice }) => voice !== winner.voice);
  const leads = ({ voice, matched }: Candidate) => championOf(matched.voices, port) === voice;
  return rest.sort((a, b) => Number(leads(b)) - Number(leads(a)) || compareCandidates(a, b));
}

function listCandidates({ listing }: HostRules, { protocol, port }: Port): Candidate[] {
  return listing.flatMap((matched) =>
    matched.voices.all
      .filter(({ entry }) => hasPort(entry.ports, protocol, port))
      .map((voice) => ({ voice, matched })),
  );
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    compareSpecificity(a.matched.specificity, b.matched.specificity) ||
    compareEntries(a.voice.entry, b.voice.entry, a.voice.word, b.voice.word) ||
    compareText(a.matched.group.id, b.matched.group.id)
  );
}

function ownerOf({ voice: { entry }, matched }: Candidate): string | null {
  const owner = entry.unreviewed ? entry.owner : (entry.owner ?? matched.group.owner);
  return owner === UNREVIEWED ? null : owner;
}
