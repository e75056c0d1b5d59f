import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import { refusal } from "./refusal.js";

const VANTAGES =
  "version: 1\nvantages: {bastion: in the network, office: {description: desks}, internet: }\n";

describe("vantages", () => {
  test("have a description, in short or in long, or none", () => {
    expect(parseProfile(VANTAGES, "p.yaml").vantages).toEqual([
      { name: "bastion", description: "in the network", line: { file: "p.yaml", line: 2 } },
      { name: "office", description: "desks", line: { file: "p.yaml", line: 2 } },
      { name: "internet", description: null, line: { file: "p.yaml", line: 2 } },
    ]);
  });

  test("of an entry are one or several, each once", () => {
    const [entry] =
      parseProfile(
        `${VANTAGES}groups: [{id: a, allowed: [{port: ssh, from: [bastion, office, bastion], closed_from: internet}]}]`,
        "p.yaml",
      ).groups[0]?.entries ?? [];
    expect(entry).toMatchObject({ from: ["bastion", "office"], closedFrom: ["internet"] });
  });

  test("are any words where the profile names none", () => {
    for (const section of ["", "vantages:\n", "vantages: {}\n"]) {
      const { groups } = parseProfile(
        `version: 1\n${section}groups: [{id: a, allowed: [ssh, {port: 80/tcp, from: anywhere}]}]`,
        "p.yaml",
      );
      expect(groups[0]?.entries.map(({ from, closedFrom }) => [from, closedFrom])).toEqual([
        [null, []],
        [["anywhere"], []],
      ]);
    }
  });

  test.each<[what: string, rest: string, message: string]>([
    [
      "an unknown one in `from`",
      "groups: [{id: a, allowed: [{port: ssh, from: [bastion, offce]}]}]",
      "p.yaml:3:56: unknown vantage `offce`; did you mean `office`?",
    ],
    [
      "an unknown one with no near word in `closed_from`",
      "groups: [{id: a, allowed: [{port: ssh, closed_from: moon}]}]",
      "p.yaml:3:53: unknown vantage `moon`; name it under `vantages`",
    ],
    [
      "an unknown one in a template",
      "templates: {t: {required: [{port: ssh, from: offce}]}}",
      "p.yaml:3:46: unknown vantage `offce`; did you mean `office`?",
    ],
    [
      "an unknown one in an exception",
      "exceptions: [{id: e, match: {host: a}, ports: ssh, from: offce, owner: a, reason: b, expires: 2026-01-01}]",
      "p.yaml:3:58: unknown vantage `offce`; did you mean `office`?",
    ],
    [
      "an unknown one that sees a host",
      "hosts: {db01: {seen_as: {offce: 10.0.0.1}}}",
      "p.yaml:3:26: unknown vantage `offce`; did you mean `office`?",
    ],
    [
      "one in `from` and in `closed_from`",
      "groups: [{id: a, allowed: [{port: ssh, from: office, closed_from: [bastion, office]}]}]",
      "p.yaml:3:67: `office` stands in `from` and in `closed_from`: the port cannot be open and closed from there",
    ],
    [
      "a list of none",
      "groups: [{id: a, allowed: [{port: ssh, from: []}]}]",
      "p.yaml:3:46: `from`: is empty; write a vantage",
    ],
    [
      "a number",
      "groups: [{id: a, allowed: [{port: ssh, from: 10}]}]",
      "p.yaml:3:46: `from`: wants a vantage, or a list of them",
    ],
    [
      "two words",
      "groups: [{id: a, allowed: [{port: ssh, from: the office}]}]",
      "p.yaml:3:46: `from`: is one word of letters, digits, `.`, `_` and `-` (64 at most)",
    ],
  ])("%s is refused with its place", (_what, rest, message) => {
    expect(refusal(`${VANTAGES}${rest}\n`).message).toBe(message);
  });

  test.each([
    ["a list", "vantages: [bastion]", "p.yaml:2:11: `vantages`: wants names with descriptions"],
    ["a number as description", "vantages: {a: 1}", "p.yaml:2:15: `a`: wants a description, or nothing"],
    ["a name of two words", "vantages: {a b: x}", "p.yaml:2:12: `a b`: is one word of letters, digits"],
    [
      "a comma in a description without quotes",
      "vantages: {a: {description: desks, VLAN 20}}",
      "p.yaml:2:36: unknown key `VLAN 20`",
    ],
  ])("that are %s are refused", (_what, text, message) => {
    expect(refusal(`version: 1\n${text}\n`).message.startsWith(message)).toBe(true);
  });
});
