/** An entry that may decide about a port of a host, and in words why it does or does not. */
import type { Verdict } from "../facts/finding.js";
import type { MatchedGroup } from "./hostRules.js";
import type { Entry } from "./profile.js";
import { compareEntries, compareSpecificity } from "./rank.js";
import { invites, type Voice } from "./voice.js";

/** An entry as one of a host's groups brings it in. */
export interface Candidate {
  readonly voice: Voice;
  readonly matched: MatchedGroup;
}

/** What the entry alone would make of the port. */
export function verdictOf({ counts, word }: Voice): Verdict {
  return counts ? word : "unreviewed";
}

/** ``allowed by `22/tcp` in group `x` (address 10.0.0.1), but not from office (closed_from)``. */
export function explainWin({ voice, matched }: Candidate, vantage: string): string {
  const { entry, elsewhere } = voice;
  const taken = entry.depth === 0 ? "" : `, taken over from ${sourceOf(entry)}`;
  const says = `${entry.list} by \`${entry.text}\` in group \`${matched.group.id}\` (${matched.how})${taken}`;
  switch (elsewhere) {
    case null:
      return says;
    case "closed-from":
      return entry.list === "forbidden"
        ? `${says}, and from ${vantage} besides (closed_from)`
        : `${says}, but not from ${vantage} (closed_from)`;
    case "not-from":
      return `${says}, but ${holdsFrom(entry)}`;
  }
}

/** Why `loser` does not apply where `winner` does. */
export function explainLoss(loser: Candidate, winner: Candidate, vantage: string): string {
  const [lost, won] = [loser.voice, winner.voice];
  if (!lost.counts) return "it is unreviewed and permits nothing";
  const isSameGroup = loser.matched.group === winner.matched.group;
  if (!isSameGroup && compareSpecificity(winner.matched.specificity, loser.matched.specificity) !== 0) {
    return `${winner.matched.how} is more specific than ${loser.matched.how}`;
  }
  if (isSameGroup && won.entry.depth !== lost.entry.depth) {
    const takes = lost.entry.writtenIn.startsWith("template ") ? "takes" : "extends";
    return `\`${winner.matched.group.id}\` says otherwise than ${sourceOf(lost.entry)}, which it ${takes}`;
  }
  if (isSameGroup && invites(won)) {
    if (lost.elsewhere === "not-from") {
      return `it holds ${holdsFrom(lost.entry)}, and an entry beside it names ${vantage}`;
    }
    // It would have come first, had not another kept the vantage out.
    if (compareEntries(lost.entry, won.entry, lost.word, won.word) < 0) {
      return `the port is shared among vantages, and it does not name ${vantage}`;
    }
  }
  if (won.entry.width !== lost.entry.width) {
    return `it lists ${lost.entry.width} ports, the winner ${won.entry.width}`;
  }
  if (won.word !== lost.word) return `${won.word} wins a tie over ${lost.word}`;
  return "it says the same";
}

function holdsFrom({ from }: Entry): string {
  return `only from ${(from ?? []).join(", ")}`;
}

function sourceOf({ writtenIn }: Entry): string {
  const template = /^template (.*)$/s.exec(writtenIn)?.[1];
  return template === undefined ? `\`${writtenIn}\`` : `template \`${template}\``;
}
