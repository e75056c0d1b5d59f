import { describe, expect, test } from "vitest";
import { namesToResolve, profiledAddresses } from "../../src/profile/bind.js";
import { matchGroups } from "../../src/profile/hostRules.js";
import { parseProfile } from "../../src/profile/parse.js";
import { parseAddress } from "../../src/scope/address.js";
import { listAddresses } from "../../src/scope/addressSet.js";
import { asset, bind, bindGroups, type Place } from "./bound.js";

const GROUPS = [
  "{id: a, match: {name: [B.example., a.example]}}",
  "{id: b, match: {name: b.example, address: [10.0.0.1, 10.0.0.2/32, 10.1.0.0/24]}}",
  "{id: c, match: {network: [10.2.0.1]}}",
];

const HOSTS = `version: 1
vantages: {bastion: , internet: }
hosts:
  db01: {addresses: [10.20.1.10, 10.30.1.10], seen_as: {internet: 203.0.113.5}, tags: [db]}
  app: 10.40.0.1
groups:
  - {id: names, match: {host: [db01, gone.example, 10.50.0.1]}}
  - {id: tagged, match: {tags: [DB, web]}}
  - {id: lab, match: {realm: lab, address: 10.60.0.1}}
exceptions:
  - {id: e, match: {name: [only.example, app]}, ports: 22/tcp, owner: o, reason: r, expires: 2026-01-01}
`;

describe("names to resolve", () => {
  test("are told once each, in lower case, without a last dot", () => {
    expect(namesToResolve(bindGroups(...GROUPS).profile, [])).toEqual(["a.example", "b.example"]);
  });

  test("are those of exceptions, too, and none that a host of the profile or an asset bears", () => {
    const profile = parseProfile(HOSTS, "p.yaml");
    expect(namesToResolve(profile, [])).toEqual(["gone.example", "only.example"]);
    expect(namesToResolve(profile, [asset(["10.0.0.1"], { names: ["only.example"] })])).toEqual([
      "gone.example",
    ]);
    const elsewhere = [asset(["10.0.0.1"], { id: "Gone.example", realm: "lab" })];
    expect(namesToResolve(profile, elsewhere)).toEqual(["only.example"]);
    expect(namesToResolve(profile, elsewhere, "default")).toEqual(["gone.example", "only.example"]);
  });
});

describe("a name", () => {
  test("of a known host means that host, whatever DNS says", () => {
    const bound = bind(HOSTS, { db01: ["192.0.2.1"], "only.example": ["10.1.1.1"] });
    expect(bound.names.get("db01")).toEqual(["10.20.1.10", "10.30.1.10"]);
    expect(bound.names.get("only.example")).toEqual(["10.1.1.1"]);
    expect(bound.unresolved).toEqual(["gone.example"]);
  });

  test("that two assets bear means both", () => {
    const assets = [
      asset(["10.0.0.1"], { names: ["gone.example"] }),
      asset(["10.0.0.2"], { id: "Gone.Example" }),
    ];
    expect(bind(HOSTS, {}, { assets }).names.get("gone.example")?.toSorted()).toEqual([
      "10.0.0.1",
      "10.0.0.2",
    ]);
  });
});

describe("profiled hosts", () => {
  const profiled = (place: Place) => [
    ...listAddresses(profiledAddresses(bind(HOSTS, { "only.example": ["10.1.1.1"] }, place))),
  ];

  test("are those named by address or by name, not those of a network", () => {
    const bound = bind(`version: 1\ngroups: [${GROUPS.join(", ")}]`, {
      "b.example": ["192.0.2.9", "2001:db8::9"],
    });
    expect([...listAddresses(profiledAddresses(bound))]).toEqual([
      "10.0.0.1",
      "10.0.0.2",
      "192.0.2.9",
      "2001:db8::9",
    ]);
    expect(bound.unresolved).toEqual(["a.example"]);
  });

  test("are those of `hosts`, too, with all their addresses; a name in an exception says of no host that it is there", () => {
    expect(profiled({})).toEqual(["10.20.1.10", "10.30.1.10", "10.40.0.1", "10.50.0.1"]);
  });

  test("are met by their NAT address where the vantage sees one", () => {
    expect(profiled({ vantage: "internet" })).toEqual(["10.40.0.1", "10.50.0.1", "203.0.113.5"]);
  });

  test("named in a group of another realm are not asked about in this one", () => {
    expect(profiled({ realm: "lab" })).toContain("10.60.0.1");
    expect(profiled({})).not.toContain("10.60.0.1");
  });

  test("bring the addresses that an asset adds to them", () => {
    const assets = [asset(["10.50.0.1", "10.50.0.2"])];
    expect(profiled({ assets })).toContain("10.50.0.2");
  });
});

