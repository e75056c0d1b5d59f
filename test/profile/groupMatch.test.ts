import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import type { Match } from "../../src/profile/profile.js";
import { refusal } from "./refusal.js";

function matchOf(match: string): Match {
  const { groups } = parseProfile(
    `version: 1\nnetworks: {lan: 10.0.0.0/8}\ngroups: [{id: a, match: ${match}}]`,
    "p.yaml",
  );
  if (groups[0] === undefined) throw new Error("no group");
  return groups[0].match;
}

const textsOf = (networks: readonly { readonly text: string }[] | null | undefined) =>
  networks?.map(({ text }) => text);

describe("a match", () => {
  test("says null of each key that does not stand", () => {
    const nothing = { networks: null, addresses: null, names: null, hosts: null, tags: null, realms: null };
    expect(matchOf("{}")).toEqual(nothing);
    expect(matchOf("")).toEqual(nothing);
    expect(matchOf("{tags: linux}")).toEqual({ ...nothing, tags: ["linux"] });
    expect(matchOf("{realm: [lab, lab]}")).toEqual({ ...nothing, realms: ["lab"] });
  });

  test("takes names and single addresses under `host`", () => {
    const { hosts } = matchOf('{host: [DB01.corp.example., 10.0.0.1, "2001:DB8::1", db02]}');
    expect(hosts?.names).toEqual(["db01.corp.example", "db02"]);
    expect(textsOf(hosts?.addresses)).toEqual(["10.0.0.1/32", "2001:db8::1/128"]);
  });

  test("takes `cidr` for `address`", () => {
    expect(matchOf("{cidr: [10.0.0.0/24, 10.0.1.1]}")).toEqual(matchOf("{address: [10.0.0.0/24, 10.0.1.1]}"));
  });

  test("takes networks by name and as they are", () => {
    expect(matchOf("{network: [lan, 192.0.2.0/24]}").networks?.map(({ name }) => name)).toEqual([
      "lan",
      "192.0.2.0/24",
    ]);
  });

  test.each<[what: string, match: string, message: string]>([
    [
      "`cidr` beside `address`",
      "{address: 10.0.0.1, cidr: 10.0.0.0/24}",
      "45: `cidr` is another word for `address`: write all under one of them",
    ],
    [
      "a network under `host`",
      "{host: [a, 10.0.0.0/24]}",
      "36: `10.0.0.0/24` is no host name and no address; a network stands under `cidr` or `network`",
    ],
    [
      "an address with a slip under `host`",
      "{host: 10.0.0.256}",
      "32: `10.0.0.256` is no host name and no address",
    ],
    ["a letter in an address", "{host: 10.0.0.1a}", "32: `10.0.0.1a` is no host name and no address"],
    [
      "an IPv6 address under `name`",
      '{name: "2001:db8::1"}',
      "32: `2001:db8::1` is no host name; an address stands under `address`",
    ],
    ["two words for a name", "{name: a b}", "32: `a b` is no host name"],
    [
      "a wrong CIDR in second place",
      "{network: [lan, 10.0.0.0/33]}",
      '41: "10.0.0.0/33" is not a network: the prefix is not 0 to 32',
    ],
    ["a wrong key", "{hosts: a}", "26: unknown key `hosts`; did you mean `host`?"],
    ["another word", "{fqdn: a}", "26: unknown key `fqdn`; did you mean `name`?"],
    ["an empty list of tags", "{tags: []}", "32: `tags`: is empty; write a tag"],
    ["a number as a tag", "{tags: [12]}", '33: wants text: write "12"'],
    ["a realm of two words", "{realm: a b}", "33: `realm`: is one word of letters, digits"],
  ])("with %s is refused", (_what, match, message) => {
    const { message: told } = refusal(
      `version: 1\nnetworks: {lan: 10.0.0.0/8}\ngroups: [{id: a, match: ${match}}]\n`,
    );
    expect(told.startsWith(`p.yaml:3:${message}`), told).toBe(true);
  });
});
