import { describe, expect, it } from "vitest";
import { csvText, renderCsv } from "../../src/report/csv.js";

describe("csvText", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["  =1", "'  =1"],
    ["\u00a0=1", "'\u00a0=1"],
    ["\t=1", "'\\t=1"],
    ["\r=1", "'\\r=1"],
    ["\tx", "'\\tx"],
    ["\n=1", "'\\n=1"],
    ["\u200b=1", "'\\u200b=1"],
    ["＝1+1", "'＝1+1"],
    ["　＝1", "'　＝1"],
    ["＠x", "'＠x"],
    ["'=1", "''=1"],
    ["a;=cmd|' /C calc'!A0", "a;'=cmd|' /C calc'!A0"],
    ["nginx 1.24", "nginx 1.24"],
    ["web-01", "web-01"],
    ["10.0.0.1", "10.0.0.1"],
    ["a=b", "a=b"],
    ["", ""],
  ])("writes %j as %j", (text, expected) => {
    expect(csvText(text)).toBe(expected);
  });
});

describe("renderCsv", () => {
  it("keeps numbers numbers, also negative ones, and null empty", () => {
    expect(renderCsv(["a", "b", "c"], [[-1, 22, null]])).toBe("a,b,c\n-1,22,\n");
  });

  it("quotes separators and quotes, and holds every row on one line", () => {
    expect(renderCsv(["a"], [['x,"y"'], ["two\nlines"]])).toBe('a\n"x,""y"""\ntwo\\nlines\n');
  });

  it("starts with a byte order mark on request", () => {
    expect(renderCsv(["a"], [], { bom: true }).codePointAt(0)).toBe(0xfeff);
  });
});
