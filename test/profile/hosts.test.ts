import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import { refusal } from "./refusal.js";

describe("hosts", () => {
  test("have addresses, and others from behind NAT, in short or in long", () => {
    const text = `version: 1
hosts:
  DB01.Corp.Example.:
    addresses: [10.20.1.10, 10.30.1.10, 10.20.1.10]
    seen_as: { internet: 203.0.113.5, office: ["2001:DB8::5"] }
    realm: [default, lab, default]
    owner: dba
    system: billing
    tags: [linux, db]
  web01: [10.20.1.11]
  web02: 10.20.1.12
  behind: { seen_as: { internet: 203.0.113.6 } }
`;
    const line = (line: number) => ({ file: "p.yaml", line });
    const bare = { seenAs: new Map(), realms: null, owner: null, system: null, tags: [] };
    expect(parseProfile(text, "p.yaml").hosts).toEqual([
      {
        name: "db01.corp.example",
        addresses: ["10.20.1.10", "10.30.1.10"],
        seenAs: new Map([
          ["internet", ["203.0.113.5"]],
          ["office", ["2001:db8::5"]],
        ]),
        realms: ["default", "lab"],
        owner: "dba",
        system: "billing",
        tags: ["linux", "db"],
        line: line(3),
      },
      { ...bare, name: "web01", addresses: ["10.20.1.11"], line: line(10) },
      { ...bare, name: "web02", addresses: ["10.20.1.12"], line: line(11) },
      {
        ...bare,
        name: "behind",
        addresses: [],
        seenAs: new Map([["internet", ["203.0.113.6"]]]),
        line: line(12),
      },
    ]);
  });

  test("may be seen as the same address from different vantages, and as an own one", () => {
    const text =
      "version: 1\nhosts: {a: {addresses: 10.0.0.1, seen_as: {x: 10.0.0.1, y: 192.0.2.1}}, b: {seen_as: {x: 192.0.2.1}}}";
    expect(parseProfile(text, "p.yaml").hosts).toHaveLength(2);
  });

  test("of different realms may have the same addresses", () => {
    const text =
      "version: 1\nhosts: {a: {addresses: 10.0.0.1, realm: lab}, b: {addresses: 10.0.0.1, seen_as: {x: 192.0.2.1}, realm: [default, site]}, c: {seen_as: {x: [10.0.0.1, 192.0.2.1]}, realm: other}}";
    expect(parseProfile(text, "p.yaml").hosts.map(({ realms }) => realms)).toEqual([
      ["lab"],
      ["default", "site"],
      ["other"],
    ]);
  });

  test.each<[what: string, hosts: string, message: string]>([
    [
      "an address in two",
      "{a: [10.0.0.1, 10.0.0.2], b: [10.0.0.3, 10.0.0.2]}",
      "2:48: 10.0.0.2 is an address of the host `a` (p.yaml:2) already",
    ],
    [
      "an address in two, written otherwise",
      '{a: "2001:db8::1", b: ["2001:DB8:0::1"]}',
      "2:31: 2001:db8::1 is an address of the host `a` (p.yaml:2) already",
    ],
    [
      "an address that one vantage sees of two",
      "{a: {seen_as: {x: 10.0.0.1}}, b: {seen_as: {x: [10.0.0.1]}}}",
      "2:56: 10.0.0.1 is an address of the host `a` (p.yaml:2) as `x` sees it already",
    ],
    [
      "an address that a vantage sees of another host",
      "{a: {seen_as: {x: 10.0.0.1}}, b: 10.0.0.1}",
      "2:26: 10.0.0.1 is an address of the host `b` (p.yaml:2) already",
    ],
    [
      "an address in two of one realm",
      "{a: {addresses: 10.0.0.1, realm: lab}, b: {addresses: 10.0.0.1, realm: x}, c: {addresses: 10.0.0.1, realm: [y, x]}}",
      "2:98: 10.0.0.1 is an address of the host `b` (p.yaml:2) already",
    ],
    [
      "an address in one of a realm and one of any",
      "{a: {addresses: 10.0.0.1, realm: lab}, b: 10.0.0.1}",
      "2:50: 10.0.0.1 is an address of the host `a` (p.yaml:2) already",
    ],
    ["no word for a realm", "{a: {addresses: 10.0.0.1, realm: a b}}", "2:41: `realm`: is one word"],
    [
      "a network",
      "{a: [10.0.0.0/24]}",
      "2:13: `10.0.0.0/24` is no address: a host has addresses, not networks",
    ],
    ["a name for an address", "{a: b}", "2:12: `b` is no address: this is neither IPv4 nor IPv6"],
    [
      "a wrong address seen",
      "{a: {seen_as: {x: 10.0.0.256}}}",
      "2:26: `10.0.0.256` is no address: an octet is above 255",
    ],
    ["no address", "{a: {owner: me}}", "2:9: the host `a` has no addresses"],
    ["an empty list", "{a: []}", "2:12: `a`: is empty; write an address"],
    [
      "nothing",
      "{a: }",
      "2:12: `a`: wants an address, a list of them, or `{addresses, seen_as, realm, owner, system, tags}`",
    ],
    ["a number", "{a: [10]}", '2:13: wants text: write "10"'],
    [
      "an address for a key",
      "{10.0.0.1: [10.0.0.1]}",
      "2:9: `10.0.0.1`: a host's key is its name, such as `db01`",
    ],
    ["a number for a key", "{10: [10.0.0.1]}", "2:9: `10`: a host's key is its name"],
    ["a name that is none", "{a..b: [10.0.0.1]}", "2:9: `a..b` is no host name"],
    ["one name in two cases", "{a: 10.0.0.1, A: 10.0.0.2}", "2:22: the host `A` stands in p.yaml:2 already"],
    [
      "an unknown key",
      "{a: {adresses: 10.0.0.1}}",
      "2:13: unknown key `adresses`; did you mean `addresses`?",
    ],
    [
      "another word for a key",
      "{a: {nat: {x: 10.0.0.1}}}",
      "2:13: unknown key `nat`; did you mean `seen_as`?",
    ],
    [
      "an owner that is none",
      "{a: {addresses: 10.0.0.1, owner: unreviewed}}",
      "2:41: a host is not reviewed: name its owner, or none",
    ],
    [
      "addresses seen without a vantage",
      "{a: {seen_as: 10.0.0.1}}",
      "2:22: `seen_as`: wants vantages with addresses",
    ],
    ["a list", "[a]", "2:8: `hosts`: wants names with addresses"],
  ])("with %s are refused", (_what, hosts, message) => {
    const { message: told } = refusal(`version: 1\nhosts: ${hosts}\n`);
    expect(told.startsWith(`p.yaml:${message}`), told).toBe(true);
  });
});
