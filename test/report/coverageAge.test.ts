import { expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { coverageAge, coverageAgeText } from "../../src/report/coverageAge.js";
import { ports } from "../sweep/results.js";

const DAY = 86_400_000;
const now = Date.parse("2026-11-25T00:00:00Z");
const hosts = [
  {
    address: "10.0.0.1" as Address,
    covered: [
      { at: now - DAY, ports: ports("T:1-10") },
      { at: now - 40 * DAY, ports: ports("T:11-20") },
    ],
  },
  { address: "10.0.0.2" as Address, covered: [{ at: now - 2 * DAY, ports: ports("T:1-15,U:53-57") }] },
];

test("the age of coverage is told by its share within the period, port by port, and the oldest", () => {
  const age = coverageAge(hosts, now, 30 * DAY);
  expect(age).toMatchObject({ cells: 40, share: 0.75, oldest: { address: "10.0.0.1", at: now - 40 * DAY } });
  expect(coverageAgeText(age, { now, period: 30 * DAY, zone: "UTC" })).toBe(
    "75 % of what was ever covered was covered within 30 d (max_age); the oldest is 40 d old: 10.0.0.1, 2026-10-16 00:00 +00:00",
  );
});

test("nothing covered has no age", () => {
  const age = coverageAge([], now, DAY);
  expect(age.share).toBeNull();
  expect(coverageAgeText(age, { now, period: DAY, zone: "UTC" })).toBe("");
});