describe("a host of several addresses", () => {
  const groupsAt = (address: string, place: Place = {}) =>
    matchGroups(bind(HOSTS, {}, place), parseAddress(address)).map(({ group, how }) => `${group.id}: ${how}`);

  test("is matched by any of them, by name, and by its tags in any case", () => {
    const expected = ["names: name db01", "tagged: tag db"];
    expect(groupsAt("10.20.1.10")).toEqual(expected);
    expect(groupsAt("10.30.1.10")).toEqual(expected);
    expect(groupsAt("203.0.113.5")).toEqual([]);
    expect(groupsAt("203.0.113.5", { vantage: "internet" })).toEqual(expected);
  });

  test("is matched by what assets know of it", () => {
    const assets = [asset(["10.50.0.1", "10.50.0.2"], { tags: ["Web"] })];
    expect(groupsAt("10.50.0.2", { assets })).toEqual(["names: address 10.50.0.1", "tagged: tag web"]);
  });

  test("says yes to each key by any of its addresses, and to a network by one that is not excepted", () => {
    const text = (except: string) => `version: 1
networks: {front: {cidr: 10.20.0.0/16, except: [${except}]}}
hosts: {db01: [10.20.1.10, 10.30.1.10]}
groups: [{id: a, match: {network: front, address: 10.30.1.10}}]`;
    const ids = (except: string) =>
      matchGroups(bind(text(except)), parseAddress("10.30.1.10")).map(({ group }) => group.id);
    expect(ids("10.20.9.9")).toEqual(["a"]);
    expect(ids("10.20.1.10")).toEqual([]);
  });

  test("is told from one whose excepted address is another", () => {
    const bound = bind(`version: 1
networks: {front: {cidr: 10.20.0.0/16, except: 10.20.1.0/24}}
hosts: {both: [10.20.1.1, 10.20.2.1], one: [10.20.1.2, 10.30.1.1]}
groups: [{id: a, match: {network: front}}]`);
    const count = (address: string) => matchGroups(bound, parseAddress(address)).length;
    expect([count("10.20.1.1"), count("10.20.2.1"), count("10.20.1.2"), count("10.30.1.1")]).toEqual([
      1, 1, 0, 0,
    ]);
  });
});

test("each host of a group is named in its own words", () => {
  const bound = bindGroups("{id: a, match: {address: [10.0.0.1, 10.0.0.2, 10.0.0.0/24]}}");
  const how = (address: string) => matchGroups(bound, parseAddress(address)).map((matched) => matched.how);
  expect([how("10.0.0.1"), how("10.0.0.2"), how("10.0.0.3"), how("10.0.0.4")]).toEqual([
    ["address 10.0.0.1"],
    ["address 10.0.0.2"],
    ["address in 10.0.0.0/24"],
    ["address in 10.0.0.0/24"],
  ]);
});

describe("realms", () => {
  const text = `version: 1
groups:
  - {id: lab, match: {realm: lab}}
  - {id: both, match: {realm: [lab, default], network: 10.0.0.0/8}}
  - {id: net, match: {network: 10.0.0.0/8}}`;

  test("choose groups, and say nothing of how exactly a host is named", () => {
    const groups = (realm: string) =>
      matchGroups(bind(text, {}, { realm }), parseAddress("10.0.0.1")).map(
        ({ group, how }) => `${group.id}: ${how}`,
      );
    expect(groups("lab")).toEqual([
      "both: network 10.0.0.0/8, realm lab",
      "net: network 10.0.0.0/8",
      "lab: realm lab",
    ]);
    expect(groups("default")).toEqual(["both: network 10.0.0.0/8, realm default", "net: network 10.0.0.0/8"]);
    const [first, second] = matchGroups(bind(text, {}, { realm: "lab" }), parseAddress("10.0.0.1"));
    expect(first?.specificity).toEqual(second?.specificity);
  });
});
