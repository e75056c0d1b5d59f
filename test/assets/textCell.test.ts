import { describe, expect, test } from "vitest";
import { readText, readWords } from "../../src/assets/textCell.js";

describe("a text cell", () => {
  test.each([
    ["DBA Team", "DBA Team"],
    ["  Müller, K. ", "Müller, K."],
    ["张伟", "张伟"],
    ['=HYPERLINK("http://192.0.2.1")', '=HYPERLINK("http://192.0.2.1")'],
    ["a\0b\x1b[31m", "a\0b\x1b[31m"],
    ["0", "0"],
  ])("%j stays as it is", (cell, text) => {
    expect(readText(cell)).toEqual({ text, cut: false });
  });

  test.each(["", " \t", "-", "--", "—", "N/A", "n/a", "None", "NULL", "无", "未知", "TBD", "?", "/"])(
    "%j says nothing: nobody is called so",
    (cell) => {
      expect(readText(cell)).toEqual({ text: null, cut: false });
    },
  );

  test("is cut to 500 characters, and no character is torn", () => {
    const { text, cut } = readText("😀".repeat(1_000_000));
    expect(cut).toBe(true);
    expect(text).toBe("😀".repeat(500));
    expect(readText("a".repeat(500))).toEqual({ text: "a".repeat(500), cut: false });
    expect(readText(`${"a".repeat(499)}😀😀`)).toEqual({ text: `${"a".repeat(499)}😀`, cut: true });
  });
});

describe("a cell of tags", () => {
  test.each([
    ["prod", ["prod"]],
    ["prod, pci scope;dmz", ["prod", "pci scope", "dmz"]],
    ["生产、等保三级，核心；x", ["生产", "等保三级", "核心", "x"]],
    ["a\r\nb\nc", ["a", "b", "c"]],
    ["a,,b, ,a", ["a", "b"]],
    ["", []],
    ["None", []],
  ])("%j holds %j", (cell, words) => {
    expect(readWords(cell)).toEqual({ words, cut: false });
  });

  test("is cut to a hundred words, and tells", () => {
    const many = Array.from({ length: 300 }, (_, i) => `tag ${i}`);
    expect(readWords(many.join(","))).toEqual({ words: many.slice(0, 100), cut: true });
    const long = readWords("x".repeat(1_000_000));
    expect(long.cut).toBe(true);
    expect(long.words).toEqual(["x".repeat(500)]);
  });
});
