import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countOf, formatCount, formatShare, listSome } from "../../src/report/count.js";

describe("formatShare", () => {
  it.each([
    [1, "100 %"],
    [0, "0 %"],
    [0.29, "29 %"],
    [0.4799, "47.9 %"],
    [0.9981, "99.81 %"],
    [0.99999, "99.999 %"],
    [0.9999999, "99.999 %"],
  ])("shows %d as %s", (share, expected) => {
    expect(formatShare(share)).toBe(expected);
  });

  it("never rounds up, so that what is not complete never reads 100 %", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (share) => {
        const shown = Number.parseFloat(formatShare(share));
        return shown < 100 && shown <= share * 100 + 1e-6 && shown >= share * 100 - 0.1;
      }),
    );
  });
});

describe("counts in words", () => {
  it("groups thousands and says one and many", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect(formatCount(999)).toBe("999");
    expect(countOf(1, "host")).toBe("1 host");
    expect(countOf(2, "address", "addresses")).toBe("2 addresses");
  });

  it("lists the first of many", () => {
    expect(listSome(["a", "b"], 2)).toBe("a, b");
    expect(listSome(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
  });
});
