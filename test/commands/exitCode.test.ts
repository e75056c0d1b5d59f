import { describe, expect, test } from "vitest";
import { exitCodeOf, exitCodeOfError } from "../../src/commands/exitCode.js";
import type { Finding, Severity } from "../../src/facts/finding.js";

const finding = (severity: Severity, confirmed = true) =>
  ({ severity, confirmed, status: "open" }) as Finding;

describe("an exit code", () => {
  test.each([
    ["nothing found, all covered", [], 1, null, 0],
    ["findings without --fail-on", [finding("critical")], 1, null, 0],
    ["a finding at the level", [finding("high")], 1, "high", 2],
    ["a finding above the level", [finding("critical")], 1, "high", 2],
    ["a finding below the level", [finding("medium")], 1, "high", 0],
    ["a finding that somebody accepted", [{ ...finding("high"), status: "accepted" as const }], 1, "high", 0],
    ["a finding that was seen once only", [finding("critical", false)], 1, "low", 0],
    ["too little coverage", [], 0.9, null, 3],
    ["coverage exactly at the share", [], 0.99, null, 0],
    ["a finding and too little coverage: the finding wins", [finding("high")], 0.1, "high", 2],
    ["a finding below the level and too little coverage", [finding("low")], 0.1, "high", 3],
    ["nothing due", [], null, "info", 0],
  ] as const)("for %s", (_what, findings, coverage, failOn, code) => {
    expect(exitCodeOf(findings, coverage, { failOn, minCoverage: 0.99 })).toBe(code);
  });

  test.each([
    ["usage", 64],
    ["failed", 1],
    ["locked", 11],
    ["interrupted", 130],
  ] as const)("for the error %s is %d", (error, code) => {
    expect(exitCodeOfError(error)).toBe(code);
  });
});
