import { describe, expect, it } from "vitest";
import { isFlapping } from "../../src/history/flapping.js";
import type { CellState } from "../../src/history/proof.js";
import type { Span } from "../../src/history/span.js";

const STATES: Readonly<Record<string, CellState>> = {
  o: { state: "open", reason: "syn-ack", proof: "open" },
  c: { state: "closed", reason: "reset", proof: "closed" },
  s: { state: "filtered", reason: "no-response", proof: "silent" },
};

/** One letter a covering key, the oldest first; `.` is a run that did not cover it. */
function flaps(history: string): boolean {
  const spans: Span<CellState>[] = [];
  const keys: number[] = [];
  for (const [index, letter] of [...history].entries()) {
    const value = STATES[letter];
    if (value === undefined) continue;
    keys.unshift(index + 1);
    if (spans.at(-1)?.value !== value) spans.push({ from: index + 1, value, until: null });
  }
  return isFlapping(spans, keys);
}

describe("a port flaps", () => {
  it.each(["ococ", "ococo", "cococ", "oooocooco".slice(-5), "ooooococ", "o.c..o.c", "osoco", "cocoo"])(
    "%s",
    (history) => {
      expect(flaps(history)).toBe(true);
    },
  );
});

describe("a port does not flap", () => {
  it.each([
    ["", "never covered"],
    ["o", "first seen"],
    ["oco", "two changes"],
    ["cscso", "closed and silent are one to it: it opened once"],
    ["ococooo", "its changes are longer ago than five covering runs"],
    ["ooooo", "always open"],
  ])("%s: %s", (history) => {
    expect(flaps(history)).toBe(false);
  });
});
