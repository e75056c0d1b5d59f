/** One change to a good profile: it is either still valid, or refused with the line of the change. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { GOOD, GOOD_INCLUDED, INCLUDED_NAME, parseGood } from "./good.js";

interface File {
  readonly name: string;
  readonly lines: readonly string[];
  /** The profile with this file of it changed. */
  readonly parse: (text: string) => void;
}

const ROOT: File = { name: "p.yaml", lines: GOOD.split("\n"), parse: (root) => parseGood({ root }) };
const INCLUDED: File = {
  name: INCLUDED_NAME,
  lines: GOOD_INCLUDED.split("\n"),
  parse: (included) => parseGood({ included }),
};
const FILES = [ROOT, INCLUDED];

interface Mutation {
  readonly file: File;
  readonly line: number;
  /** The word of that line that was changed, where it was one. */
  readonly word: string;
  readonly text: string;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** The places a changed profile is refused with, null where it is accepted. */
function refusedAt({ parse }: File, text: string): readonly Place[] | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    expect(error.code).toBe("usage");
    return [...error.message.matchAll(/^ *(\S+\.yaml):(\d+):\d+: \S/gm)].map((match) => ({
      file: match[1] ?? "",
      line: Number(match[2]),
    }));
  }
}

/** Each word of each line with one character of it changed by `change`. */
function mutateWords(change: (word: string, position: number) => string): readonly Mutation[] {
  return FILES.flatMap((file) =>
    file.lines.flatMap((content, index) =>
      [...(content.split(/ #|^#/)[0] ?? "").matchAll(/[A-Za-z_][\w.-]*|\d[\w./:-]*/g)].map((match) => {
        const [word] = match;
        const changed = change(word, (index + match.index) % word.length);
        const line = content.slice(0, match.index) + changed + content.slice(match.index + word.length);
        return { file, line: index + 1, word, text: file.lines.with(index, line).join("\n") };
      }),
    ),
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
    expect(mutations.length).toBeGreaterThan(200);
    const refused = mutations.filter(({ file, line, word, text }) => {
      const places = refusedAt(file, text);
      if (places === null) return false;
      const isTold = places.some(
        (place) => (place.file === file.name && place.line === line) || isUser(place, word),
      );
      const told = places.map((place) => `${place.file}:${place.line}`).join(", ");
      expect(isTold, `${file.name}:${line} (${word}), told: ${told}\n${text}`).toBe(true);
      return true;
    });
    expect(refused.length).toBeGreaterThan(mutations.length / 3);
  });
});

/** What the word defines is missed where it is used: that line is the right one, too. */
function isUser(place: Place, word: string): boolean {
  const file = FILES.find(({ name }) => name === place.file);
  return file?.lines[place.line - 1]?.includes(word) ?? false;
}

/** The line of the dash that the line's list item begins with: what a map lacks is told of at its first line. */
function mapStart({ lines }: File, line: number): number {
  let at = line;
  while (at > 1 && !/^\s*- /.test(lines[at - 1] ?? "")) at--;
  return at;
}

test("a good profile with pieces cut out, doubled or moved is read, or refused with a place", () => {
  const piece = fc.record({ from: fc.nat(), length: fc.integer({ min: 0, max: 60 }), to: fc.nat() });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 3 }), fc.boolean(), (pieces, isRoot) => {
      let text = isRoot ? GOOD : GOOD_INCLUDED;
      for (const { from, length, to } of pieces) {
        const start = from % (text.length + 1);
        const taken = text.slice(start, start + length);
        const rest = text.slice(0, start) + text.slice(start + length);
        const at = to % (rest.length + 1);
        text = rest.slice(0, at) + taken + rest.slice(at);
      }
      const places = refusedAt(isRoot ? ROOT : INCLUDED, text);
      if (places === null) accepted++;
      else expect(places.length).toBeGreaterThan(0);
    }),
    // Few of the random ones are still good, in some hundreds none: these two always are.
    { numRuns: 300, examples: [true, false].map((isRoot) => [[{ from: 0, length: 0, to: 0 }], isRoot]) },
  );
  expect(accepted).toBeGreaterThanOrEqual(2);
});

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
      for (const file of FILES) {
        file.lines.forEach((content, index) => {
          const changed = change(content);
          if (changed === content || content.startsWith("#")) return;
          const places = refusedAt(file, file.lines.with(index, changed).join("\n"));
          if (places === null) return;
          // A name that is gone with the line is missed by the lines that use it, wherever they are.
          if (places.some((place) => namesIn(content).some((name) => isUser(place, name)))) return;
          const told = places.filter((place) => place.file === file.name).map(({ line }) => line);
          expect(Math.max(...told), `line ${index + 1}`).toBeGreaterThanOrEqual(mapStart(file, index + 1));
          expect(Math.max(...told), `line ${index + 1}`).toBeLessThanOrEqual(file.lines.length + 1);
        });
      }
    },
  );
});

/** What a line may define: its key, or the id in it. */
function namesIn(content: string): readonly string[] {
  return [...content.matchAll(/^ {2}([\w-]+):|id: ([\w-]+)/g)].flatMap(([, key, id]) => key ?? id ?? []);
}
