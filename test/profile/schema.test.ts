import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseProfile } from "../../src/profile/parse.js";
import { profileJsonSchema } from "../../src/profile/schema.js";
import { LARGE_EXAMPLE } from "./example.js";
import { GOOD, GOOD_INCLUDED, parseGood } from "./good.js";
import { checkBySchema, eachSchema, type JsonSchema } from "./jsonSchemaCheck.js";

const SCHEMA = profileJsonSchema() as JsonSchema;
const ALL = [...eachSchema(SCHEMA)];

/** The names of the keys that have a meaning of their own, with the path of each. */
const KEYS = ALL.flatMap(({ schema, path }) =>
  Object.entries(schema.properties ?? {}).map(([key, inner]) => ({ key, path: `${path}.${key}`, inner })),
);

describe("the published JSON Schema", () => {
  test("is draft 7, names every section and allows no other key anywhere", () => {
    expect(SCHEMA.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(SCHEMA.required).toEqual(["version"]);
    expect(Object.keys(SCHEMA.properties ?? {})).toEqual([
      "version",
      "include",
      "vantages",
      "networks",
      "services",
      "templates",
      "hosts",
      "defaults",
      "groups",
      "exceptions",
    ]);
    const open = ALL.filter(
      ({ schema }) => schema.type === "object" && schema.additionalProperties === undefined,
    );
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  test("describes every key", () => {
    expect(KEYS.length).toBeGreaterThan(100);
    const bare = KEYS.filter(({ inner }) => (inner.description ?? "").length < 10);
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test("has no key that the good profile leaves out", () => {
    const unused = [...new Set(KEYS.map(({ key }) => key))].filter(
      (key) => !new RegExp(`(^|[\\s{])${key}:`, "m").test(GOOD + GOOD_INCLUDED),
    );
    // The severity tables have a key for each rule and severity.
    const rules = KEYS.filter(({ path }) => /\.(severity|due)(\|\d)?\./.test(path)).map(({ key }) => key);
    expect(unused.filter((key) => !rules.includes(key))).toEqual([]);
  });

  test("accepts what portreeve accepts", () => {
    expect(checkBySchema(SCHEMA, parse(GOOD))).toEqual([]);
    expect(checkBySchema(SCHEMA, { version: 1, ...parse(GOOD_INCLUDED) })).toEqual([]);
    expect(checkBySchema(SCHEMA, parse(LARGE_EXAMPLE))).toEqual([]);
  });

  test("accepts every good profile with a word changed that portreeve still accepts", () => {
    let accepted = 0;
    for (const match of GOOD.matchAll(/[A-Za-z_][\w.-]*|\d[\w./:-]*/g)) {
      const text = `${GOOD.slice(0, match.index)}9${GOOD.slice(match.index)}`;
      if (!isAccepted(text)) continue;
      accepted++;
      expect(checkBySchema(SCHEMA, parse(text)), text).toEqual([]);
    }
    expect(accepted).toBeGreaterThan(50);
  });

  test.each([
    ["a port without a protocol", "groups: [{id: a, allowed: [22]}]"],
    ["a port of an unknown protocol", "groups: [{id: a, allowed: [22/icmp]}]"],
    ["a port the wrong way round", "groups: [{id: a, allowed: [tcp/22]}]"],
    ["an unknown key in an entry", "groups: [{id: a, allowed: [{port: ssh, servce: ssh}]}]"],
    ["an unknown severity", "groups: [{id: a, severity: hihg}]"],
    [
      "an exception without an end",
      "exceptions: [{id: a, match: {host: a}, ports: ssh, owner: a, reason: b}]",
    ],
    [
      "a day written otherwise",
      "exceptions: [{id: a, match: {host: a}, ports: ssh, owner: a, reason: b, expires: 31.03.2026}]",
    ],
    [
      "an exception from a rule about exceptions",
      "exceptions: [{id: a, match: {host: a}, rules: exception-unused, owner: a, reason: b, expires: 2026-03-31}]",
    ],
    ["a network without blocks", "networks: {a: []}"],
    ["a name that begins with a digit", "services: {1a: [22/tcp]}"],
    ["three runs to confirm", "defaults: {confirm_runs: 3}"],
    ["half a day", "defaults: {due: {high: 0.5}}"],
  ])("refuses %s, as portreeve does", (_what, text) => {
    const whole = `version: 1\n${text}\n`;
    expect(checkBySchema(SCHEMA, parse(whole))).not.toEqual([]);
    expect(() => parseProfile(whole, "p.yaml")).toThrow();
  });
});

function isAccepted(root: string): boolean {
  try {
    parseGood({ root });
    return true;
  } catch {
    return false;
  }
}
