import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { parseExclusions, parseTargetList } from "../../src/scope/targetList.js";

describe("a target file", () => {
  it("may have blanks, tabs, comments, a byte order mark and any line end", () => {
    const text =
      "\uFEFF# hosts\r\n10.0.0.1\t10.0.0.2  db.example#the database\r\n\r\n  2001:db8::/126 # v6\n10.0.0.1,3\r10.9.9.9";
    expect(parseTargetList(text, "hosts.txt").map((target) => target.text)).toEqual([
      "10.0.0.1",
      "10.0.0.2",
      "db.example",
      "2001:db8::/126",
      "10.0.0.1,3",
      "10.9.9.9",
    ]);
  });

  it.each(["", "\uFEFF", "# nothing\n", " \n\t\r\n"])(
    "with nothing in it (%j) is refused, unless it lists exclusions",
    (text) => {
      expect(() => parseTargetList(text, "hosts.txt")).toThrow("hosts.txt lists no targets");
      expect(parseTargetList(text, "hosts.txt", { allowEmpty: true })).toEqual([]);
    },
  );

  it.each([
    ["10.0.0.1\n10.0.0.2\n1.2.3\n", "hosts.txt, line 3: ", "1.2.3"],
    ["10.0.0.1\r\n-oX/tmp/x", "hosts.txt, line 2: ", "begins with a hyphen"],
    ["10.0.0.1\r10.0.0.2\r$(id)", "hosts.txt, line 3: ", '"$"'],
    ["\uFEFF#\n\n010.0.0.1 # printer", "hosts.txt, line 3: ", "leading zero"],
    ["1\u00000.0.0.1", "hosts.txt, line 1: ", "control character"],
    ["10.0.0.1\f10.0.0.2", "hosts.txt, line 1: ", "control character"],
    ["10.0.0.1\u00a010.0.0.2", "hosts.txt, line 1: ", "blank"],
  ])("%j is refused with its source and line", (text, place, why) => {
    expect(() => parseTargetList(text, "hosts.txt", { allowEmpty: true })).toThrow(PortreeveError);
    expect(() => parseTargetList(text, "hosts.txt")).toThrow(place);
    expect(() => parseTargetList(text, "hosts.txt")).toThrow(why);
  });

  it("keeps the hint of the refusal", () => {
    expect(() => parseTargetList("010.0.0.1", "x")).toThrow(
      expect.objectContaining({ code: "usage", hint: "write 10.0.0.1" }),
    );
  });

  it("is named safely, whatever its path", () => {
    expect(() => parseTargetList("", "a\u001b[2J")).toThrow('"a\\u{1b}[2J" lists no targets');
  });

  it("of 100,000 lines is read in under two seconds", () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).join(
      "\n",
    );
    const start = performance.now();
    expect(parseTargetList(text, "x")).toHaveLength(100_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("--exclude", () => {
  it("has a comma between targets", () => {
    expect(
      parseExclusions("10.0.0.1,10.0.0-3.7, db.example,2001:db8::/64").map((target) => target.text),
    ).toEqual(["10.0.0.1", "10.0.0-3.7", "db.example", "2001:db8::/64"]);
  });

  it.each([
    ["", "empty part"],
    ["10.0.0.1,", "empty part"],
    [",10.0.0.1", "empty part"],
    ["10.0.0.1,,10.0.0.2", "empty part"],
    ["10.0.0.1,3", '"3" is not a target'],
    ["10.0.0.1,7-9", '"7-9" is not a target'],
    ["10.0.0.1,1.2.3", "3 numbers"],
    ["10.0.0.1,-oX", "begins with a hyphen"],
  ])("%j is refused: %s", (text, why) => {
    expect(() => parseExclusions(text)).toThrow(PortreeveError);
    expect(() => parseExclusions(text)).toThrow(why);
  });
});
