/** Examples of what a profile should say, which people keep beside it; each is one line (`exampleLine.ts`). */
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import type { ProfileLine } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import type { BoundProfile } from "./bind.js";
import { endOfDay } from "./endOfDay.js";
import { type ExampleLine, type ExampleWord, readExampleLine } from "./exampleLine.js";
import { type Cover, findException } from "./exceptionRules.js";
import { type Expectation, expectPort } from "./expectation.js";
import { openRule } from "./openRule.js";
import { type Problem, profileError } from "./problem.js";
import { compareText } from "./rank.js";

export { EXAMPLE_WORDS, type ExampleWord } from "./exampleLine.js";

/** One example, and where it stands. */
export interface Example extends ExampleLine {
  readonly line: ProfileLine;
}

export interface ExampleResult {
  readonly row: Example;
  readonly passed: boolean;
  /** What the profile says; null where the host's name has no address. */
  readonly verdict: ExampleWord | null;
  readonly why: string;
}

/**
 * Reads the examples of a text, which messages call `file`. With `vantages` (those the profile names) every other is
 * a mistake.
 * @throws PortreeveError `usage` with file, line and column of every mistake (the first ten are shown)
 */
export function parseExamples(
  text: string,
  file: string,
  { vantages = [] }: { readonly vantages?: readonly string[] } = {},
): readonly Example[] {
  const rows: Example[] = [];
  const problems: Problem[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    const read = readExampleLine(content, vantages);
    if (read === null) continue;
    if ("expected" in read) rows.push({ ...read, line: { file, line } });
    else problems.push(...read.map((problem) => ({ file, line, ...problem })));
  }
  if (problems.length === 0) return rows;
  const { message } = profileError([file], problems);
  throw new PortreeveError("usage", message, { hint: "correct the examples and try again: none was tried" });
}

/** The names to resolve before the examples are tried, each once, sorted. */
export function namesIn(rows: readonly Example[]): string[] {
  return [...new Set(rows.flatMap(({ name }) => name ?? []))].sort(compareText);
}

/**
 * Tries each example. `bindAt` gives the profile as seen from a vantage (null: where the example names none), `names`
 * what the examples' names resolved to; a name of the profile's `hosts` or of an asset means that host. Exceptions
 * are asked at `now`, or at the end of the example's own day.
 */
export function runExamples(
  rows: readonly Example[],
  bindAt: (vantage: string | null) => BoundProfile,
  {
    now,
    names = new Map(),
  }: { readonly now: Instant; readonly names?: ReadonlyMap<string, readonly Address[]> },
): readonly ExampleResult[] {
  const bounds = new Map<string | null, BoundProfile>();
  return rows.map((row) => {
    const bound = bounds.get(row.vantage) ?? bindAt(row.vantage);
    bounds.set(row.vantage, bound);
    const at = row.on === null ? now : (endOfDay(row.on, bound.zone) ?? now);
    const outcomes = addressesOf(row, bound, names).map((address) => judgeExample(row, address, bound, at));
    // A name with several addresses holds where it holds on all of them.
    const [first] = outcomes;
    if (first !== undefined) return outcomes.find(({ passed }) => !passed) ?? first;
    return { row, passed: false, verdict: null, why: `${row.name} has no address` };
  });
}

function addressesOf(
  { address, name }: Example,
  { identities, names: bound }: BoundProfile,
  resolved: ReadonlyMap<string, readonly Address[]>,
): readonly Address[] {
  if (address !== null) return [address];
  if (name === null) return [];
  // All addresses of such a host are judged alike.
  const hosts = identities.byName.get(name)?.flatMap(({ addresses }) => addresses.slice(0, 1));
  return hosts ?? resolved.get(name) ?? bound.get(name) ?? [];
}

function judgeExample(row: Example, address: Address, bound: BoundProfile, at: Instant): ExampleResult {
  const expectation = expectPort(bound, address, row.port);
  const rule = openRule(expectation, bound.profile.defaults);
  const cover = rule === null ? null : findException(bound, { address, port: row.port, rule }, at);
  const isAccepted = cover?.active === true;
  const { unlisted } = bound.profile.defaults;
  const isReview = expectation.verdict === "unlisted" && unlisted === "review";
  return {
    row,
    passed: passes(row.expected, expectation, isAccepted, bound),
    verdict: isAccepted ? "accepted" : isReview ? "review" : expectation.verdict,
    why: describe(expectation, cover),
  };
}

function passes(
  expected: ExampleWord,
  expectation: Expectation,
  isAccepted: boolean,
  { profile: { defaults } }: BoundProfile,
): boolean {
  const { verdict } = expectation;
  switch (expected) {
    case "required":
    case "unlisted":
    case "unreviewed":
      return verdict === expected;
    case "allowed":
      return verdict === "allowed" || (verdict === "unlisted" && defaults.unlisted === "allowed");
    case "review":
      return verdict === "unlisted" && defaults.unlisted === "review";
    case "forbidden":
      return !isAccepted && openRule(expectation, defaults) !== null;
    case "accepted":
      return isAccepted;
  }
}

function describe({ why }: Expectation, cover: Cover | null): string {
  if (cover === null) return why;
  const { id, expires } = cover.exception;
  return cover.active
    ? `${why}; accepted by exception \`${id}\` until ${expires}`
    : `${why}; exception \`${id}\` ended with ${expires}`;
}
