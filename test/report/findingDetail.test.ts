import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { type FindingDetail, renderFindingDetail } from "../../src/report/findingDetail.js";
import { findingJson } from "../../src/report/findingRows.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";
import { DAY, END, exception, finding, START } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100, now: END + DAY };

function accepted(): FindingDetail {
  const fingerprint = "3f9c02a1b2c3d4e5";
  const step = { fingerprint, person: "li.wei" };
  return {
    finding: finding("forbidden-open", "high", "10.30.0.12", 3306, "3306/tcp is open (mysql, MySQL 8.0.36)", {
      fingerprint,
      status: "accepted",
      owner: "dba-team",
      host: "app12",
      system: "Order entry",
      tags: ["prod", "linux"],
      realm: "dmz",
      due: START - 16 * DAY,
      exception: exception({ expires: "2026-12-01" }),
    }),
    transitions: [
      { ...step, run: 3, at: START - 23 * DAY, from: null, to: "open", why: "seen for the first time" },
      { ...step, run: 14, at: END, from: "open", to: "accepted", why: "exception EXC-2026-014: console" },
    ],
  };
}

/** Open, overdue, and not seen by the last run. */
function open(): FindingDetail {
  const { finding: seen, transitions } = accepted();
  return {
    finding: {
      ...seen,
      status: "open",
      exception: null,
      overdue: true,
      confirmed: false,
      carried: "not covered in this run",
    },
    transitions: transitions.slice(0, 1),
  };
}

describe("renderFindingDetail", () => {
  it.each([
    ["accepted", accepted],
    ["open", open],
  ])("reads well for one that is %s", (_, detail) => {
    expect(renderFindingDetail(detail(), "text", LOOK)).toMatchSnapshot();
  });

  it("keeps within every width, with colour as without", () => {
    for (const width of [60, 80, 120]) {
      const text = renderFindingDetail(accepted(), "text", { ...LOOK, width });
      for (const line of text.split("\n")) expect(textWidth(line), line).toBeLessThanOrEqual(width);
      const colored = renderFindingDetail(accepted(), "text", { ...LOOK, width, color: true });
      expect(stripVTControlCharacters(colored)).toBe(text);
    }
  });

  it("gives finding and transitions to programs", () => {
    const detail = accepted();
    expect(JSON.parse(renderFindingDetail(detail, "json", LOOK))).toEqual({
      schemaVersion: 1,
      finding: findingJson(detail.finding),
      transitions: [
        {
          run: 3,
          at: "2026-11-02T01:14:00Z",
          from: null,
          to: "open",
          person: "li.wei",
          why: "seen for the first time",
        },
        {
          run: 14,
          at: "2026-11-25T01:31:20Z",
          from: "open",
          to: "accepted",
          person: "li.wei",
          why: "exception EXC-2026-014: console",
        },
      ],
    });
  });

  it("offers to accept what is open, and nothing else", () => {
    expect(renderFindingDetail(open(), "text", LOOK)).toContain("portreeve findings accept 3f9c02a1");
    expect(renderFindingDetail(accepted(), "text", LOOK)).not.toContain("findings accept");
    const detail = open();
    const ended = { ...detail, finding: { ...detail.finding, rule: "exception-expired" as const } };
    expect(renderFindingDetail(ended, "text", LOOK)).not.toContain("findings accept");
  });

  it.each(Object.entries(HOSTILE))("prints a foreign text of %s as text, in every place", (_, text) => {
    for (const format of ["text", "json"] as const) {
      expect(renderFindingDetail(poison(accepted(), text), format, LOOK)).not.toMatch(UNSAFE);
      expect(renderFindingDetail(poison(open(), text), format, LOOK)).not.toMatch(UNSAFE);
    }
  });
});
