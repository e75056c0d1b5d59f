import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Asset } from "../../src/facts/asset.js";
import { bindIdentities, identityOf } from "../../src/profile/identities.js";
import type { ProfileHost } from "../../src/profile/profile.js";
import { parseAddress } from "../../src/scope/address.js";
import { asset } from "./bound.js";

const HERE = { vantage: "bastion", realm: "default" };

function host(name: string, addresses: readonly string[], rest: Partial<ProfileHost> = {}): ProfileHost {
  return {
    name,
    seenAs: new Map(),
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
    expect(who([], assets, "10.0.0.4")).toMatchObject({ name: "a", owner: "anna", names: ["a", "b", "c"] });
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
      // Two rows that fit share a host if they share an address.
      for (const { addresses, realm } of some) {
        if (realm === "lab") continue;
        expect(new Set(addresses.map((each) => identityOf(first, each))).size).toBe(1);
      }
    }),
  );
});
