import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Asset } from "../../src/facts/asset.js";
import { namesToResolve, profiledAddresses } from "../../src/profile/bind.js";
import { bindIdentities, identityNames, identityOf } from "../../src/profile/identities.js";
import type { ProfileHost } from "../../src/profile/profile.js";
import { parseAddress } from "../../src/scope/address.js";
import { listAddresses } from "../../src/scope/addressSet.js";
import { asset, bind, expectAt } from "./bound.js";

const HERE = { vantage: "bastion", realm: "default" };

function host(name: string, addresses: readonly string[], rest: Partial<ProfileHost> = {}): ProfileHost {
  return {
    name,
    seenAs: new Map(),
    realms: null,
    owner: null,
    system: null,
    tags: [],
    line: { file: "p.yaml", line: 1 },
    ...rest,
    addresses: addresses.map(parseAddress),
  };
}

const who = (hosts: readonly ProfileHost[], assets: readonly Asset[], address: string, at = HERE) =>
  identityOf(bindIdentities(hosts, assets, at), parseAddress(address));

describe("who a host is", () => {
  test("the profile's words win over a list's, and what one lacks the other gives", () => {
    const hosts = [host("db01", ["10.0.0.1"], { owner: "dba", tags: ["db"] })];
    const assets = [
      asset(["10.0.0.1", "10.9.0.1"], {
        id: "A-17",
        names: ["db01.corp.example"],
        owner: "it",
        system: "billing",
        tags: ["linux", "db"],
      }),
    ];
    const expected = {
      name: "db01",
      names: ["db01", "a-17", "db01.corp.example"],
      addresses: ["10.0.0.1", "10.9.0.1"],
      owner: "dba",
      system: "billing",
      tags: ["db", "linux"],
    };
    expect(who(hosts, assets, "10.9.0.1")).toEqual(expected);
    expect(who(hosts, assets, "10.0.0.1")).toEqual(expected);
  });

  test("an asset's name is its id, else its first name; nobody knows other addresses", () => {
    expect(who([], [asset(["10.0.0.1"], { id: "A-17", names: ["x"] })], "10.0.0.1")?.name).toBe("A-17");
    expect(who([], [asset(["10.0.0.1"], { names: ["x", "y"] })], "10.0.0.1")?.name).toBe("x");
    expect(who([], [asset(["10.0.0.1"])], "10.0.0.1")?.name).toBeNull();
    expect(who([], [asset(["10.0.0.1"])], "10.0.0.2")).toBeNull();
  });

  test("rows that share an address by way of others are one host", () => {
    const assets = [
      asset(["10.0.0.1", "10.0.0.2"], { id: "b" }),
      asset(["10.0.0.3", "10.0.0.4"], { id: "c" }),
      asset(["10.0.0.2", "10.0.0.3"], { id: "a", owner: "anna" }),
    ];
    expect(who([], assets, "10.0.0.4")).toMatchObject({ name: "b", owner: "anna", names: ["b", "a", "c"] });
  });

  test("the address behind NAT is the same host, and comes first, where the vantage sees it", () => {
    const seenAs = new Map([["internet", ["203.0.113.5"].map(parseAddress)]]);
    const hosts = [host("web", ["10.0.0.1"], { seenAs })];
    const outside = { vantage: "internet", realm: "default" };
    expect(who(hosts, [], "203.0.113.5")).toBeNull();
    expect(who(hosts, [], "203.0.113.5", outside)?.addresses).toEqual(["203.0.113.5", "10.0.0.1"]);
    const identities = bindIdentities(hosts, [], outside);
    expect([...identities.exposed.values()]).toEqual([["203.0.113.5"]]);
    // An asset list that names the public address is about this host from there, and from nowhere else.
    const listed = [asset(["203.0.113.5"], { owner: "web-team" })];
    expect(who(hosts, listed, "10.0.0.1", outside)?.owner).toBe("web-team");
    expect(who(hosts, listed, "10.0.0.1")?.owner).toBeNull();
  });

  test("a host that only another vantage can see is not here", () => {
    const seenAs = new Map([["internet", ["203.0.113.5"].map(parseAddress)]]);
    const identities = bindIdentities([host("web", [], { seenAs })], [], HERE);
    expect(identities.all).toEqual([]);
    expect(identities.byName.get("web")).toBeUndefined();
  });

  test("an asset of another realm is another machine with the same address", () => {
    const assets = [
      asset(["10.0.0.1"], { id: "lab", realm: "lab" }),
      asset(["10.0.0.1"], { id: "any" }),
      asset(["10.0.0.1"], { id: "zone", realm: "default" }),
    ];
    // A row for the realm itself comes before one for any.
    expect(who([], assets, "10.0.0.1")?.names).toEqual(["zone", "any"]);
    expect(who([], assets, "10.0.0.1", { vantage: "bastion", realm: "lab" })?.names).toEqual(["lab", "any"]);
  });

  test("a host is of its realms only", () => {
    const hosts = [
      host("lab01", ["10.0.0.1"], { realms: ["lab"] }),
      host("db01", ["10.0.0.1"], { realms: ["default", "site"] }),
    ];
    const lab = { vantage: "bastion", realm: "lab" };
    expect(who(hosts, [], "10.0.0.1")?.names).toEqual(["db01"]);
    expect(who(hosts, [], "10.0.0.1", lab)?.names).toEqual(["lab01"]);
    expect(who(hosts, [], "10.0.0.1", { ...lab, realm: "x" })).toBeNull();
    expect([...identityNames(hosts, [], "lab")]).toEqual(["lab01"]);
    expect([...identityNames(hosts, [], null)]).toEqual(["lab01", "db01"]);
    const text =
      "version: 1\nhosts: {a: {addresses: 10.0.0.1, realm: lab}}\ngroups: [{id: x, match: {name: a}, allowed: [22/tcp]}]";
    const bound = bind(text);
    expect([...listAddresses(profiledAddresses(bound))]).toEqual([]);
    expect(bound.unresolved).toEqual(["a"]);
    expect(namesToResolve(bound.profile, [], "default")).toEqual(["a"]);
    expect([...listAddresses(profiledAddresses(bind(text, {}, { realm: "lab" })))]).toEqual(["10.0.0.1"]);
  });

  test("what an asset is called moves no address of a host", () => {
    const addressesWith = (first: Partial<Asset>, second: Partial<Asset>) =>
      who(
        [],
        [asset(["10.0.0.9", "10.0.0.20"], first), asset(["10.0.0.20", "10.0.0.10"], second)],
        "10.0.0.20",
      )?.addresses;
    const expected = ["10.0.0.9", "10.0.0.20", "10.0.0.10"];
    expect(addressesWith({ id: "a" }, { id: "b" })).toEqual(expected);
    expect(addressesWith({ id: "z", owner: "x" }, { names: ["b"] })).toEqual(expected);
    expect(addressesWith({ id: "a" }, { id: "b", realm: "default" })).toEqual(expected);
    // The profile's own order comes first.
    const hosts = [host("h", ["10.0.0.30", "10.0.0.20"])];
    expect(who(hosts, [asset(["10.0.0.1", "10.0.0.20"])], "10.0.0.1")?.addresses).toEqual([
      "10.0.0.30",
      "10.0.0.20",
      "10.0.0.1",
    ]);
  });
});

