import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { renderFindingList } from "../../src/report/findingList.js";
import type { ListedFinding } from "../../src/report/findingRows.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";
import { DAY, END, finding, fullReport } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100, now: END + DAY };

/** The findings of the full report, as the store would list them. */
function listed(): ListedFinding[] {
  const { findings, settled } = fullReport().judgement;
  return [...findings, ...settled].map((each, i) => ({
    ...each,
    fingerprint: `${(0xa1b2c3d0 + i).toString(16)}00000000`,
    statusSince: each.status === "open" ? each.firstSeen : END - i * DAY,
  }));
}

describe("renderFindingList", () => {
  it("reads well", () => {
    expect(renderFindingList(listed(), "text", LOOK)).toMatchSnapshot();
  });

  it("reads well on 80 columns, without Unicode", () => {
    expect(renderFindingList(listed(), "text", { ...LOOK, width: 80, unicode: false })).toMatchSnapshot();
  });

  it("keeps within every width", () => {
    for (const width of [60, 72, 80, 100, 132]) {
      for (const line of renderFindingList(listed(), "text", { ...LOOK, width }).split("\n")) {
        expect(textWidth(line), line).toBeLessThanOrEqual(width);
      }
    }
  });

  it("says the same with colour as without", () => {
    const colored = renderFindingList(listed(), "text", { ...LOOK, color: true });
    expect(colored).toMatch(/\x1b\[/);
    expect(stripVTControlCharacters(colored)).toBe(renderFindingList(listed(), "text", LOOK));
  });

  it("counts by status in its first line, and what is overdue", () => {
    const [first] = renderFindingList(listed(), "text", LOOK).split("\n");
    expect(first).toBe(
      "12 findings: 6 open, 1 of them overdue; 2 accepted, 2 closed, 1 silenced, 1 profile changed",
    );
    expect(renderFindingList([], "text", LOOK)).toBe("No findings.\n");
  });

  it("says since when a reopened finding is open again", () => {
    const again = finding("unexpected-open", "low", "10.0.0.1", 22, "22/tcp is open");
    const list = (statusSince: number | null) => renderFindingList([{ ...again, statusSince }], "text", LOOK);
    expect(list(END)).toContain("open since 2026-11-25");
    expect(list(again.firstSeen)).not.toContain("open since");
    expect(list(null)).not.toContain("open since");
  });

  it("names vantage and realm where there are several", () => {
    const [one, two] = listed();
    if (one === undefined || two === undefined) throw new Error("there are some");
    const text = renderFindingList([one, { ...two, vantage: "internet", realm: "lab" }], "text", LOOK);
    expect(text).toContain("seen from bastion");
    expect(text).toContain("seen from internet, realm lab");
    expect(renderFindingList([one, two], "text", LOOK)).not.toContain("seen from");
  });

  it.each(Object.entries(HOSTILE))(
    "prints a foreign text of %s as text, in every place and format",
    (_, text) => {
      for (const format of ["text", "json", "jsonl", "csv"] as const) {
        const printed = renderFindingList(poison(listed(), text), format, LOOK);
        expect(printed).not.toMatch(UNSAFE);
      }
      expect(renderFindingList(poison(listed(), text), "text", LOOK).length).toBeLessThan(30_000);
    },
  );

  it("forges no line from a text with a line break in it", () => {
    const printed = renderFindingList(poison(listed(), "x\nOPEN  9 findings"), "text", LOOK);
    expect(printed.split("\n").filter((line) => line.startsWith("OPEN"))).toEqual(["OPEN  6 findings"]);
  });
});
