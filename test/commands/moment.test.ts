import { describe, expect, test } from "vitest";
import { parseMoment, parseSince } from "../../src/commands/moment.js";

const HOUR = 3_600_000;

describe("a moment", () => {
  test.each([
    ["2026-03-28", "Europe/Berlin", "2026-03-28T22:59:59.999Z"],
    // The day that has 23 hours, and the one that has 25.
    ["2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59.999Z"],
    ["2026-10-24", "Europe/Berlin", "2026-10-24T21:59:59.999Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-25T22:59:59.999Z"],
    ["2026-03-01", "Asia/Shanghai", "2026-03-01T15:59:59.999Z"],
    ["2026-03-08", "America/Los_Angeles", "2026-03-09T06:59:59.999Z"],
    ["2026-11-01", "America/Los_Angeles", "2026-11-02T07:59:59.999Z"],
    // Zones that are half an hour off, and one whose summer is half an hour long.
    ["2026-03-01", "Asia/Kolkata", "2026-03-01T18:29:59.999Z"],
    ["2026-03-01", "America/St_Johns", "2026-03-02T03:29:59.999Z"],
    ["2026-04-04", "Australia/Lord_Howe", "2026-04-04T12:59:59.999Z"],
    ["2026-04-05", "Australia/Lord_Howe", "2026-04-05T13:29:59.999Z"],
    ["2026-10-04", "Australia/Lord_Howe", "2026-10-04T12:59:59.999Z"],
    // Clocks that change at midnight: the day has no last hour, or has it twice.
    ["2026-04-23", "Africa/Cairo", "2026-04-23T21:59:59.999Z"],
    ["2026-04-25", "Africa/Cairo", "2026-04-25T20:59:59.999Z"],
    ["2026-10-29", "Africa/Cairo", "2026-10-29T21:59:59.999Z"],
  ])("%s in %s is the end of that day", (text, zone, end) => {
    expect(parseMoment(text, zone)).toEqual({ at: Date.parse(end) });
    expect(parseSince(text, zone, 0)).toBe(Date.parse(end));
  });

  test("is a run by its number, a time ago by its unit, and now by nothing", () => {
    expect(parseMoment("12", "UTC")).toEqual({ run: 12 });
    expect(parseMoment(undefined, "UTC")).toEqual({});
    expect(parseSince("7d", "UTC", 200 * HOUR)).toBe(32 * HOUR);
  });

  test.each(["2026-02-30", "yesterday", "12a", "2026-3-1", "-7d", ""])("%j is none", (text) => {
    expect(() => parseMoment(text, "UTC")).toThrow(/--at .* is neither a run's number nor a date/);
    expect(() => parseSince(text, "UTC", 0)).toThrow(/--since/);
  });
});
