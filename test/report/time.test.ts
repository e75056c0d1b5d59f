import { describe, expect, it } from "vitest";
import { formatAge, formatDuration, formatInstant, formatPeriod, toRfc3339 } from "../../src/report/time.js";

const AT = Date.parse("2026-11-25T01:14:00Z");
const MIN = 60_000;
const H = 60 * MIN;
const D = 24 * H;

describe("formatInstant", () => {
  it.each([
    [AT, "Asia/Shanghai", "2026-11-25 09:14 +08:00"],
    [AT, "UTC", "2026-11-25 01:14 +00:00"],
    [AT, "America/St_Johns", "2026-11-24 21:44 -03:30"],
    [AT, "Asia/Kathmandu", "2026-11-25 06:59 +05:45"],
    [Date.parse("2026-07-01T00:00:00Z"), "Europe/Berlin", "2026-07-01 02:00 +02:00"],
    [Date.parse("2026-10-25T00:30:00Z"), "Europe/Berlin", "2026-10-25 02:30 +02:00"],
    [Date.parse("2026-10-25T01:30:00Z"), "Europe/Berlin", "2026-10-25 02:30 +01:00"],
    [Date.parse("2026-11-24T16:00:00Z"), "Asia/Shanghai", "2026-11-25 00:00 +08:00"],
    [0, "UTC", "1970-01-01 00:00 +00:00"],
  ])("shows %d in %s as %s", (at, zone, expected) => {
    expect(formatInstant(at, zone)).toBe(expected);
  });
});

describe("formatPeriod", () => {
  it("says the date twice only where it differs, the offset too", () => {
    expect(formatPeriod(AT, AT + 17 * MIN, "UTC")).toBe("2026-11-25 01:14 to 01:31 +00:00");
    expect(formatPeriod(AT, AT + D, "UTC")).toBe("2026-11-25 01:14 to 2026-11-26 01:14 +00:00");
    const fold = Date.parse("2026-10-25T00:30:00Z");
    expect(formatPeriod(fold, fold + H, "Europe/Berlin")).toBe("2026-10-25 02:30 +02:00 to 02:30 +01:00");
  });
});

describe("formatAge", () => {
  it.each([
    [0, "0 s"],
    [-5, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [H, "1 h"],
    [D - 1, "23 h"],
    [3 * D + H, "3 d"],
    [400 * D, "400 d"],
  ])("shows %d ms as %s", (ms, expected) => {
    expect(formatAge(ms)).toBe(expected);
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0.0 s"],
    [4_250, "4.2 s"],
    [42_000, "42 s"],
    [17 * MIN + 2_000, "17 min 02 s"],
    [H + 5 * MIN, "1 h 05 min"],
    [2 * D + 3 * H, "2 d 03 h"],
  ])("shows %d ms as %s", (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});

describe("toRfc3339", () => {
  it("is UTC, with a fraction only where there is one", () => {
    expect(toRfc3339(AT)).toBe("2026-11-25T01:14:00Z");
    expect(toRfc3339(AT + 5)).toBe("2026-11-25T01:14:00.005Z");
  });
});