describe("two hosts of the profile", () => {
  const hosts = [host("web01", ["10.0.0.7"], { owner: "web", tags: ["linux"] }), host("db01", ["10.0.0.8"])];
  const cluster = asset(["10.0.0.8", "10.0.0.100", "10.0.0.7"], {
    id: "cluster-7",
    owner: "it",
    system: "shop",
    tags: ["db"],
  });

  test("stay two, whatever a row says, and take its words where they have none", () => {
    for (const assets of [[cluster], [{ ...cluster, id: "a" }]]) {
      expect(who(hosts, assets, "10.0.0.7")).toEqual({
        name: "web01",
        names: ["web01"],
        addresses: ["10.0.0.7"],
        owner: "web",
        system: "shop",
        tags: ["linux"],
      });
      expect(who(hosts, assets, "10.0.0.8")).toEqual({
        name: "db01",
        names: ["db01"],
        addresses: ["10.0.0.8"],
        owner: "it",
        system: "shop",
        tags: ["db"],
      });
    }
    expect(who(hosts, [cluster], "10.0.0.100")).toMatchObject({
      name: "cluster-7",
      addresses: ["10.0.0.100"],
      owner: "it",
    });
  });

  test("a group for one of them is not for the other", () => {
    const text =
      "version: 1\nhosts: {web01: 10.0.0.7, db01: 10.0.0.8}\ngroups: [{id: db, match: {host: db01}, allowed: [5432/tcp]}]";
    const bound = bind(text, {}, { assets: [cluster] });
    expect(expectAt(bound, "10.0.0.8", "5432/tcp").verdict).toBe("allowed");
    expect(expectAt(bound, "10.0.0.7", "5432/tcp").verdict).toBe("unlisted");
  });

  test("are not joined by way of several rows either; each row is the host's that it leads to", () => {
    const assets = [
      asset(["10.0.0.50", "10.0.0.8"], { id: "b" }),
      asset(["10.0.0.60", "10.0.0.7"], { id: "a" }),
      asset(["10.0.0.60", "10.0.0.50"], { id: "c", system: "shop" }),
      asset(["10.0.0.60", "10.0.0.61"], { id: "d" }),
    ];
    for (const order of [assets, assets.toReversed()]) {
      expect(who(hosts, order, "10.0.0.7")).toMatchObject({
        addresses: ["10.0.0.7", "10.0.0.60", "10.0.0.61"],
        names: ["web01", "a", "d"],
        system: "shop",
      });
      expect(who(hosts, order, "10.0.0.8")).toMatchObject({
        addresses: ["10.0.0.8", "10.0.0.50"],
        names: ["db01", "b"],
        system: "shop",
      });
    }
  });
});

