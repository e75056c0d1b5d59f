import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearKey } from "../../src/profile/nearWord.js";
import { readProductRule } from "../../src/profile/productRule.js";
import { readVersionRule } from "../../src/profile/versionRule.js";
import { editDistance } from "../../src/scope/nearWord.js";

describe("an expected version", () => {
  test.each<[rule: string, told: string, accepted: boolean | null]>([
    ["14", "14.2", true],
    ["14", "15.0", false],
    ["14", "1.4", false],
    [">=14", "14", true],
    [">=14", "13.9", false],
    [">=9.2", "9.2p1 Debian 2+deb12u3", true],
    [">=9.10", "9.2p1", false],
    ["<16", "16.1", false],
    ["<=16", "16.9", true],
    [">16", "16.9", false],
    [">=14, <16", "15.4", true],
    [">=14, <16", "16.0", false],
    ["=1.2.3", "1.2", false],
    [">=1.2.3", "1.2", false],
    ["9.6", "9.6.0 or later", null],
    ["8.0", "8.0 - 8.4", null],
    ["1", "unknown", null],
    ["2", "v2.4", true],
  ])("%s of %s: %s", (rule, told, accepted) => {
    expect(readVersionRule(rule).accepts?.(told)).toBe(accepted);
  });

  test.each(["", "~14", "14.x", ">= ", ">=14 <16", "14,", "latest"])("%j is refused", (rule) => {
    expect(readVersionRule(rule).wrong).toContain("a version is written");
  });
});

describe("an expected product", () => {
  test.each<[rule: string, product: string, accepted: boolean]>([
    ["PostgreSQL DB", "postgresql db", true],
    ["PostgreSQL", "PostgreSQL DB", false],
    ["/^PostgreSQL/", "PostgreSQL DB", true],
    ["/postgres/", "PostgreSQL DB", false],
    ["/postgres/i", "PostgreSQL DB", true],
    ["/nginx|Apache/", "Apache httpd", true],
    ["a/b", "a/b", true],
  ])("%s of %s: %s", (rule, product, accepted) => {
    expect(readProductRule(rule).matches?.(product)).toBe(accepted);
  });

  test.each(["/(/", "/a/g", "/a/x"])("%s is refused", (rule) => {
    expect(readProductRule(rule).wrong).not.toBeNull();
  });
});

describe("the near word", () => {
  test.each<[word: string, near: string | null]>([
    ["requierd", "required"],
    ["Required", "required"],
    ["alowed", "allowed"],
    ["deny", "forbidden"],
    ["x", null],
    ["something", null],
    ["constructor", null],
  ])("of %s is %s", (word, near) => {
    expect(nearKey(word, ["required", "allowed", "forbidden"])).toBe(near);
  });

  test("a distance is zero for equal words only, the same both ways, and at most the longer word", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
