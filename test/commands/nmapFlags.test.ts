import { describe, expect, test } from "vitest";
import { rewriteNmapFlags } from "../../src/commands/nmapFlags.js";
import { PortreeveError } from "../../src/facts/error.js";

describe("nmap's flags", () => {
  test.each([
    [
      ["scan", "10.0.0.1", "-Pn"],
      ["scan", "10.0.0.1", "--skip-discovery"],
    ],
    [
      ["scan", "-iL", "hosts.txt"],
      ["scan", "--targets-file", "hosts.txt"],
    ],
    [
      ["scan", "-iLhosts.txt"],
      ["scan", "--targets-file", "hosts.txt"],
    ],
    [
      ["scan", "-iL-"],
      ["scan", "--targets-file", "-"],
    ],
    [
      ["scan", "-sS", "-sV", "a"],
      ["scan", "a"],
    ],
    [
      ["scan", "-sT", "-sU"],
      ["scan", "--connect", "--udp"],
    ],
    [
      ["scan", "-F"],
      ["scan", "--top-ports", "100"],
    ],
    [
      ["scan", "-n"],
      ["scan", "--no-names"],
    ],
    [
      ["scan", "--excludefile", "x"],
      ["scan", "--exclude-file", "x"],
    ],
    [
      ["scan", "-p", "22", "--exclude", "10.0.0.9"],
      ["scan", "-p", "22", "--exclude", "10.0.0.9"],
    ],
    [
      ["scan", "-p22"],
      ["scan", "-p22"],
    ],
    [
      ["scan", "-p-"],
      ["scan", "-p-"],
    ],
    [["--help"], ["--help"]],
    [[], []],
  ])("%j becomes %j", (words, expected) => {
    expect(rewriteNmapFlags(words)).toEqual(expected);
  });

  test.each([
    "-oX/tmp/x",
    "-oX",
    "-oN",
    "-oA",
    "-T4",
    "-A",
    "-sC",
    "-sN",
    "-sF",
    "--script=vuln",
    "--script",
    "--datadir",
    "--min-rate=9",
    "--host-timeout",
    "--open",
    "-iR",
  ])("%s is refused with the reason", (word) => {
    expect(() => rewriteNmapFlags(["scan", word, "10.0.0.1"])).toThrow(PortreeveError);
    expect(() => rewriteNmapFlags(["scan", word, "10.0.0.1"])).toThrow(/is not taken here: /);
  });

  test("are words like any other after --", () => {
    expect(rewriteNmapFlags(["scan", "--", "-Pn", "-oX/tmp/x"])).toEqual(["scan", "--", "-Pn", "-oX/tmp/x"]);
  });

  test("of portreeve itself pass", () => {
    expect(() =>
      rewriteNmapFlags(["scan", "--output", "x", "--rate", "5", "--top-ports", "10"]),
    ).not.toThrow();
  });
});
