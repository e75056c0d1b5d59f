import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { PortreeveError } from "../../src/facts/error.js";
import { parseAddress } from "../../src/scope/address.js";
import {
  type AddressSet,
  addressSetOfNetworks,
  countAddresses,
  describeAddressSet,
  hasAddress,
  intersectAddresses,
  listAddresses,
  subtractAddresses,
} from "../../src/scope/addressSet.js";
import { parseNetwork } from "../../src/scope/network.js";
import { buildScope, type Scope } from "../../src/scope/scope.js";
import { parseTarget } from "../../src/scope/target.js";

interface Asked {
  readonly exclude?: readonly string[];
  readonly allowed?: readonly string[];
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

function scopeOf(targets: readonly string[], { exclude = [], allowed, names = {} }: Asked = {}): Scope {
  const resolved = new Map<string, Address[]>();
  for (const [name, addresses] of Object.entries(names)) resolved.set(name, addresses.map(parseAddress));
  return buildScope({
    targets: targets.map(parseTarget),
    exclusions: exclude.map(parseTarget),
    allowed: allowed === undefined ? null : networks(allowed),
    resolved,
  });
}

function networks(texts: readonly string[]): AddressSet {
  return addressSetOfNetworks(texts.map(parseNetwork));
}

function refusal(targets: readonly string[], asked: Asked = {}): PortreeveError {
  try {
    scopeOf(targets, asked);
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("a scope", () => {
  it("is targets and resolved names minus exclusions, counted", () => {
    const scope = scopeOf(["10.0.0.0/24", "10.0.0.5", "db.example", "2001:db8::/126"], {
      exclude: ["10.0.0.128/25", "192.0.2.0/24", "old.example"],
      names: { "db.example": ["2001:db8::9", "10.9.0.1"], "old.example": ["10.0.0.1"] },
    });
    expect(describeAddressSet(scope.addresses)).toBe(
      "10.0.0.0, 10.0.0.2-10.0.0.127, 10.9.0.1, 2001:db8::/126, 2001:db8::9",
    );
    expect(scope).toMatchObject({ count: 133, excludedCount: 129, unscannableCount: 0 });
    expect(scope.names).toEqual([{ name: "db.example", addresses: ["10.9.0.1", "2001:db8::9"] }]);
    expect(scope.targets).toEqual(["10.0.0.0/24", "10.0.0.5", "db.example", "2001:db8::/126"]);
  });

  it("shows a name's addresses with the excluded ones, but does not hold them", () => {
    const scope = scopeOf(["db.example", "DB.example."], {
      exclude: ["10.0.0.1"],
      names: { "db.example": ["10.0.0.1", "10.0.0.2", "10.0.0.2"] },
    });
    expect(scope.names).toEqual([{ name: "db.example", addresses: ["10.0.0.1", "10.0.0.2"] }]);
    expect([...listAddresses(scope.addresses)]).toEqual(["10.0.0.2"]);
  });

  it("excludes an IPv4 address that is written as IPv6", () => {
    expect(scopeOf(["10.0.0.0/30"], { exclude: ["::ffff:10.0.0.1"] }).count).toBe(3);
    expect(scopeOf(["10.0.0.0/30"], { exclude: ["::ffff:10.0.0.2/127"] }).count).toBe(2);
    expect(scopeOf(["10.0.0.0/30", "::ffff:10.0.0.9"], { exclude: ["10.0.0.9"] }).count).toBe(4);
  });

  it("takes unscannable addresses out of a bigger set and counts them", () => {
    const scope = scopeOf(["223.255.255.252", "223-224.0.0.0,1"]);
    expect(describeAddressSet(scope.addresses)).toBe("223.0.0.0/31, 223.255.255.252");
    expect(scope.unscannableCount).toBe(2);
  });

  it("does not count what is excluded as unscannable", () => {
    const scope = scopeOf(["223-224.0.0.0,1"], { exclude: ["224.0.0.1"] });
    expect(scope).toMatchObject({ count: 2, excludedCount: 1, unscannableCount: 1 });
  });

  it.each([
    ["0.0.0.0", "an unspecified address"],
    ["0.1.2.3", "(0.0.0.0/8)"],
    ["224.0.0.1", "multicast"],
    ["239.0.0.0/8", "multicast"],
    ["255.255.255.255", "the broadcast address"],
    ["250.0.0.1", "reserved"],
    ["::", "an unspecified address"],
    ["ff02::1", "multicast"],
  ])("refuses %s: %s", (target, why) => {
    const error = refusal([target, "10.0.0.1"]);
    expect(error.code).toBe("usage");
    expect(error.message).toContain(target);
    expect(error.message).toContain(`${why}, which is never scanned`);
    if (!target.includes("/")) {
      expect(scopeOf([target, "10.0.0.1"], { exclude: [target] }).count).toBe(1);
    }
  });

  it("refuses a name that resolves to an address that is never scanned", () => {
    const names = { "ads.example": ["10.0.0.1", "0.0.0.0"] };
    expect(refusal(["ads.example"], { names }).message).toContain("ads.example resolves to 0.0.0.0");
    expect(scopeOf(["ads.example"], { names, exclude: ["0.0.0.0"] }).count).toBe(1);
  });

  it("refuses a target outside the allowed networks, and names the first", () => {
    const error = refusal(["10.0.0.0/30", "10.0.1.1", "192.0.2.7"], { allowed: ["10.0.0.0/24"] });
    expect(error.message).toBe("10.0.1.1, 192.0.2.7, outside the allowed networks");
    expect(error.hint).toContain("allowed: 10.0.0.0/24");
  });

  it("refuses a name that points outside the allowed networks, and names both", () => {
    const asked = { allowed: ["10.0.0.0/8"], names: { "db.example": ["10.0.0.1", "203.0.113.9"] } };
    expect(refusal(["10.0.0.0/24", "db.example"], asked).message).toBe(
      "db.example resolves to 203.0.113.9, outside the allowed networks",
    );
  });

  it("checks the allowed networks on what the exclusions leave", () => {
    expect(scopeOf(["10.0.0.0/23"], { allowed: ["10.0.0.0/24"], exclude: ["10.0.1.0/24"] }).count).toBe(256);
    expect(
      refusal(["10.0.0.0/23"], { allowed: ["10.0.0.0/24"], exclude: ["10.0.1.0/25"] }).message,
    ).toContain("10.0.1.128/25");
  });

  it("allows nothing where the list of allowed networks is empty", () => {
    expect(refusal(["10.0.0.1"], { allowed: [] }).hint).toContain("allowed: no addresses");
  });

  it("refuses a name that did not resolve, asked for or excluded", () => {
    expect(refusal(["db.example"]).message).toBe("name db.example did not resolve");
    expect(refusal(["db.example"], { names: { "db.example": [] } }).message).toBe(
      "name db.example did not resolve",
    );
    expect(refusal(["10.0.0.1"], { exclude: ["db.example"] }).message).toBe(
      "excluded name db.example did not resolve",
    );
  });

  it("refuses to be empty", () => {
    expect(refusal(["10.0.0.0/24"], { exclude: ["10.0.0.0/8"] }).message).toBe("nothing left to scan");
    expect(refusal([]).message).toBe("no targets given");
  });

  it("holds 1,048,576 addresses and not one more", () => {
    expect(scopeOf(["10.0.0.0/12"]).count).toBe(1_048_576);
    const error = refusal(["10.0.0.0/12", "172.16.0.1"]);
    expect(error.message).toBe("1,048,577 addresses, more than 1,048,576");
    expect(error.hint).toBe("split it into audits");
    expect(refusal(["0.0.0.0/0"]).message).toContain("3,741,319,168 addresses");
  });

  it("says that a /64 cannot be swept", () => {
    const error = refusal(["2001:db8::/64", "10.0.0.1"]);
    expect(error.message).toContain("18,446,744,073,709,551,616 IPv6 addresses");
    expect(error.message).toContain("cannot be swept by brute force");
    expect(error.hint).toContain("list the IPv6 addresses");
  });

  it("never holds IPv4 in the guise of IPv6", () => {
    const scope = scopeOf(["::fffe:0:0/95", "10.0.0.1"], { exclude: ["::fffe:0:0/96"] });
    expect([...listAddresses(scope.addresses)]).toEqual(["10.0.0.1"]);
    expect(scope).toMatchObject({ excludedCount: 2 ** 32, unscannableCount: 2 ** 32 });
  });

  it("never holds an excluded or an outside address, and loses none in the books", () => {
    const anyNetwork = fc
      .tuple(
        fc.constantFrom("10.0.0.", "10.0.1.", "224.0.0.", "2001:db8::"),
        fc.nat({ max: 63 }),
        fc.nat({ max: 5 }),
      )
      .map(([start, host, bits]) =>
        start.endsWith(":") ? `${start}${host.toString(16)}/${128 - bits}` : `${start}${host}/${32 - bits}`,
      );
    const some = fc.array(anyNetwork, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(some, some, some, (targets, exclude, allowed) => {
        let scope: Scope;
        try {
          scope = scopeOf(targets, { exclude, allowed });
        } catch (error) {
          if (!(error instanceof PortreeveError)) throw error;
          // A refusal must be for a reason: the scope without its checks is empty, outside or unscannable.
          const left = subtractAddresses(networks(targets), networks(exclude));
          const bad = subtractAddresses(left, networks(allowed));
          const multicast = intersectAddresses(left, networks(["224.0.0.0/4"]));
          expect(countAddresses(left) === 0n || countAddresses(bad) + countAddresses(multicast) > 0n).toBe(
            true,
          );
          return;
        }
        expect(intersectAddresses(scope.addresses, networks(exclude))).toEqual({ v4: [], v6: [] });
        expect(subtractAddresses(scope.addresses, networks(allowed))).toEqual({ v4: [], v6: [] });
        const asked = countAddresses(networks(targets));
        expect(BigInt(scope.count + scope.excludedCount + scope.unscannableCount)).toBe(asked);
        for (const address of listAddresses(scope.addresses)) {
          expect(hasAddress(networks(targets), address)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of 100,000 targets and 2,000 exclusions is built in under two seconds", () => {
    const targets = Array.from({ length: 100_000 }, (_, i) =>
      parseTarget(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`),
    );
    const exclusions = Array.from({ length: 2000 }, (_, i) => parseTarget(`10.0.${i >> 3}.${(i & 7) * 32}`));
    const start = performance.now();
    const scope = buildScope({ targets, exclusions, allowed: networks(["10.0.0.0/8"]), resolved: new Map() });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(scope.count).toBe(98_000);
  });
});
