import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWindow, windowEnd } from "../../src/config/window.js";

const at = (text: string) => Date.parse(text);
const endOf = (window: string, zone: string, now: string) => {
  const end = windowEnd(parseWindow(window), zone, at(now));
  return end === null ? null : new Date(end).toISOString().slice(0, 16);
};

describe("a window", () => {
  test.each([
    ["22:00-06:00", "UTC", "2026-11-25T22:00:00Z", "2026-11-26T06:00"],
    ["22:00-06:00", "UTC", "2026-11-26T05:59:59Z", "2026-11-26T06:00"],
    ["22:00-06:00", "UTC", "2026-11-26T06:00:00Z", null],
    ["22:00-06:00", "UTC", "2026-11-25T21:59:59Z", null],
    ["01:00-05:30", "Asia/Shanghai", "2026-11-25T18:00:00Z", "2026-11-25T21:30"],
    ["9:00-17:00", "America/St_Johns", "2026-11-25T13:00:00Z", "2026-11-25T20:30"],
    ["22:00-24:00", "UTC", "2026-11-25T23:30:00Z", "2026-11-26T00:00"],
  ])("%s in %s at %s ends %s", (window, zone, now, end) => {
    expect(endOf(window, zone, now)).toBe(end);
  });

  test.each([
    // Clocks go back at 01:00 UTC: the night has an hour more.
    ["22:00-06:00", "Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T05:00"],
    // And forward: an hour less.
    ["22:00-06:00", "Europe/Berlin", "2026-03-28T21:00:00Z", "2026-03-29T04:00"],
    // 02:30 comes twice: the first is the end.
    ["22:00-02:30", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T00:30"],
    // 02:30 does not come at all: the jump is.
    ["22:00-02:30", "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T01:00"],
    // It opens at 02:30 for the first time, and is open while the clock shows that hour again.
    ["02:30-04:00", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-25T03:00"],
  ])("%s in %s, the clock set that night, at %s ends %s", (window, zone, now, end) => {
    expect(endOf(window, zone, now)).toBe(end);
  });

  test.each([
    // Half past midnight after a day of 23 hours: 24 hours ago it was the day before yesterday.
    ["2026-03-29T22:30:00Z", "2026-03-30T04:00"],
    // And at half past eleven of a day of 25 hours it was today.
    ["2026-10-25T22:30:00Z", "2026-10-26T05:00"],
  ])("the night after the clock was set is open too, at %s", (now, end) => {
    expect(endOf("22:00-06:00", "Europe/Berlin", now)).toBe(end);
  });

  test.each(["22-6", "25:00-06:00", "22:00-06:60", "22:00-22:00", "", "24:30-01:00"])(
    "%j is none",
    (text) => {
      expect(() => parseWindow(text)).toThrow("is no window such as 22:00-06:00");
    },
  );

  test("closes when the clock shows its end, at most a day later, and later than now", () => {
    const zones = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Shanghai", "Australia/Lord_Howe"];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") }),
        (zone, from, to, now) => {
          fc.pre(from !== to);
          const end = windowEnd({ from, to }, zone, now);
          if (end === null) return;
          expect(end).toBeGreaterThan(now);
          expect(end - now).toBeLessThanOrEqual(25 * 3_600_000);
        },
      ),
    );
  });
});
