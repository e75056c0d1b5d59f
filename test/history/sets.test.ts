import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PROTOCOLS } from "../../src/facts/port.js";
import { cellCode, portOfCode } from "../../src/history/cell.js";
import { decodeHostset, encodeHostset } from "../../src/history/hostset.js";

describe("a host set", () => {
  test("comes back from its bytes, whatever its form", () => {
    const ids = fc.oneof(
      fc.uniqueArray(fc.integer({ min: 1, max: 300 })),
      fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 40 }), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(ids, (members) => {
        const set = decodeHostset(encodeHostset(members));
        const expected = [...members].sort((a, b) => a - b);
        expect(set.list()).toEqual(expected);
        for (const id of members) {
          expect(set.has(id)).toBe(true);
          expect(set.has(id + 1)).toBe(members.includes(id + 1));
          expect(set.has(id - 1)).toBe(members.includes(id - 1));
        }
      }),
      { numRuns: 400 },
    );
  });

  test("has one form: order and repeats make no other bytes", () => {
    expect(encodeHostset([3, 1, 2, 2])).toEqual(encodeHostset([1, 2, 3]));
  });

  test.each([
    ["nobody", [], 1],
    ["ten thousand in a row", Array.from({ length: 10_000 }, (_, i) => i + 1), 4],
    ["every other one of a thousand", Array.from({ length: 500 }, (_, i) => 2 * i + 1), 127],
    ["three far apart", [5, 50_000, 5_000_000], 12],
  ])("of %s is small", (_, members, most) => {
    expect(encodeHostset(members).length).toBeLessThanOrEqual(most);
  });

  test("refuses bytes that are none", () => {
    expect(() => decodeHostset(Uint8Array.of(7))).toThrow(RangeError);
    expect(() => decodeHostset(Uint8Array.of(0, 0x81))).toThrow(RangeError);
  });
});

test("a cell's number holds its protocol and port", () => {
  expect(cellCode("udp", 53)).toBe(65_536 + 53);
  for (const protocol of PROTOCOLS) {
    for (const port of [0, 1, 65_535])
      expect(portOfCode(cellCode(protocol, port))).toEqual({ protocol, port });
  }
});
