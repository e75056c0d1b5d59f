import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../src/assets/decode.js";
import { refusalOf } from "./refusal.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const utf16le = (text: string) => Uint8Array.from(Buffer.from(`\ufeff${text}`, "utf16le"));

describe("the bytes of a list", () => {
  test.each([
    ["UTF-8", Buffer.from("IP,责任人"), "IP,责任人", "UTF-8", false],
    ["UTF-8 with a mark", Buffer.from("\ufeffIP"), "IP", "UTF-8", false],
    ["GBK", bytes(0xd6, 0xd0, 0xce, 0xc4), "中文", "GB18030", true],
    ["four bytes of GB18030", bytes(0x81, 0x30, 0x81, 0x30, 0xd6, 0xd0), "\x80中", "GB18030", true],
    ["UTF-16, Excel's Unicode text", utf16le("IP\t主机"), "IP\t主机", "UTF-16LE", false],
    ["nothing", bytes(), "", "UTF-8", false],
  ])("in %s are text", (_, given, text, encoding, guessed) => {
    expect(decodeText(given, "a.csv")).toEqual({ text, encoding, guessed });
  });

  test("may be said to be something else", () => {
    const latin = bytes(0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72);
    expect(decodeText(latin, "a.csv").guessed).toBe(true);
    expect(decodeText(latin, "a.csv", "windows-1252")).toEqual({
      text: "Müller",
      encoding: "WINDOWS-1252",
      guessed: false,
    });
  });

  test.each([
    ["neither UTF-8 nor GB18030", bytes(0x41, 0xff, 0xff), undefined, /neither UTF-8 nor GB18030/],
    ["a workbook", Buffer.from("PK\x03\x04rest"), undefined, /is a workbook/],
    ["an old workbook", bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1), undefined, /is a workbook/],
    ["no UTF-8, as was said", bytes(0xd6, 0xd0), "utf-8", /is no UTF-8 text/],
    ["an encoding nobody knows", bytes(0x41), "klingon", /--encoding "klingon" is not known/],
  ])("that are %s are refused", (_, given, encoding, message) => {
    expect(refusalOf(() => decodeText(given, "a.csv", encoding)).message).toMatch(message);
  });

  test("of the Chinese fixture come out right", () => {
    const { text, encoding } = decodeText(readFileSync("fixtures/assets/chinese-gb18030.csv"), "a.csv");
    expect(encoding).toBe("GB18030");
    expect(text).toMatch(/^资产编号,主机名,IP地址/);
  });
});
