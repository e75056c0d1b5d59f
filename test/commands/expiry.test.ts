import { describe, expect, test } from "vitest";
import { parseExpiry } from "../../src/commands/expiry.js";

/** 23:30 in Shanghai, 15:30 UTC. */
const NOW = Date.parse("2026-11-25T15:30:00Z");
const at = (zone: string, allowLong = false) => ({ zone, now: NOW, allowLong });

describe("parseExpiry", () => {
  test.each([
    ["2027-03-31", "UTC", "2027-03-31"],
    ["2026-11-25", "UTC", "2026-11-25"],
    ["90d", "UTC", "2027-02-23"],
    ["12w", "UTC", "2027-02-17"],
    // An hour later it is the next day there.
    ["1h", "Asia/Shanghai", "2026-11-26"],
    ["1h", "UTC", "2026-11-25"],
  ])("reads %s in %s as %s", (text, zone, day) => {
    expect(parseExpiry(text, at(zone))).toBe(day);
  });

  test.each(["", "soon", "90", "2027-3-31", "2027-02-29", "31-03-2027", "2027-03-31T00:00:00Z", "-5d"])(
    "refuses %j as no day",
    (text) => {
      expect(() => parseExpiry(text, at("UTC"))).toThrow(/is no day/);
    },
  );

  test("counts a day until it ends in the zone", () => {
    expect(() => parseExpiry("2026-11-24", at("UTC"))).toThrow(/over already/);
    expect(() => parseExpiry("2026-11-25", at("Asia/Shanghai"))).not.toThrow();
    expect(() => parseExpiry("2026-11-25", at("Pacific/Kiritimati"))).toThrow(/over already/);
  });

  test("wants more than a slip of the keyboard for over two years", () => {
    expect(() => parseExpiry("2028-11-25", at("UTC"))).not.toThrow();
    expect(() => parseExpiry("2028-12-25", at("UTC"))).toThrow(/more than two years/);
    expect(parseExpiry("2028-12-25", at("UTC", true))).toBe("2028-12-25");
    expect(() => parseExpiry("2020-01-01", at("UTC", true))).toThrow(/over already/);
  });
});
