import { describe, expect, test } from "vitest";
import type { Proof } from "../../src/facts/observation.js";
import type { Protocol } from "../../src/facts/port.js";
import { changeBetween, presenceChange } from "../../src/history/changeBetween.js";
import { type CellState, saysNothing } from "../../src/history/proof.js";

const answer = (proof: Proof): CellState => ({
  state: proof === "open" ? "open" : "closed",
  reason: "",
  proof,
});

describe("a change of a port", () => {
  test.each<[before: Proof | null, now: Proof, everOpen: boolean, expected: string | null]>([
    [null, "open", false, "first-seen"],
    [null, "closed", false, null],
    ["closed", "open", false, "opened"],
    ["silent", "open", false, "opened"],
    ["refused", "open", false, "opened"],
    ["closed", "open", true, "reopened"],
    ["silent", "open", true, "reopened"],
    ["open", "open", true, null],
    ["open", "closed", true, "closed"],
    ["open", "refused", true, "refused"],
    ["open", "silent", true, "went-silent"],
    ["open", "unstable", true, null],
    ["open", "none", true, null],
    ["closed", "silent", true, null],
    ["silent", "closed", true, null],
    ["closed", "unstable", false, null],
  ])("from %s to %s (ever open: %s) is %s", (before, now, everOpen, expected) => {
    expect(changeBetween(before === null ? null : answer(before), answer(now), everOpen)).toBe(expected);
  });
});

describe("an answer that says nothing", () => {
  test.each<[Protocol, now: Proof, known: Proof | null, expected: boolean]>([
    ["udp", "silent", "open", true],
    ["udp", "silent", "closed", false],
    ["udp", "silent", null, false],
    ["udp", "closed", "open", false],
    ["tcp", "silent", "open", false],
    ["tcp", "none", "open", true],
    ["tcp", "none", null, true],
  ])("%s %s after %s: %s", (protocol, now, known, expected) => {
    expect(saysNothing(protocol, answer(now), known === null ? null : answer(known))).toBe(expected);
  });
});

test.each([
  [null, "alive", null],
  ["silent", "alive", "host-appeared"],
  ["vanished", "alive", "host-appeared"],
  ["alive", "alive", null],
  ["alive", "vanished", "host-vanished"],
  ["alive", "silent", null],
  ["silent", "vanished", null],
] as const)("a host that was %s and is %s: %s", (before, now, expected) => {
  expect(presenceChange(before, now)).toBe(expected);
});
