import { describe, expect, it } from "vitest";
import { renderProfileTest, type TriedExample } from "../../src/report/profileTest.js";
import { HOSTILE, UNSAFE } from "./hostile.js";

const LOOK = { zone: "UTC", color: false, width: 80 };

const HOLDS: TriedExample = {
  row: {
    address: "10.0.3.7",
    name: null,
    port: { protocol: "tcp", port: 22 },
    vantage: "internet",
    on: null,
    expected: "forbidden",
    line: { file: "profile.tests", line: 2 },
  },
  passed: true,
  verdict: "forbidden",
  why: "it is on the high-risk list",
};
const FAILS: TriedExample = {
  row: {
    ...HOLDS.row,
    address: null,
    name: "app07",
    port: { protocol: "tcp", port: 8080 },
    vantage: null,
    on: "2026-03-31",
    expected: "accepted",
    line: { file: "profile.tests", line: 3 },
  },
  passed: false,
  verdict: "unlisted",
  why: "no group of this host lists it; unlisted ports are forbidden; exception `EXC-1` ended with 2026-03-30",
};
const NOWHERE: TriedExample = { ...FAILS, verdict: null, why: "app07 has no address" };

describe("renderProfileTest", () => {
  it("prints what does not hold as compilers do, what the profile says instead, and the count", () => {
    expect(renderProfileTest([HOLDS, FAILS], "text", LOOK)).toBe(
      [
        "profile.tests:3: fails: app07 8080/tcp on 2026-03-31: accepted",
        "    the profile says unlisted: no group of this host lists it; unlisted ports",
        "    are forbidden; exception `EXC-1` ended with 2026-03-30",
        "",
        "1 of 2 examples does not hold",
        "",
      ].join("\n"),
    );
    expect(renderProfileTest([FAILS, NOWHERE], "text", LOOK)).toContain("    app07 has no address\n");
  });

  it("says how many there were where all hold, and lists them when asked", () => {
    expect(renderProfileTest([HOLDS], "text", LOOK)).toBe("1 example: all hold\n");
    expect(renderProfileTest([HOLDS], "text", { ...LOOK, verbose: true })).toBe(
      "profile.tests:2: holds: 10.0.3.7 22/tcp from internet: forbidden\n\n1 example: all hold\n",
    );
  });

  it("gives programs every example", () => {
    expect(JSON.parse(renderProfileTest([HOLDS, FAILS], "json", LOOK))).toMatchObject({
      schemaVersion: 1,
      total: 2,
      failed: 1,
      rows: [
        { file: "profile.tests", line: 2, host: "10.0.3.7", port: 22, vantage: "internet", passed: true },
        { host: "app07", expected: "accepted", verdict: "unlisted", on: "2026-03-31", passed: false },
      ],
    });
  });

  it.each(Object.entries(HOSTILE))("prints %s safely", (_, text) => {
    const line = { file: text, line: 1 };
    const hostile = { ...FAILS, row: { ...FAILS.row, name: text, vantage: text, on: text, line }, why: text };
    for (const verbose of [true, false]) {
      expect(renderProfileTest([hostile], "text", { ...LOOK, verbose })).not.toMatch(UNSAFE);
    }
    expect(renderProfileTest([hostile], "json", LOOK)).not.toMatch(UNSAFE);
  });
});
