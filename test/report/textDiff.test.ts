import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { renderTextDiff } from "../../src/report/textDiff.js";
import { HOSTILE, UNSAFE } from "./hostile.js";

const LOOK = { zone: "UTC", color: false };

describe("renderTextDiff", () => {
  it("shows what is added among its neighbours", () => {
    const before = "a\nb\nc\nd\ne\nf\n";
    const after = "a\nb\nc\nd\nx\ne\nf\n";
    expect(renderTextDiff({ file: "p.yaml", before, after }, LOOK)).toBe(
      "--- p.yaml\n+++ p.yaml\n@@ -2,5 +2,6 @@\n b\n c\n d\n+x\n e\n f\n",
    );
    expect(renderTextDiff({ file: "p.yaml", before, after: before }, LOOK)).toBe("");
  });

  it("leaves carriage returns out and tells of a line without an end", () => {
    const text = renderTextDiff({ file: "p.yaml", before: "a\r\nb", after: "a\r\nb\r\nc" }, LOOK);
    expect(text).toContain("+c\n\\ No newline at end of file\n");
    expect(text).not.toContain("\\r");
  });

  it("says the same with colour as without", () => {
    const change = { file: "p.yaml", before: "a\nb\n", after: "a\nc\n" };
    const colored = renderTextDiff(change, { ...LOOK, color: true });
    expect(colored).toMatch(/\x1b\[/);
    expect(stripVTControlCharacters(colored)).toBe(renderTextDiff(change, LOOK));
  });

  it.each(Object.entries(HOSTILE))("prints %s as text", (_, text) => {
    const printed = renderTextDiff({ file: text, before: `${text}\n`, after: `${text}\n${text}\n` }, LOOK);
    expect(printed).not.toMatch(UNSAFE);
  });
});
