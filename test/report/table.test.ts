import { describe, expect, it } from "vitest";
import { makeInk } from "../../src/report/ink.js";
import { renderTable } from "../../src/report/table.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, UNSAFE } from "./hostile.js";

const ink = makeInk({ color: false, unicode: true });
const COLUMNS = [
  { title: "ADDRESS", keep: true },
  { title: "NAME" },
  { title: "N", align: "right" as const, keep: true },
];

describe("renderTable", () => {
  it("keeps columns aligned under CJK and full-width text", () => {
    const table = renderTable(
      COLUMNS,
      [
        ["10.0.0.1", "打印机-三楼", "1"],
        ["10.0.0.22", "web01", "20"],
        ["10.0.0.3", "ｆｕｌｌ 한국 カナ", "300"],
      ],
      { ink, width: 80 },
    );
    expect(table).toBe(
      [
        "ADDRESS    NAME                  N",
        "10.0.0.1   打印机-三楼           1",
        "10.0.0.22  web01                20",
        "10.0.0.3   ｆｕｌｌ 한국 カナ  300",
      ].join("\n"),
    );
    const ends = table.split("\n").map(textWidth);
    expect(new Set(ends).size).toBe(1);
  });

  it("fits the width by cutting the widest text column, and leaves kept ones whole", () => {
    const table = renderTable(COLUMNS, [["198.51.100.200", HOSTILE.wide, "1"]], {
      ink,
      width: 70,
      indent: 2,
    });
    for (const line of table.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(70);
    expect(table).toContain("198.51.100.200");
    expect(table).toContain("…");
  });

  it("takes a terminal of under 60 columns as 60", () => {
    const table = renderTable(COLUMNS, [["10.0.0.1", "x".repeat(80), "1"]], { ink, width: 20 });
    expect(Math.max(...table.split("\n").map(textWidth))).toBe(60);
  });

  it.each(Object.entries(HOSTILE))("makes one safe line of a cell of %s", (_, text) => {
    const table = renderTable(COLUMNS, [["10.0.0.1", text, "1"]], { ink, width: 100 });
    expect(table.split("\n")).toHaveLength(2);
    expect(table).not.toMatch(UNSAFE);
  });

  it("draws a long list and a short one to the same lines", () => {
    const cells = Array.from({ length: 600 }, (_, i) => [`10.0.0.${i % 7}`, "打印机-三楼 🔥", String(i % 9)]);
    const long = renderTable(COLUMNS, cells, { ink, width: 100, indent: 2 }).split("\n");
    const short = renderTable(COLUMNS, cells.slice(0, 400), { ink, width: 100, indent: 2 }).split("\n");
    expect(long.slice(0, 401)).toEqual(short);
  });

  it("lays out 20,000 rows in a breath, with the same columns from first to last", () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [
      `10.0.${i >> 8}.${i & 255}`,
      `name ${i}`,
      String(i),
    ]);
    const start = performance.now();
    const lines = renderTable(COLUMNS, rows, { ink, width: 100 }).split("\n");
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(lines).toHaveLength(20_001);
    expect(new Set(lines.map(textWidth)).size).toBe(1);
  });
});
