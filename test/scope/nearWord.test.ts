import { describe, expect, it } from "vitest";
import { nearWord } from "../../src/scope/nearWord.js";

const KEYS = ["database", "vantage", "max_addresses", "ports", "rate", "host_rate"];

describe("nearWord", () => {
  it.each([
    ["databse", "database"],
    ["Database", "database"],
    ["vantgae", "vantage"],
    ["max-addresses", "max_addresses"],
    ["maxAdresses", "max_addresses"],
    ["port", "ports"],
    ["hostrate", "host_rate"],
  ])("finds that %j was meant to be %j", (word, expected) => {
    expect(nearWord(word, KEYS)).toBe(expected);
  });

  it.each(["colour", "x", "", "z".repeat(100_000)])("finds no word near %j", (word) => {
    expect(nearWord(word, KEYS)).toBeNull();
  });
});
