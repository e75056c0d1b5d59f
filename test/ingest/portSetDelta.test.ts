import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PortRange } from "../../src/facts/port.js";
import { decodeRanges, encodeRanges } from "../../src/ingest/portSetDelta.js";
import { portSetOfRanges } from "../../src/scope/portSet.js";

const port = fc.oneof(
  fc.nat(12),
  fc.integer({ min: 65_530, max: 65_535 }),
  fc.integer({ min: 0, max: 65_535 }),
);
const ranges = fc.array(fc.tuple(port, fc.nat(3)), { maxLength: 12 }).map((parts) => {
  return portSetOfRanges({
    tcp: parts.map(([from, more]): PortRange => [from, Math.min(65_535, from + more)]),
  }).tcp;
});
/** What is much like another: some of its ranges as the same objects, some gone, some new. */
const alike = fc
  .tuple(ranges, ranges, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }))
  .map(([base, more, kept]): readonly [readonly PortRange[], readonly PortRange[]] => {
    const own = base.filter((_, i) => kept[i]);
    const isApart = ([from, to]: PortRange) => own.every(([a, b]) => to + 1 < a || from > b + 1);
    return [[...own, ...more.filter(isApart)].sort(([a], [b]) => a - b), base];
  });

describe("ports told by what they have in common with others", () => {
  it.each<[string, readonly PortRange[], readonly PortRange[]]>([
    ["port 0, of none", [[0, 0]], []],
    ["none, of none", [], []],
    ["none, of some", [], [[1, 5]]],
    ["the same", [[0, 0]], [[0, 0]]],
    ["port 0 of others", [[0, 0]], [[1, 1]]],
    ["a range that begins where another one does", [[1, 5]], [[1, 9]]],
  ])("are the same again: %s", (_, told, base) => {
    expect(decodeRanges(encodeRanges(told, base), base)).toEqual(told);
  });

  it("are the same again, whatever they are", () => {
    fc.assert(
      fc.property(fc.oneof(alike, fc.tuple(ranges, ranges)), ([told, base]) => {
        expect(decodeRanges(encodeRanges(told, base), base)).toEqual(told);
      }),
      { numRuns: 5_000 },
    );
  });

  it("are the same object where all of them are", () => {
    const base: PortRange[] = [
      [1, 5],
      [7, 7],
    ];
    expect(decodeRanges(encodeRanges([...base], base), base)).toBe(base);
  });
});
