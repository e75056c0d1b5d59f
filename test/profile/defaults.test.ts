import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import type { Defaults } from "../../src/profile/profile.js";
import { refusal } from "./refusal.js";

function defaultsOf(text: string): Defaults {
  return parseProfile(`version: 1\ndefaults: ${text}\n`, "p.yaml").defaults;
}

describe("defaults", () => {
  test("are portreeve's own where nothing is written", () => {
    const own = parseProfile("version: 1\n", "p.yaml").defaults;
    expect(own).toMatchObject({
      unlisted: "forbidden",
      unlistedLine: null,
      severity: {},
      dueDays: {},
      confirmRuns: 2,
    });
    expect(own.highRisk.map(({ text }) => text)).toContain("3389/tcp");
    expect(defaultsOf("")).toEqual(own);
    expect(defaultsOf("{}")).toEqual(own);
  });

  test("give days in which findings should be settled", () => {
    expect(defaultsOf("{due: {critical: 0, high: 7d, medium: 2w, low: 90}}").dueDays).toEqual({
      critical: 0,
      high: 7,
      medium: 14,
      low: 90,
    });
  });

  test("take `unlisted` and `missing` for the rules they stand for, where those do not stand themselves", () => {
    expect(defaultsOf("{severity: {unlisted: low, missing: info, high_risk: critical}}").severity).toEqual({
      "unexpected-open": "low",
      "required-missing": "info",
      "host-missing": "info",
      high_risk: "critical",
    });
    expect(
      defaultsOf("{severity: {host-missing: high, missing: low, unexpected-open: info, unlisted: high}}")
        .severity,
    ).toEqual({ "unexpected-open": "info", "required-missing": "low", "host-missing": "high" });
  });

  test("say how many runs must believe a silence", () => {
    expect(defaultsOf("{confirm_runs: 1, udp_open_filtered: unconfirmed}").confirmRuns).toBe(1);
  });

  test("may empty the high-risk list", () => {
    expect(defaultsOf("{high_risk: []}").highRisk).toEqual([]);
  });

  test.each<[what: string, text: string, message: string]>([
    [
      "a number of days that is none",
      "{due: {high: soon}}",
      "24: `high`: wants a number of days: `7d`, `2w` or 7",
    ],
    ["hours", "{due: {high: 48h}}", "24: `high`: wants a number of days: `7d`, `2w` or 7"],
    ["half a day", "{due: {high: 0.5}}", "24: `high`: wants a number of days: `7d`, `2w` or 7"],
    ["days below zero", "{due: {high: -1}}", "24: `high`: wants a number of days: `7d`, `2w` or 7"],
    ["days beyond ten years", "{due: {high: 4000}}", "24: `high`: is more than ten years"],
    ["days of an unknown severity", "{due: {hihg: 7d}}", "18: unknown key `hihg`; did you mean `high`?"],
    ["one number of days", "{due: 7d}", "17: `due`: wants a map, not `7d`"],
    ["three runs", "{confirm_runs: 3}", "26: `confirm_runs`: is 1 or 2"],
    [
      "UDP silence as open",
      "{udp_open_filtered: open}",
      "31: `udp_open_filtered`: is `unconfirmed`: a UDP port that never answered is not counted as open, not `open`",
    ],
    ["an unknown rule", "{severity: {unlistd: low}}", "23: unknown key `unlistd`; did you mean `unlisted`?"],
    [
      "an unknown high-risk port",
      "{high_risk: [telnt]}",
      "24: unknown service `telnt`; did you mean `telnet`?",
    ],
    ["an unknown key", "{sla: {high: 7d}}", "12: unknown key `sla`; did you mean `due`?"],
  ])("with %s are refused", (_what, text, message) => {
    expect(refusal(`version: 1\ndefaults: ${text}\n`).message).toBe(`p.yaml:2:${message}`);
  });
});
