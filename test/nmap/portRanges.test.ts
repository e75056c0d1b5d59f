import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PortRange } from "../../src/facts/port.js";
import { parsePortRanges } from "../../src/nmap/portRanges.js";

/** The obvious way. */
function plainly(text: string): PortRange[] {
  return text.split(",").flatMap((part) => {
    const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part) ?? [];
    return from === undefined || Number(from) > Number(to) || Number(to) > 65_535
      ? []
      : [[Number(from), Number(to)] as const];
  });
}

describe("a port list of nmap's", () => {
  it.each([
    ["", []],
    ["22", [[22, 22]]],
    [
      "1,3-4,65535",
      [
        [1, 1],
        [3, 4],
        [65_535, 65_535],
      ],
    ],
    ["x,9-3,70000,123456,-,1-,-1,5", [[5, 5]]],
    [
      "1,,2",
      [
        [1, 1],
        [2, 2],
      ],
    ],
  ])("%j is read as %j", (text, ranges) => {
    expect(parsePortRanges(text, "table")).toEqual(ranges);
  });

  it("is read right after any other list of its kind", () => {
    const gap = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom(0, 0, 0, 1, 5));
    const list = fc.array(gap, { minLength: 60, maxLength: 300 }).map((gaps) => {
      let port = 0;
      return gaps.map(([step, length]) => {
        const from = port + step + 1;
        port = from + length;
        return length === 0 ? `${from}` : `${from}-${port}`;
      });
    });
    const edit = fc.tuple(fc.nat(300), fc.nat(3), fc.constantFrom("", "7", "80,81", "x", "3000-3001", "５"));
    fc.assert(
      fc.property(list, fc.array(fc.array(edit, { maxLength: 6 }), { maxLength: 5 }), (parts, variants) => {
        for (const edits of [[], ...variants]) {
          const edited = [...parts];
          for (const [at, gone, text] of edits) edited.splice(at, gone, ...(text === "" ? [] : [text]));
          const text = edited.join(",");
          expect(parsePortRanges(text, "property")).toEqual(plainly(text));
        }
      }),
    );
  });

  it("shares its ranges with the list before it", () => {
    const ports = Array.from({ length: 200 }, (_, i) => 3 * i + 1);
    const before = parsePortRanges(ports.join(","), "shared");
    const after = parsePortRanges(ports.filter((port) => port !== 31).join(","), "shared");
    expect(after).toHaveLength(199);
    expect(after.filter((range) => !before.includes(range))).toHaveLength(1);
  });
});
