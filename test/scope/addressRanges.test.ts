import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { numberToAddress } from "../../src/scope/address.js";
import { formatAddresses, parseAddresses } from "../../src/scope/addressRanges.js";

const address = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.bigInt({ min: 0n, max: 300n }))
  .map(([family, number]) => numberToAddress(family, (family === 4 ? 0xc6120000n : 1n << 100n) + number));

describe("addresses as a line of text", () => {
  test.each([
    [[], ""],
    [["198.18.0.1", "198.18.0.2", "198.18.0.4"], "198.18.0.1-198.18.0.2,198.18.0.4"],
    [["2001:db8::1", "198.18.0.1"], "198.18.0.1,2001:db8::1"],
  ])("%j is %j", (addresses, text) => {
    expect(formatAddresses(addresses as Address[])).toBe(text);
  });

  test("are read back as they were", () => {
    fc.assert(
      fc.property(fc.uniqueArray(address), (addresses) => {
        expect(new Set(parseAddresses(formatAddresses(addresses)))).toEqual(new Set(addresses));
      }),
    );
  });

  test("are refused where nobody wrote them", () => {
    expect(() => parseAddresses("10.0.0.1-x")).toThrow(RangeError);
  });
});
