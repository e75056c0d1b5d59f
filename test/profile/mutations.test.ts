/** One change to a good profile: it is either still valid, or refused with the line of the change. */
import { describe, expect, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { parseProfile } from "../../src/profile/parse.js";
import { GOOD } from "./good.js";

interface Mutation {
  readonly line: number;
  /** The word of that line that was changed, where it was one. */
  readonly word: string;
  readonly text: string;
}

const LINES = GOOD.split("\n");

/** The line numbers a text is refused with, null where it is accepted. */
function refusedLines(text: string): readonly number[] | null {
  try {
    parseProfile(text, "p.yaml");
    return null;
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    expect(error.code).toBe("usage");
    return [...error.message.matchAll(/^ *p\.yaml:(\d+):\d+: \S/gm)].map((match) => Number(match[1]));
  }
}

/** Each word of each line with one character of it changed by `change`. */
function mutateWords(change: (word: string, position: number) => string): readonly Mutation[] {
  return LINES.flatMap((content, index) =>
    [...(content.split(/ #|^#/)[0] ?? "").matchAll(/[A-Za-z_][\w.-]*|\d[\w./:-]*/g)].map((match) => {
      const [word] = match;
      const changed = change(word, (index + match.index) % word.length);
      const line = content.slice(0, match.index) + changed + content.slice(match.index + word.length);
      return { line: index + 1, word, text: LINES.with(index, line).join("\n") };
    }),
  );
}

const MUTATIONS: readonly [string, readonly Mutation[]][] = [
  ["a letter replaced", mutateWords((word, at) => `${word.slice(0, at)}q${word.slice(at + 1)}`)],
  ["a letter left out", mutateWords((word, at) => word.slice(0, at) + word.slice(at + 1))],
  [
    "two letters swapped",
    mutateWords(
      (word, at) => word.slice(0, at) + (word[at + 1] ?? "") + (word[at] ?? "") + word.slice(at + 2),
    ),
  ],
  ["a digit put in", mutateWords((word, at) => `${word.slice(0, at)}9${word.slice(at)}`)],
];

describe("a word of a good profile changed", () => {
  test.each(MUTATIONS)("%s: still valid, or refused with its line", (_what, mutations) => {
    expect(mutations.length).toBeGreaterThan(90);
    const refused = mutations.filter(({ line, word, text }) => {
      const lines = refusedLines(text);
      if (lines === null) return false;
      // What the word defines is missed where it is used: that line is the right one, too.
      const users = LINES.flatMap((content, index) => (content.includes(word) ? [index + 1] : []));
      // A key that became another leaves its map without it: that is told of the map, at its first line.
      const isTold = lines.some((each) => each === line || users.includes(each) || each === mapStart(line));
      expect(isTold, `line ${line} (${word}), told: ${lines.join(", ")}\n${text}`).toBe(true);
      return true;
    });
    expect(refused.length).toBeGreaterThan(mutations.length / 3);
  });
});

/** The line of the dash that the line's list item begins with. */
function mapStart(line: number): number {
  let at = line;
  while (at > 1 && !/^\s*- /.test(LINES[at - 1] ?? "")) at--;
  return at;
}

describe("the layout of a good profile changed", () => {
  const layouts: readonly [string, (content: string) => string][] = [
    ["a bracket opened", (content) => content.replace(/: /, ": [")],
    ["a quote opened", (content) => content.replace(/: /, ': "')],
    ["a colon left out", (content) => content.replace(":", "")],
    ["a dash left out", (content) => content.replace("- ", "")],
    ["a tab for spaces", (content) => content.replace(/^ {2}/, "\t")],
    ["a space more", (content) => content.replace(/^ +/, "$& ")],
    ["a line twice", (content) => `${content}\n${content}`],
    ["a line gone", () => ""],
  ];
  test.each(layouts)(
    "%s: still valid, or refused with a line at or after the start of the map it is in",
    (_what, change) => {
      LINES.forEach((content, index) => {
        const changed = change(content);
        if (changed === content || content.startsWith("#")) return;
        const lines = refusedLines(LINES.with(index, changed).join("\n"));
        if (lines === null) return;
        const last = Math.max(...lines);
        expect(last, `line ${index + 1}`).toBeGreaterThanOrEqual(mapStart(index + 1));
        expect(last, `line ${index + 1}`).toBeLessThanOrEqual(LINES.length + 1);
      });
    },
  );
});
