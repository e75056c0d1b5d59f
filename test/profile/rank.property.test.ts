/** Who wins, held against a naive reading of the rule, over random profiles in random order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchGroups } from "../../src/profile/hostRules.js";
import { parseAddress } from "../../src/scope/address.js";
import { bind, expectAt } from "./bound.js";

const HOST = "10.0.0.5";
const PORT = 25;

interface Written {
  readonly id: string;
  readonly match: keyof typeof MATCHES;
  readonly entries: readonly {
    readonly list: "required" | "allowed" | "forbidden";
    readonly from: number;
    readonly width: number;
    readonly unreviewed: boolean;
  }[];
}

/** Ways to name the host, with their rank: higher is more specific. */
const MATCHES = {
  "{}": 0,
  "{network: 0.0.0.0/0}": 1,
  "{network: [10.0.0.0/8, 10.0.0.0/16]}": 2,
  "{network: lan}": 3,
  "{address: [10.0.0.0/30, 10.0.0.4/30]}": 4,
  "{name: [other.example, db01.example]}": 5,
  "{name: db01.example, network: lan}": 6,
  "{address: [10.0.0.4, 10.0.0.5]}": 7,
  "{address: 10.0.0.5, name: db01.example}": 8,
} as const;

const entry = fc.record({
  list: fc.constantFrom("required" as const, "allowed" as const, "forbidden" as const),
  from: fc.integer({ min: 20, max: 30 }),
  width: fc.integer({ min: 1, max: 4 }),
  unreviewed: fc.boolean(),
});
const groups = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-d][a-d0-9]{0,2}$/),
    match: fc.constantFrom(...(Object.keys(MATCHES) as (keyof typeof MATCHES)[])),
    entries: fc.array(entry, { maxLength: 4 }),
  }),
  { selector: ({ id }) => id, maxLength: 7 },
);

function write(written: readonly Written[], order: readonly number[]): string {
  const lines = order.map((index) => {
    const group = written[index];
    if (group === undefined) return "";
    const list = (name: string) =>
      group.entries
        .filter((each) => each.list === name)
        .map(
          ({ from, width, unreviewed }) =>
            `{port: ${from}-${from + width - 1}/tcp${unreviewed ? ", owner: unreviewed" : ""}}`,
        )
        .join(", ");
    return `  - {id: ${group.id}, match: ${group.match}, allowed: [${list("allowed")}], required: [${list("required")}], forbidden: [${list("forbidden")}]}\n`;
  });
  return `version: 1\nnetworks: {lan: {cidr: [10.0.0.0/24], except: 10.0.0.9}}\ngroups:${lines.length === 0 ? " []" : ""}\n${lines.join("")}`;
}

/** The rule as the documentation says it: sort everything that lists the port, take the first. */
function naiveVerdict(written: readonly Written[]): string {
  const rank = { forbidden: 2, required: 1, allowed: 0 };
  const listing = written
    .flatMap((group) => group.entries.map((each) => ({ ...each, specificity: MATCHES[group.match] })))
    .filter(({ from, width }) => from <= PORT && PORT < from + width);
  const valid = listing.filter(({ list, unreviewed }) => list === "forbidden" || !unreviewed);
  valid.sort((a, b) => b.specificity - a.specificity || a.width - b.width || rank[b.list] - rank[a.list]);
  return valid[0]?.list ?? (listing.length > 0 ? "unreviewed" : "unlisted");
}

describe("the most specific rule wins", () => {
  test("as a naive reading of the rule has it", () => {
    fc.assert(
      fc.property(groups, (written) => {
        const bound = bind(write(written, [...written.keys()]), { "db01.example": [HOST] });
        expect(expectAt(bound, HOST, `${PORT}/tcp`).verdict).toBe(naiveVerdict(written));
        expect(matchGroups(bound, parseAddress(HOST))).toHaveLength(written.length);
      }),
      { numRuns: 400 },
    );
  });

  test("in any order of the file, and so do those that come after it", () => {
    const ordered = groups.chain((written) =>
      fc.tuple(fc.constant(written), fc.shuffledSubarray([...written.keys()], { minLength: written.length })),
    );
    fc.assert(
      fc.property(ordered, ([written, order]) => {
        const told = [[...written.keys()], order].map((each) => {
          const bound = bind(write(written, each), { "db01.example": [HOST] });
          const { verdict, groupId, entry: winner, runnersUp } = expectAt(bound, HOST, `${PORT}/tcp`);
          return {
            verdict,
            groupId,
            text: winner?.text,
            runnersUp: runnersUp.map((runner) => [runner.groupId, runner.entry.text, runner.why]),
          };
        });
        expect(told[1]).toEqual(told[0]);
      }),
      { numRuns: 300 },
    );
  });
});
