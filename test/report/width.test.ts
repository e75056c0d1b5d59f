import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, pad, textWidth, wrapText } from "../../src/report/width.js";

describe("textWidth", () => {
  it.each([
    ["abc", 3],
    ["打印机", 6],
    ["ｆｕｌｌ", 8],
    ["한국", 4],
    ["カナ", 4],
    ["ｶﾅ", 2],
    ["cafe\u0301", 4],
    ["🖨", 1],
    ["🔥", 2],
    ["𠀀", 2],
    ["\x1b[31mred\x1b[39m", 3],
    ["●○✗–→", 5],
  ])("counts %j as %d columns", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});

describe("clip and pad", () => {
  it("never cut a wide character in half", () => {
    expect(clip("打印机", 6)).toBe("打印机");
    expect(clip("打印机", 5)).toBe("打印…");
    expect(clip("打印机", 4)).toBe("打…");
    expect(pad("打", 4)).toBe("打  ");
    expect(pad("9", 3, "right")).toBe("  9");
  });
});

describe("wrapText", () => {
  it("breaks at blanks, and inside a word that is longer than a line", () => {
    expect(wrapText("the quick brown fox", 9)).toEqual(["the quick", "brown fox"]);
    expect(wrapText("a abcdefgh b", 4)).toEqual(["a", "abcd", "efgh", "b"]);
    expect(wrapText("打印机打印机", 5)).toEqual(["打印", "机打", "印机"]);
    expect(wrapText("", 5)).toEqual([""]);
  });

  it("keeps every line within the width and loses no letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 4, max: 40 }), (text, width) => {
        const lines = wrapText(text, width);
        const letters = (s: string) => s.replaceAll(" ", "");
        return lines.every((line) => textWidth(line) <= width) && letters(lines.join("")) === letters(text);
      }),
    );
  });
});
