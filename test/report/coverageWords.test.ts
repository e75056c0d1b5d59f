import { describe, expect, test } from "vitest";
import { coverageWords } from "../../src/report/text/headline.js";

describe("how much of what was due was proved", () => {
  test.each([
    [{ coverage: 0.5, cellsDue: 4, cellsCovered: 2 }, "50 % of what was due (2 of 4 ports)"],
    // As a run without any host ends: a share of nothing is none.
    [{ coverage: null, cellsDue: 0, cellsCovered: 0 }, "nothing was due: no host is known to be there"],
    [{ coverage: null, cellsDue: null, cellsCovered: null }, "not counted yet"],
  ])("%o", (run, words) => {
    expect(coverageWords(run)).toBe(words);
  });
});
