import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Address, Family } from "../../src/facts/address.js";
import { numberToAddress, parseAddress } from "../../src/scope/address.js";
import {
  type AddressSet,
  addressSetOf,
  addressSetOfNetworks,
  addressSetOfRanges,
  countAddresses,
  describeAddressSet,
  emptyAddressSet,
  hasAddress,
  intersectAddresses,
  listAddresses,
  listAddressRanges,
  subtractAddresses,
  unionAddresses,
} from "../../src/scope/addressSet.js";
import { parseNetwork } from "../../src/scope/network.js";

/** A universe of 2 × 24 addresses at the edges of both families, so that sets collide, touch and end there. */
const UNIVERSE: readonly { family: Family; number: bigint }[] = ([4, 6] as const).flatMap((family) => {
  const end = family === 4 ? 1n << 32n : 1n << 128n;
  return Array.from({ length: 24 }, (_, index) => ({
    family,
    number: index < 12 ? BigInt(index) : end - 24n + BigInt(index),
  }));
});
const ADDRESSES = UNIVERSE.map(({ family, number }) => numberToAddress(family, number));

/** A set built one address at a time, or out of overlapping ranges in any order. */
const anySet: fc.Arbitrary<{ set: AddressSet; model: Set<Address> }> = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 11 }), fc.nat({ max: 11 })), { maxLength: 8 })
  .chain((spans) =>
    fc.boolean().map((asRanges) => {
      const model = new Set<Address>();
      const sets: AddressSet[] = [];
      for (const [block, a, b] of spans) {
        const indexes = [block * 12 + Math.min(a, b), block * 12 + Math.max(a, b)] as const;
        const members = ADDRESSES.slice(indexes[0], indexes[1] + 1);
        for (const member of members) model.add(member);
        const [first, last] = [UNIVERSE[indexes[0]], UNIVERSE[indexes[1]]];
        if (first === undefined || last === undefined) throw new Error("outside the universe");
        sets.push(addressSetOfRanges(first.family, [{ first: first.number, last: last.number }]));
      }
      return { set: asRanges ? unionAddresses(...sets) : addressSetOf([...model].reverse()), model };
    }),
  );

function expectSame(set: AddressSet, members: Iterable<Address>): void {
  const model = new Set(members);
  expect([...listAddresses(set)]).toEqual(ADDRESSES.filter((address) => model.has(address)));
  expect(countAddresses(set)).toBe(BigInt(model.size));
  for (const address of ADDRESSES) expect(hasAddress(set, address)).toBe(model.has(address));
  for (const ranges of [set.v4, set.v6]) {
    ranges.forEach(({ first, last }, index) => {
      const before = ranges[index - 1];
      expect(first <= last && (before === undefined || first > before.last + 1n)).toBe(true);
    });
  }
}

describe("address sets", () => {
  it("agree with plain sets on union, difference and intersection, and stay canonical", () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        expectSame(a.set, a.model);
        expectSame(unionAddresses(a.set, b.set), [...a.model, ...b.model]);
        expectSame(
          subtractAddresses(a.set, b.set),
          [...a.model].filter((address) => !b.model.has(address)),
        );
        expectSame(
          intersectAddresses(a.set, b.set),
          [...a.model].filter((address) => b.model.has(address)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("are put together again by what was cut off and what was left", () => {
    fc.assert(
      fc.property(anySet, anySet, ({ set: a }, { set: b }) => {
        expect(unionAddresses(subtractAddresses(a, b), intersectAddresses(a, b))).toEqual(a);
        expect(intersectAddresses(subtractAddresses(a, b), b)).toEqual(emptyAddressSet);
        expect(unionAddresses(a, b)).toEqual(unionAddresses(b, a));
        expect(subtractAddresses(a, emptyAddressSet)).toEqual(a);
        expect(subtractAddresses(a, a)).toEqual(emptyAddressSet);
      }),
    );
  });

  it("have ranges whose ends as text make the same set again", () => {
    fc.assert(
      fc.property(anySet, ({ set }) => {
        const ranges = [...listAddressRanges(set)];
        expect(unionAddresses(...ranges.map(({ first, last }) => rangeSet(first, last)))).toEqual(set);
      }),
    );
    function rangeSet(first: Address, last: Address): AddressSet {
      const [a, b] = [addressSetOf([first]), addressSetOf([last])];
      const family = a.v4.length > 0 ? 4 : 6;
      const [from, to] = family === 4 ? [a.v4[0], b.v4[0]] : [a.v6[0], b.v6[0]];
      if (from === undefined || to === undefined) throw new Error("no range");
      return addressSetOfRanges(family, [{ first: from.first, last: to.last }]);
    }
  });

  it("are counted without being listed", () => {
    expect(countAddresses(networks("::/0", "0.0.0.0/0"))).toBe((1n << 128n) + (1n << 32n));
  });

  it.each([
    [[], "no addresses"],
    [["10.0.0.1"], "10.0.0.1"],
    [["10.0.0.0/25", "10.0.0.128/25"], "10.0.0.0/24"],
    [["0.0.0.0/0", "::/0"], "0.0.0.0/0, ::/0"],
    [["10.0.0.1", "10.0.0.2/31", "2001:db8::5"], "10.0.0.1-10.0.0.3, 2001:db8::5"],
    [["10.0.0.0/31", "10.0.0.2"], "10.0.0.0-10.0.0.2"],
  ])("%j reads %s", (texts, description) => {
    expect(describeAddressSet(networks(...texts))).toBe(description);
  });

  it("of many ranges are described by the first few and the number of the rest", () => {
    const set = networks("10.0.0.1", "10.0.0.3", "10.0.0.5", "::1", "::3");
    expect(describeAddressSet(set, 2)).toBe("10.0.0.1, 10.0.0.3 and 3 more");
    expect(describeAddressSet(set, 4)).toBe("10.0.0.1, 10.0.0.3, 10.0.0.5, ::1 and 1 more");
  });

  it("lose 2,000 exclusions from a /8 in under 100 ms", () => {
    const exclusions = Array.from({ length: 2000 }, (_, i) =>
      parseNetwork(`10.${(i * 37) % 256}.${(i * 91) % 256}.${i % 256}/${24 + (i % 9)}`),
    );
    const start = performance.now();
    const left = subtractAddresses(networks("10.0.0.0/8"), addressSetOfNetworks(exclusions));
    expect(performance.now() - start).toBeLessThan(100);
    expect(exclusions.some(({ text }) => hasAddress(left, parseAddress(text.split("/")[0] ?? "")))).toBe(
      false,
    );
    expect(countAddresses(left)).toBeGreaterThan(16_000_000n);
  });

  it("with 65,536 ranges answer 100,000 questions in under a second", () => {
    const ranges = Array.from({ length: 65_536 }, (_, i) => ({
      first: BigInt(i) * 256n,
      last: BigInt(i) * 256n,
    }));
    const set = addressSetOfRanges(4, ranges);
    const start = performance.now();
    let held = 0;
    for (let i = 0; i < 100_000; i++) if (hasAddress(set, numberToAddress(4, BigInt(i * 32)))) held += 1;
    expect(performance.now() - start).toBeLessThan(1000);
    expect(held).toBe(12_500);
  });
});

function networks(...texts: readonly string[]): AddressSet {
  return addressSetOfNetworks(texts.map(parseNetwork));
}