test("hosts are the same whatever the order of the lists, and each address is one host's", () => {
  const address = fc.constantFrom(...Array.from({ length: 8 }, (_, index) => `10.0.0.${index}`));
  const row = fc
    .record({
      addresses: fc.uniqueArray(address, { minLength: 1, maxLength: 3 }),
      id: fc.constantFrom(null, "a", "b", "c"),
      owner: fc.constantFrom(null, "anna", "bert"),
      realm: fc.constantFrom(null, "default", "lab"),
    })
    .map(({ addresses, ...rest }) => asset(addresses, rest));
  const rows = fc.array(row, { maxLength: 6 });
  const lists = rows.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
  );
  const hosts = [host("h", ["10.0.0.1", "10.0.0.2"]), host("g", ["10.0.0.5"])];
  fc.assert(
    fc.property(lists, ([some, shuffled]) => {
      const first = bindIdentities(hosts, some, HERE);
      const second = bindIdentities(hosts.toReversed(), shuffled, HERE);
      expect(new Map([...second.byAddress].sort())).toEqual(new Map([...first.byAddress].sort()));
      for (const identity of first.all) {
        for (const each of identity.addresses) expect(identityOf(first, each)).toBe(identity);
      }
      const [one, two, other] = ["1", "2", "5"].map((last) =>
        identityOf(first, parseAddress(`10.0.0.${last}`)),
      );
      expect(two).toBe(one);
      expect(other).not.toBe(one);
      // Two rows that fit share a host if they share an address and no two hosts of the profile are among them.
      const joined = bindIdentities(hosts.slice(0, 1), some, HERE);
      for (const { addresses, realm } of some) {
        if (realm === "lab") continue;
        expect(new Set(addresses.map((each) => identityOf(joined, each))).size).toBe(1);
      }
    }),
  );
});
