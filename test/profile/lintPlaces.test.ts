/** What lint says of vantages, hosts, tags, realms, and of definitions that nothing names. */
import { describe, expect, test } from "vitest";
import { bindProfile } from "../../src/profile/bind.js";
import { type LintContext, lintProfile } from "../../src/profile/lint.js";
import { parseProfile } from "../../src/profile/parse.js";
import { parseAddress } from "../../src/scope/address.js";
import { asset, bind, type Place } from "./bound.js";

function lint(text: string, context: LintContext = {}, place: Place = {}): readonly string[] {
  const rows = lintProfile(bind(text, {}, place), context);
  return rows.map(({ level, message, line }) => `${level} ${line.line}: ${message}`);
}

describe("groups that can never match", () => {
  const groups = (...lines: readonly string[]) =>
    `version: 1\nnetworks: {lan: 10.0.0.0/24, gone: {cidr: 10.1.0.0/24, except: 10.0.0.0/8}}\ngroups:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

  test("for their tag is on no host, with the near one", () => {
    const text = groups(
      "{id: a, match: {network: [lan, gone], tags: [linx]}}",
      "{id: b, match: {tags: Linux}}",
    );
    const assets = [asset(["10.0.0.1"], { tags: ["linux"] })];
    expect(lint(text, {}, { assets })).toEqual([
      "warning 4: group `a` can never match: no host has the tag `linx`; did you mean `linux`?",
    ]);
  });

  test("for the hosts that have the tag are elsewhere", () => {
    const text = groups("{id: a, match: {network: [lan, gone], tags: linux}}");
    expect(lint(text, {}, { assets: [asset(["10.2.0.1"], { tags: ["linux"] })] })).toEqual([
      "warning 4: group `a` can never match: no host is named by all its keys",
    ]);
  });

  test("for their keys exclude each other, or all of their network is excepted", () => {
    const text = groups(
      "{id: a, match: {network: lan, address: [10.2.0.1, 10.3.0.0/16]}}",
      "{id: b, match: {network: gone}}",
      "{id: c, match: {network: lan, address: 10.0.0.128/25}}",
    );
    expect(lint(text)).toEqual([
      "warning 4: group `a` can never match: no host is named by all its keys",
      "warning 5: group `b` can never match: its network is excepted from itself",
    ]);
  });

  test("but not where a host of several addresses satisfies each key by another", () => {
    const text = groups("{id: a, match: {network: [lan, gone], address: 10.2.0.1}}");
    const hosts = "hosts: {db: [10.0.0.1, 10.2.0.1]}\n";
    expect(lint(text + hosts)).toEqual([]);
    expect(lint(text)).toHaveLength(1);
  });

  test("and are told once, with or without hosts that runs have seen", () => {
    const text = groups("{id: a, match: {network: gone}}", "{id: b, match: {network: lan, realm: lab}}");
    const seenHosts = ["10.9.0.1"].map(parseAddress);
    const rows = ["warning 4: group `a` can never match: its network is excepted from itself"];
    expect(lint(text)).toEqual(rows);
    // What is for another realm is none of this one's business.
    expect(lint(text, { seenHosts })).toEqual(rows);
  });
});

describe("vantages", () => {
  const TEXT = `version: 1
vantages: {bastion: , office: , attic: , cellar: }
hosts: {db: {addresses: 10.0.0.1, seen_as: {office: 203.0.113.1}}}
groups:
  - id: a
    match: {network: 10.0.0.0/24}
    allowed:
      - {port: 22/tcp, from: attic}
      - {port: 23/tcp, closed_from: [attic, office]}
exceptions:
  - {id: E, match: {host: db}, ports: 24/tcp, from: attic, owner: o, reason: r, expires: 2030-01-01}
`;

  test("that no run has are told where rules name them, each once", () => {
    expect(lint(TEXT, { seenVantages: ["bastion", "office"] })).toEqual([
      "warning 2: the vantage `cellar` is never named, and no run has it",
      "warning 8: no run has the vantage `attic` (runs have been made from bastion, office); 3 rules name it, the first here",
    ]);
  });

  test("that nothing names are told, unless runs have them", () => {
    expect(lint(TEXT)).toEqual(["warning 2: the vantage `cellar` is never named, and no run has it"]);
    expect(lint(TEXT, { seenVantages: ["cellar", "attic", "office"] })).toEqual([]);
    // The one it is looked at from needs no run.
    const seenVantages = ["attic", "office"];
    expect(lint(TEXT.replace("closed_from: [attic", "closed_from: [bastion"), { seenVantages })).toHaveLength(
      1,
    );
  });
});

describe("`from`", () => {
  const group = (entries: string, rest = "") =>
    `version: 1\ngroups:\n  - {id: base, match: {address: 10.0.0.9}, allowed: [22/tcp]}\n  - {id: a, match: {address: 10.0.0.1}, ${rest}${entries}}\n`;

  test("is undone by no wider and no inherited entry, so there is nothing to tell", () => {
    expect(lint(group("allowed: [{port: 22/tcp, from: bastion}, 20-30/tcp]"))).toEqual([]);
    expect(lint(group("allowed: [{port: 22/tcp, from: bastion}]", "extends: base, "))).toEqual([]);
  });

  test("shadows a wider entry of all its ports, but what is forbidden from elsewhere does not", () => {
    expect(lint(group("allowed: [{port: 20-21/tcp, from: bastion}, 20/tcp, 21/tcp]"))).toEqual([]);
    expect(
      lint(group("allowed: [{port: 20/tcp, from: bastion}, {port: 21/tcp, from: x}, 20-21/tcp]")),
    ).toEqual(["warning 4: group `a`: `20-21/tcp` never applies: narrower entries list all its ports"]);
    expect(
      lint(group("allowed: [22-23/tcp], forbidden: [{port: [22/tcp], from: x}, {port: 23/tcp, from: x}]")),
    ).toEqual([]);
  });

  test("makes two entries for one port no repeat where they are for different vantages", () => {
    expect(lint(group("allowed: [{port: 22/tcp, from: bastion}, {port: 22/tcp, from: office}]"))).toEqual([]);
    expect(
      lint(
        group("allowed: [{port: 22/tcp, from: bastion}], forbidden: [{port: 22/tcp, from: [bastion, x]}]"),
      ),
    ).toEqual(["error 4: group `a`: `22/tcp` is allowed and forbidden, first in p.yaml:4"]);
  });

  test("makes an exception to an entry for every vantage no repeat of it", () => {
    expect(lint(group("allowed: [22/tcp], forbidden: [{port: 22/tcp, from: internet}]"))).toEqual([]);
  });

  test("does not make an entry lose that is meant for another vantage", () => {
    const text = group("allowed: [{port: 22/tcp, from: office}]");
    const seenHosts = ["10.0.0.1", "10.0.0.9"].map(parseAddress);
    expect(lint(text, { seenHosts })).toEqual([]);
    expect(lint(text, { seenHosts }, { vantage: "office" })).toEqual([]);
    const both = group("allowed: [{port: 22/tcp, from: office}, {port: 22/tcp, from: bastion}]");
    expect(lint(both, { seenHosts })).toEqual([]);
  });
});

test("a host that no group is for is told", () => {
  const text = "version: 1\nhosts:\n  db: 10.0.0.1\n  app: 10.0.0.2\n  web: 10.1.0.2\ngroups:\n";
  expect(lint(`${text}  - {id: a, match: {host: db}}\n  - {id: b, match: {network: 10.1.0.0/16}}\n`)).toEqual(
    ["warning 4: no group is for the host `app`: neither its name nor its addresses are named"],
  );
});

describe("definitions that nothing names", () => {
  test("are told: networks, services and templates", () => {
    const text = `version: 1
networks:
  lan: 10.0.0.0/24
  old: 10.1.0.0/24
services:
  app: 8080/tcp
  all: [app]
  ssh: [22/tcp, ssh]
  lost: [inner]
  inner: 9/tcp
templates:
  role: {allowed: [all]}
  rest: {allowed: [22/tcp]}
groups:
  - {id: a, match: {network: lan}, templates: role}
`;
    expect(lint(text)).toEqual([
      "warning 4: the network `old` is never named",
      "warning 8: the service `ssh` is never named",
      "warning 9: the service `lost` is never named",
      "warning 13: the template `rest` is never named",
    ]);
  });

  test("count what other files, exceptions, networks and the high-risk list name", () => {
    const root = `version: 1
include: more.yaml
networks: {a: 10.0.0.0/24, b: 10.1.0.0/24}
services: {s: 1/tcp, t: 2/tcp, u: 3/tcp, v: 4/tcp}
defaults: {high_risk: [u]}
groups: [{id: g, match: {network: a}, forbidden: [{port: v}]}]
`;
    const more = `services: {own: 5/tcp}
exceptions: [{id: E, match: {network: b}, ports: [s, t], owner: o, reason: r, expires: 2030-01-01}]
`;
    const profile = parseProfile(root, "p.yaml", [{ name: "more.yaml", text: more }]);
    const seen = { vantage: "bastion", realm: "default", zone: "UTC", names: new Map(), assets: [] };
    const rows = lintProfile(bindProfile(profile, seen));
    expect(rows.map(({ message, line }) => `${line.file}:${line.line} ${message}`)).toEqual([
      "more.yaml:1 the service `own` is never named",
    ]);
  });
});
