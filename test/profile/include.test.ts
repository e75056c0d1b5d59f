import { describe, expect, test } from "vitest";
import { nameOfIncluded } from "../../src/profile/include.js";
import { parseProfile, profileFromTexts, profileHash } from "../../src/profile/parse.js";
import type { Profile } from "../../src/profile/profile.js";
import { parseGood } from "./good.js";
import { filesOf, refusal } from "./refusal.js";

function parse(text: string, included: Readonly<Record<string, string>>, file = "p.yaml"): Profile {
  return parseProfile(text, file, filesOf(included));
}

describe("an included file", () => {
  test("may use the names of every other file, whatever the order", () => {
    const profile = parse("version: 1\ninclude: [a.yaml, b.yaml]\nnetworks: {lan: 10.0.0.0/8}\n", {
      "a.yaml": "groups: [{id: a, extends: b, match: {network: lan}, allowed: [front]}]",
      "b.yaml": "services: {front: [80/tcp]}\ngroups: [{id: b, allowed: [front]}]",
    });
    expect(profile.groups.map(({ id, entries }) => [id, entries.length])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(profile.groups[0]?.entries.map(({ line }) => line)).toEqual([
      { file: "a.yaml", line: 1 },
      { file: "b.yaml", line: 2 },
    ]);
  });

  test("may be empty, or leave its version out, or have it", () => {
    const files = { "a.yaml": "", "b.yaml": "# nothing\n", "c.yaml": "version: 1\n", "d.yaml": "groups:\n" };
    const profile = parse("version: 1\ninclude: [a.yaml, b.yaml, c.yaml, d.yaml]\n", files);
    expect(profile.files).toHaveLength(5);
  });

  test("is read once, however many include it", () => {
    const profile = parse("version: 1\ninclude: [a.yaml, b.yaml, ./a.yaml]\n", {
      "a.yaml": "include: c.yaml\ngroups: [{id: a}]",
      "b.yaml": "include: ./x/../c.yaml\ngroups: [{id: b}]",
      "c.yaml": "groups: [{id: c}]",
    });
    expect(profile.groups.map(({ id }) => id)).toEqual(["a", "c", "b"]);
    expect(profile.files.map(({ name }) => name)).toEqual(["p.yaml", "a.yaml", "c.yaml", "b.yaml"]);
  });

  test("need not be named where `include` stands empty", () => {
    for (const include of ["", "[]"]) {
      expect(parse(`version: 1\ninclude: ${include}\n`, {}).files).toHaveLength(1);
    }
  });

  test.each([
    ["p.yaml", "a.yaml", "a.yaml"],
    ["./sites/p.yaml", "../a.yaml", "a.yaml"],
    ["sites/p.yaml", "./x/../a.yaml", "sites/a.yaml"],
    ["/etc/portreeve/p.yaml", "a.yaml", "/etc/portreeve/a.yaml"],
    ["sites/p.yaml", "/srv/../srv/a.yaml", "/srv/a.yaml"],
  ])("of %s, named %s, is called %s", (including, include, name) => {
    expect(nameOfIncluded(including, include)).toBe(name);
  });

  test.each<[what: string, included: Readonly<Record<string, string>>, message: string]>([
    ["broken YAML", { "a.yaml": "groups: [\n" }, "a.yaml:"],
    ["a tab", { "a.yaml": "groups:\n\t- id: a\n" }, "a.yaml:2:1: the line is indented with a tab"],
    [
      "an unknown key",
      { "a.yaml": "groups:\n  - id: a\n    ownr: x\n" },
      "a.yaml:3:5: unknown key `ownr`; did you mean `owner`?",
    ],
    ["a list", { "a.yaml": "- a\n" }, "a.yaml:1:1: a profile is a map"],
    ["a version of the future", { "a.yaml": "version: 2\n" }, "a.yaml:1:10: `version`: the version is 1"],
    [
      "an unknown service",
      { "a.yaml": "groups: [{id: a, allowed: [sssh]}]\n" },
      "a.yaml:1:28: unknown service `sssh`; did you mean `ssh`?",
    ],
    ["a text that is not there", {}, "p.yaml:2:10: cannot include `a.yaml`: it is not among the files"],
    [
      "a circle",
      { "a.yaml": "include: b.yaml", "b.yaml": "groups: []\ninclude:\n  - a.yaml" },
      "b.yaml:3:5: files include each other in a circle: a.yaml → b.yaml → a.yaml",
    ],
    [
      "itself",
      { "a.yaml": "include: a.yaml" },
      "a.yaml:1:10: files include each other in a circle: a.yaml → a.yaml",
    ],
    [
      "the profile itself",
      { "a.yaml": "include: ./p.yaml" },
      "a.yaml:1:10: files include each other in a circle: p.yaml → a.yaml → p.yaml",
    ],
  ])("with %s is refused where it is wrong", (_what, included, message) => {
    const error = refusal("version: 1\ninclude: a.yaml\n", filesOf(included));
    expect(error.code).toBe("usage");
    expect(error.message.startsWith(message), error.message).toBe(true);
  });

  test.each<[what: string, first: string, second: string, message: string]>([
    [
      "a network",
      "networks:\n  n: 10.0.0.0/8",
      "networks: {n: 10.0.0.0/8}",
      "12: the network `n` stands in p.yaml:4",
    ],
    [
      "a service",
      "services:\n  s: 80/tcp",
      "services: {s: 80/tcp}",
      "12: the service `s` stands in p.yaml:4",
    ],
    ["a vantage", "vantages:\n  v:", "vantages: {v: }", "12: the vantage `v` stands in p.yaml:4"],
    ["a template", "templates:\n  t: {}", "templates: {t: {}}", "13: the template `t` stands in p.yaml:4"],
    ["a host", "hosts:\n  h: 10.0.0.1", "hosts: {H: 10.0.0.2}", "9: the host `H` stands in p.yaml:4"],
    [
      "a group",
      "groups:\n  - id: g",
      "groups: [{id: g}]",
      "15: the id `g` is taken by the group of p.yaml:4",
    ],
    [
      "an exception",
      "exceptions:\n  - {id: e, match: {host: a}, ports: ssh, owner: a, reason: b, expires: 2026-01-01}",
      "exceptions: [{id: e, match: {host: a}, ports: ssh, owner: a, reason: b, expires: 2026-01-01}]",
      "19: the id `e` is taken by the exception of p.yaml:4",
    ],
    [
      "the defaults",
      "defaults:\n  unlisted: review",
      "defaults: {}",
      "1: `defaults` stand in one file only, and are in p.yaml:3",
    ],
  ])("that defines %s a second time is refused with both places", (_what, first, second, message) => {
    const error = refusal(`version: 1\ninclude: a.yaml\n${first}\n`, filesOf({ "a.yaml": second }));
    expect(error.message).toContain(`a.yaml:1:${message}`);
  });

  test("is told of after the file that includes it, each problem with its own file", () => {
    const { message } = refusal(
      "version: 1\ninclude: [b.yaml, a.yaml]\ngroups: [{id: a, allowed: [70000/tcp]}]\n",
      filesOf({ "a.yaml": "services: {x: 70000/tcp}", "b.yaml": "\nservices: {y: 70000/tcp}" }),
    );
    expect(message.split("\n")).toEqual([
      "the profile p.yaml with its files has 3 problems:",
      "  p.yaml:3:28: port 70000 is past 65535",
      "  b.yaml:2:15: port 70000 is past 65535",
      "  a.yaml:1:15: port 70000 is past 65535",
    ]);
  });

  test("may not lie more than 8 deep, nor be one of more than 50", () => {
    const deep = (depth: number) =>
      Object.fromEntries(
        Array.from({ length: depth }, (_, n) => [
          `${n + 1}.yaml`,
          n + 1 < depth ? `include: ${n + 2}.yaml` : "groups: []",
        ]),
      );
    expect(parse("version: 1\ninclude: 1.yaml\n", deep(8)).files).toHaveLength(9);
    expect(refusal("version: 1\ninclude: 1.yaml\n", filesOf(deep(9))).message).toBe(
      "8.yaml:1:10: `9.yaml` is included 9 deep; 8 is the most",
    );
    const names = Array.from({ length: 50 }, (_, n) => `${n}.yaml`);
    const many = Object.fromEntries(names.map((name) => [name, ""]));
    const including = (count: number) =>
      `version: 1\ninclude:\n${names
        .slice(0, count)
        .map((name) => `  - ${name}\n`)
        .join("")}`;
    expect(parse(including(49), many).files).toHaveLength(50);
    expect(refusal(including(50), filesOf(many)).message).toBe("p.yaml:52:5: a profile has 50 files at most");
  });
});

describe("a profile that was kept", () => {
  test("is read again from its texts, whatever path it was given by", () => {
    const profile = parse(
      "version: 1\ninclude: ../a.yaml\n",
      { "/srv/a.yaml": "groups: [{id: a, allowed: [ssh]}]" },
      "/srv/sites/p.yaml",
    );
    expect(profileFromTexts(profile.files)).toEqual(profile);
    const good = parseGood();
    expect(profileFromTexts(good.files)).toEqual(good);
    expect(() => profileFromTexts([])).toThrow("has no files");
  });

  test("of one file has the SHA-256 of its text for a hash", () => {
    const profile = parseProfile("version: 1\n", "p.yaml");
    expect(profileHash({ ...profile, files: [{ name: "p.yaml", text: "abc" }] })).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  test("of several has a hash that changes with each text and not with the place of the files", () => {
    const at = (place: string, included: string) =>
      profileHash(parse("version: 1\ninclude: a.yaml\n", { [`${place}a.yaml`]: included }, `${place}p.yaml`));
    expect(at("", "groups: []")).toBe(at("/etc/", "groups: []"));
    expect(at("", "groups: []")).not.toBe(at("", "groups: [] "));
  });
});
