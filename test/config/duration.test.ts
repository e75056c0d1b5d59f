import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/config/duration.js";
import { PortreeveError } from "../../src/facts/error.js";

describe("parseDuration", () => {
  it.each([
    ["45s", 45_000],
    ["90m", 5_400_000],
    ["90min", 5_400_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
    ["30d", 2_592_000_000],
    ["2w", 1_209_600_000],
    ["1.5h", 5_400_000],
    ["1h30m", 5_400_000],
    [" 1 h 30 m ", 5_400_000],
    ["250ms", 250],
  ])("reads %j as %d ms", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ["", "is empty"],
    ["30", "has no unit"],
    ["d", "is not a duration"],
    ["-1d", "is not a duration"],
    ["1,5h", "is not a duration"],
    ["30 days", 'has the unknown unit "days"'],
    ["5M", 'has the unknown unit "M"'],
    ["1constructor", 'has the unknown unit "constructor"'],
    ["0s", "is no time at all"],
    ["1m1h", "repeats a unit or has its units out of order"],
    ["1h1h", "repeats a unit or has its units out of order"],
    ["11000d", "is over ten years"],
    ["999999999999999999999999d", "is over ten years"],
    ["1e9s", 'has the unknown unit "e"'],
  ])("refuses %j: %s", (text, problem) => {
    expect(() => parseDuration(text, "max_age")).toThrow(problem);
    expect(() => parseDuration(text, "max_age")).toThrow(/^max_age: /);
  });

  it("never throws anything but a usage error, and never returns a number that is no duration", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{1,4}(ms|s|m|min|h|d|w|x)$/)), (text) => {
        try {
          const ms = parseDuration(text);
          return Number.isSafeInteger(ms) && ms > 0;
        } catch (error) {
          return error instanceof PortreeveError && error.code === "usage" && error.hint !== null;
        }
      }),
    );
  });
});
