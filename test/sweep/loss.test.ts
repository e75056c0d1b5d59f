import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { evidenceOf, type RunEvidence } from "../../src/sweep/evidence.js";
import { lastPass, silencesNeeded } from "../../src/sweep/loss.js";

/** Open ports first heard in the first and the second pass. */
function heard(first: number, second: number): RunEvidence {
  const evidence: RunEvidence = new Map();
  const host = evidenceOf(evidence, "198.18.0.1" as Address);
  host.openHeard.set(1, first);
  host.openHeard.set(2, second);
  return evidence;
}

describe("silent passes needed for a recall of 99.5 %", () => {
  test.each([
    [73, 0, 2, "nothing lost"],
    [0, 0, 2, "nothing heard at all"],
    [20, 2, 2, "too few witnesses, and no telling loss"],
    [66, 6, 3, "5 % each way: q = 0.0975"],
    [47, 17, 6, "20 % each way: q = 0.36"],
    [20, 4, 4, "few witnesses, but losses that tell"],
    [30, 20, 7, "more than six passes would be needed: silence stays unproved"],
    [10, 40, 7, "a second pass that hears more than the first is no measure of anything"],
  ])("%i open heard at first, %i in the second pass: %i (%s)", (first, second, needed) => {
    expect(silencesNeeded(heard(first, second))).toBe(needed);
  });
});

test("there is room for hosts first heard late, and no pass is made that cannot help", () => {
  expect([2, 3, 6, 7].map(lastPass)).toEqual([4, 4, 7, 6]);
});
