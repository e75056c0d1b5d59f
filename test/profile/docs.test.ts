/** docs/profile.md is the manual of the language: what it shows must work, and what it lists must be all there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DEFAULT_SEVERITY } from "../../src/exposure/severity.js";
import { FINDING_RULES, FINDING_STATUSES } from "../../src/facts/finding.js";
import { bindProfile } from "../../src/profile/bind.js";
import { BUILT_IN_TEMPLATES } from "../../src/profile/builtInTemplates.js";
import { EXAMPLE_WORDS, parseExamples, runExamples } from "../../src/profile/examples.js";
import { BUILT_IN_HIGH_RISK } from "../../src/profile/highRisk.js";
import { parseProfile } from "../../src/profile/parse.js";
import { readPortTexts } from "../../src/profile/portList.js";
import { profileJsonSchema } from "../../src/profile/schema.js";
import { WELL_KNOWN_SERVICES } from "../../src/profile/wellKnownServices.js";
import { parseAddress } from "../../src/scope/address.js";
import { countPorts, intersectPorts } from "../../src/scope/portSet.js";
import { checkBySchema, eachSchema, type JsonSchema } from "./jsonSchemaCheck.js";

const DOCS = readFileSync(join(import.meta.dirname, "../../docs/profile.md"), "utf8");
const SCHEMA = profileJsonSchema() as JsonSchema;

const blocksOf = (language: string) =>
  [...DOCS.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1] ?? "");

/** The rows of the table between two comments of that name, cell by cell. */
function tableOf(name: string): readonly (readonly string[])[] {
  const [, table = ""] = DOCS.split(new RegExp(`<!-- /?${name} -->`));
  const rows = table
    .trim()
    .split("\n")
    .map((row) => row.split("|").slice(1, -1))
    .slice(2);
  return rows.map((cells) => cells.map((cell) => cell.trim()));
}

describe("docs/profile.md", () => {
  const [main = "", common = "", ...fragments] = blocksOf("yaml");

  test("shows a profile of two files that is read as it stands", () => {
    const profile = parseProfile(main, "profile.yaml", [{ name: "common.yaml", text: common }]);
    expect(profile.groups.map(({ id }) => id)).toEqual(["linux-base", "db", "dmz-web", "domain-controllers"]);
    expect(profile.exceptions).toHaveLength(2);
    expect(profile.vantages).toHaveLength(3);
    for (const text of [main, common]) expect(checkBySchema(SCHEMA, parse(text))).toEqual([]);
  });

  test("shows fragments that are read as they stand", () => {
    expect(fragments.length).toBeGreaterThan(8);
    for (const text of fragments) {
      const whole = `version: 1\n${text}`;
      parseProfile(whole, "fragment.yaml");
      expect(checkBySchema(SCHEMA, parse(whole))).toEqual([]);
    }
  });

  test("names every key of the language", () => {
    const keys = [...eachSchema(SCHEMA)].flatMap(({ schema }) => Object.keys(schema.properties ?? {}));
    expect([...new Set(keys)].filter((key) => !DOCS.includes(`\`${key}\``))).toEqual([]);
  });

  test("lists every rule with its severity, and every status", () => {
    const rules = tableOf("rules").map(([rule, , severity]) => [rule?.replaceAll("`", ""), severity]);
    expect(Object.fromEntries(rules)).toEqual(DEFAULT_SEVERITY);
    expect(rules).toHaveLength(FINDING_RULES.length);
    expect(FINDING_STATUSES.filter((status) => !DOCS.includes(`| \`${status}\` |`))).toEqual([]);
  });

  test("lists the built-in templates as they are, and marks what is on the high-risk list", () => {
    const risky = readPortTexts(BUILT_IN_HIGH_RISK);
    const isRisky = (port: string) => countPorts(intersectPorts(readPortTexts([port]), risky)) > 0;
    const rows = [...BUILT_IN_TEMPLATES].flatMap(([name, entries]) =>
      entries.map(({ port, reason }, index) => {
        const ports = [port].flat().map((text) => (isRisky(text) ? `**${text}**` : text));
        return [index === 0 ? `\`${name}\`` : "", ports.join(", "), reason];
      }),
    );
    expect(tableOf("templates")).toEqual(rows);
  });

  test("lists the names of services that are known, and the ports of high risk", () => {
    const [, services = ""] = DOCS.split(/<!-- \/?services -->/);
    expect(services.trim().split(/\s+/)).toEqual(
      [...WELL_KNOWN_SERVICES.keys()].sort().map((name) => `\`${name}\``),
    );
    expect(DOCS).toContain(BUILT_IN_HIGH_RISK.join(", "));
  });

  test("shows examples for `profile test` that hold for the profile it shows, and every word they may end in", () => {
    const [text = ""] = blocksOf("text");
    const profile = parseProfile(main, "profile.yaml", [{ name: "common.yaml", text: common }]);
    const vantages = profile.vantages.map(({ name }) => name);
    const examples = parseExamples(text, "profile.tests", { vantages });
    expect(examples).toHaveLength(8);
    const names = new Map([["app07.corp.example", [parseAddress("10.20.9.7")]]]);
    const bindAt = (vantage: string | null) =>
      bindProfile(profile, {
        vantage: vantage ?? "bastion",
        realm: "default",
        zone: "UTC",
        names,
        assets: [],
      });
    const results = runExamples(examples, bindAt, { now: Date.UTC(2026, 5, 1), names });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(EXAMPLE_WORDS.filter((word) => !DOCS.includes(`\`${word}\``))).toEqual([]);
  });
});
