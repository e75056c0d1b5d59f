import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainDay, isDay } from "../../src/profile/day.js";

describe("a day", () => {
  test("is one that the calendar has, whatever the year", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1970, max: 2999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const text = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
          // The Date of the runtime takes 31 February for 3 March: only what comes back as it went in is a day.
          const date = new Date(`${text}T00:00:00Z`);
          const comesBack = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
          expect(isDay(text)).toBe(comesBack);
        },
      ),
    );
  });

  test.each(["2026-3-31", "2026-03-31 ", "26-03-31", "0026-03-31", "2026-03-31T00:00:00Z", "", "2026-02-30"])(
    "is not %j",
    (text) => expect(isDay(text)).toBe(false),
  );

  test.each([
    ["31.03.2026", "2026-03-31"],
    ["3.4.2026", "2026-04-03"],
    ["31/03/2026", "2026-03-31"],
    ["03/31/2026", "2026-03-31"],
    ["4/4/2026", "2026-04-04"],
    ["2026/03/31", "2026-03-31"],
    ["2026.3.31", "2026-03-31"],
    ["2026-3-31", "2026-03-31"],
    ["20260331", "2026-03-31"],
    ["2026-03-31T12:00:00Z", "2026-03-31"],
  ])("written %s is told as %s", (text, day) => {
    expect(explainDay(text)).toBe(`\`${text}\` is not how a day is written: write ${day}`);
    expect(isDay(day)).toBe(true);
  });

  test.each(["03/04/2026", "31.02.2026", "2026-13-01T", "end of March", "\u001b[31m2026"])(
    "that could be two, or none, is not guessed: %j",
    (text) => {
      const told = explainDay(text);
      expect(told).toContain("is no day: write year, month and day, such as 2026-03-31");
      expect(told).not.toContain("\u001b");
    },
  );
});
