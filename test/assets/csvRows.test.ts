import { describe, expect, test } from "vitest";
import { type CsvRow, readCsv } from "../../src/assets/csvRows.js";
import { refusalOf } from "./refusal.js";

function rowsOf(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  readCsv(text, "a.csv", (row) => rows.push(row));
  return rows;
}
const cellsOf = (text: string) => rowsOf(text).map(({ cells }) => cells);
const TWO = [
  ["a", "b"],
  ["1", "2"],
];

describe("CSV", () => {
  test.each([
    ["commas", "a,b\n1,2\n"],
    ["semicolons", "a;b\n1;2\n"],
    ["tabs", "a\tb\n1\t2\n"],
    ["bars, as NetBox may write it", "a|b\n1|2\n"],
    ["a byte order mark", "\ufeffa,b\n1,2\n"],
    ["CRLF", "a,b\r\n1,2\r\n"],
    ["CR alone", "a,b\r1,2\r"],
    ["mixed line ends", "a,b\r\n1,2\n"],
    ["no last line end", "a,b\n1,2"],
    ["quotes", '"a","b"\n"1","2"\n'],
    ["empty lines and rows", "\n\na,b\n\n,,\n1,2\n\n"],
    ["Excel's sep=", "sep=;\r\na;b\r\n1;2\r\n"],
    ["a byte order mark before sep=", "\ufeffsep=;\r\na;b\r\n1;2\r\n"],
  ])("with %s is read", (_, text) => {
    expect(cellsOf(text).map((cells) => cells.slice(0, 2))).toEqual(TWO);
  });

  test("is parted by what the first row has most of, quotes left out", () => {
    expect(cellsOf('"a,b,c";d\n1,5;2\n')).toEqual([
      ["a,b,c", "d"],
      ["1,5", "2"],
    ]);
  });

  test("may hold separators, quotes and line breaks in quotes, and tells where rows begin", () => {
    expect(rowsOf('a,b\n\n"x\ny,""z""",2\r\n3,19" rack\n"u\r\nv",w\n5,6\n')).toEqual([
      { line: 1, cells: ["a", "b"] },
      { line: 3, cells: ['x\ny,"z"', "2"] },
      { line: 5, cells: ["3", '19" rack'] },
      { line: 6, cells: ["u\r\nv", "w"] },
      { line: 8, cells: ["5", "6"] },
    ]);
  });

  test("counts the line of Excel's sep=", () => {
    expect(rowsOf("sep=;\na;b\n1;2\n").map(({ line }) => line)).toEqual([2, 3]);
  });

  test("may have rows of any length", () => {
    expect(cellsOf("a,b\n1\n1,2,3\n")).toEqual([["a", "b"], ["1"], ["1", "2", "3"]]);
  });

  test("is refused for a quote that stays open", () => {
    const error = refusalOf(() => rowsOf('a,b\n1,2\n3,"4\n5,6\n'));
    expect(error.message).toMatch(/"a\.csv": the row after line 2 opens a quote that is never closed/);
    expect(error.hint).toMatch(/twice/);
  });

  test("is refused for a quote that stays open over megabytes, before they are all one cell", () => {
    const error = refusalOf(() => rowsOf(`a,b\n1,"2\n${"3,4\n".repeat(2_500_000)}`));
    expect(error.message).toMatch(/after line 1 opens a quote/);
  });

  test("hands over a cell of a megabyte, NUL and controls as they are", () => {
    const cell = `\0\x1b]0;t\x07${"x".repeat(1_000_000)}`;
    expect(cellsOf(`a,b\n1,${cell}\n`)[1]).toEqual(["1", cell]);
  });
});
