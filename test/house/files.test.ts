import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loosenessOf, ROOT, roomOf, type Source, sourcesOf, stringsOf } from "./sources.js";

const sources = sourcesOf("src");
const everything = [
  ...sources,
  ...sourcesOf("test", [".ts", ".mjs"]),
  ...sourcesOf("scripts", [".mjs", ".ts"]),
];

const LONGEST = 300;

/** The comment a file opens with (after a shebang). */
function headerOf({ text }: Source): string {
  return /^(?:#![^\n]*\n)?\s*(\/\*[\s\S]*?\*\/|(?:\/\/[^\n]*\n)+)/.exec(text)?.[1] ?? "";
}

describe("files", () => {
  test("are named after their idea, never utils, common, helpers, manager or service", () => {
    // `services`, in the plural, are those behind ports: a noun of the trade (nmap-services).
    const vague =
      /^(utils?|common|helpers?|misc|shared|managers?|service)$|(Utils?|Helpers?|Managers?|Service)$/;
    const offences = everything.filter(({ path }) =>
      path.split("/").some((part) => vague.test(part.replace(/\..*$/, ""))),
    );
    expect(offences.map(({ path }) => path)).toEqual([]);
  });

  test(`over ${LONGEST} lines say in their header why they are one file`, () => {
    const long = sources.filter(({ text }) => text.split("\n").length > LONGEST);
    const unexplained = long.filter(
      (source) => !/\b(one file|in one place|long|lines)\b/i.test(headerOf(source)),
    );
    expect(unexplained.map(({ path, text }) => `${path} (${text.split("\n").length} lines)`)).toEqual([]);
  });

  test("of src hold no `any`, no non-null `!` and no suppressed type error", () => {
    const offences = sources.flatMap((source) =>
      loosenessOf(source).map((what) => `${source.path}: ${what}`),
    );
    expect(offences).toEqual([]);
  });

  test("that hold SQL lie in src/store", () => {
    const sql =
      /^[`"']\s*(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|TRIGGER)|PRAGMA\s|BEGIN\s+(IMMEDIATE|EXCLUSIVE))/is;
    const holders = sources.filter((source) => stringsOf(source).some((text) => sql.test(text)));
    expect(holders.filter(({ path }) => roomOf(path) !== "store").map(({ path }) => path)).toEqual([]);
    // The rule finds SQL where there is some.
    expect(holders.length).toBeGreaterThan(5);
  });

  test("of tests mirror a room of src, or are the lab's or the house's", () => {
    const known = new Set([...sources.map(({ path }) => roomOf(path)), "lab", "house"]);
    const strays = sourcesOf("test").filter(
      ({ path }) => path.endsWith(".test.ts") && !known.has(roomOf(path)),
    );
    expect(strays.map(({ path }) => path)).toEqual([]);
  });
});

describe("the lock file", () => {
  test("names no place to download from: any registry will do", () => {
    const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
    expect(lock).not.toMatch(/"resolved"\s*:\s*"https?:/);
    expect(lock).toMatch(/"integrity"/);
  });

  test("agrees with package.json on what is depended on", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const [root] = Object.values(
      JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages,
    ) as [typeof manifest];
    expect(root.dependencies).toEqual(manifest.dependencies);
    expect(root.devDependencies).toEqual(manifest.devDependencies);
    for (const wanted of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(wanted).not.toMatch(/latest|\*|^x$/);
    }
  });
});

describe("the test itself", () => {
  test("sees types that were let go", () => {
    const text = "let a: any = b!; // any\n// @ts-ignore\nlet c = d as any[];";
    expect(loosenessOf({ path: "x.ts", text })).toEqual(["any", "b!", "any", "@ts-ignore"]);
  });

  test("reads a header with or without a shebang", () => {
    expect(headerOf({ path: "", text: "#!/usr/bin/env node\n/** One file, for … */\nlet a;" })).toMatch(
      /One file/,
    );
    expect(headerOf({ path: "", text: "let a; /** One file */" })).toBe("");
  });
});
