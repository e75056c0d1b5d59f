import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import {
  collect,
  parseCount,
  parseDurationOption,
  parseRunId,
  parseShare,
} from "../../src/commands/options.js";

describe("option values", () => {
  test.each([
    [parseCount, "1", 1],
    [parseCount, "1000000", 1_000_000],
    [parseShare, "0", 0],
    [parseShare, "0.99", 0.99],
    [parseShare, "99%", 0.99],
    [parseShare, "100%", 1],
    [parseRunId, "12", 12],
    [parseDurationOption, "2h", 7_200_000],
    [parseDurationOption, "90m", 5_400_000],
  ])("%o reads %j as %d", (parse, text, value) => {
    expect(parse(text)).toBe(value);
  });

  test.each([
    ...["0", "-1", "1.5", "1e3", "1000001", "", " 5", "5x", "NaN", "0x10"].map(
      (text) => [parseCount, text] as const,
    ),
    ...["-0.1", "1.1", "", "%", " ", "101%", "a", "Infinity", "0x1"].map(
      (text) => [parseShare, text] as const,
    ),
    ...["0", "-3", "1.0", "", "9999999999", "last"].map((text) => [parseRunId, text] as const),
    ...["", "2", "h", "-2h", "2 parsecs"].map((text) => [parseDurationOption, text] as const),
  ])("%o refuses %j with words for people", (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });

  test("a duration that is none says how one is written", () => {
    expect(() => parseDurationOption("4")).toThrow(/"4" has no unit.*such as 45s/);
  });

  test("that may be repeated add up", () => {
    expect(collect("b", collect("a", undefined))).toEqual(["a", "b"]);
  });
});
