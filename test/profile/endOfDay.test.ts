import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endOfDay } from "../../src/profile/endOfDay.js";

const end = (day: string, zone: string) => {
  const instant = endOfDay(day, zone);
  return instant === null ? null : new Date(instant).toISOString();
};

/** The wall's date in `zone` at `instant`, as YYYY-MM-DD. */
const dateAt = (instant: number, zone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(instant);

describe("the end of a day", () => {
  test.each([
    ["2026-03-01", "UTC", "2026-03-01T23:59:59.999Z"],
    ["2026-01-15", "Europe/Berlin", "2026-01-15T22:59:59.999Z"],
    // Days of 23 and of 25 hours.
    ["2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59.999Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-25T22:59:59.999Z"],
    ["2026-02-28", "Asia/Shanghai", "2026-02-28T15:59:59.999Z"],
    // Midnight itself is left out: the clock goes from 23:59 to 01:00.
    ["2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59.999Z"],
    // Midnight comes twice: the clock goes back from 00:00 to 23:00 of the same day.
    ["2018-02-17", "America/Sao_Paulo", "2018-02-18T02:59:59.999Z"],
    // A whole day is left out, at a change of the date line.
    ["2011-12-29", "Pacific/Apia", "2011-12-30T09:59:59.999Z"],
    ["2011-12-31", "Pacific/Apia", "2011-12-31T09:59:59.999Z"],
    ["2024-02-29", "America/St_Johns", "2024-03-01T03:29:59.999Z"],
  ])("%s in %s is %s", (day, zone, expected) => {
    expect(end(day, zone)).toBe(expected);
  });

  test.each(["2026-02-29", "2026-13-01", "2026-1-1", "yesterday", "", "2026-03-01T00:00", "02026-03-01"])(
    "of %j is null: that is no date",
    (text) => {
      expect(endOfDay(text, "UTC")).toBeNull();
    },
  );

  test("shows that day on the wall, and a later one a millisecond after, in every zone and year", () => {
    const zones = [
      "Europe/Berlin",
      "America/Sao_Paulo",
      "Asia/Shanghai",
      "Pacific/Auckland",
      "Asia/Kolkata",
      "America/St_Johns",
      "Asia/Beirut",
    ];
    const days = fc.date({ min: new Date("1995-01-01"), max: new Date("2035-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom(...zones), (date, zone) => {
        const day = date.toISOString().slice(0, 10);
        const instant = endOfDay(day, zone) ?? Number.NaN;
        expect(dateAt(instant, zone)).toBe(day);
        expect(dateAt(instant + 1, zone) > day).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
