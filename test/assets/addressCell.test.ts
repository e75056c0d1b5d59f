import { describe, expect, test } from "vitest";
import { readAddresses } from "../../src/assets/addressCell.js";

describe("an address cell", () => {
  test.each([
    ["10.0.0.5", ["10.0.0.5"]],
    ["10.0.0.5/24", ["10.0.0.5"]],
    ["10.0.0.5 / 24", ["10.0.0.5"]],
    ["10.0.0.5/255.255.255.0", ["10.0.0.5"]],
    ["10.0.0.0/32", ["10.0.0.0"]],
    ["10.0.0.0/31", ["10.0.0.0"]],
    ["2001:DB8::1/64", ["2001:db8::1"]],
    ["2001:db8::/128", ["2001:db8::"]],
    ["2001:db8::/127", ["2001:db8::"]],
    ["::ffff:10.0.0.5", ["10.0.0.5"]],
    [
      "10.0.0.5,10.0.0.6;10.0.0.7\n10.0.0.8 10.0.0.9",
      ["10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9"],
    ],
    ["10.0.0.5、10.0.0.6，10.0.0.7；10.0.0.8", ["10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8"]],
    ["10.0.0.5/24, 10.0.0.5/32", ["10.0.0.5"]],
    [" \t10.0.0.5\r\n", ["10.0.0.5"]],
    ["", []],
  ])("%j holds %j", (cell, addresses) => {
    expect(readAddresses(cell)).toEqual({ addresses, problems: [] });
  });

  test.each([
    ["10.0.0.0/24", /"10\.0\.0\.0\/24" is a network, not an address/],
    ["0.0.0.0/0", /is no address of a host/],
    ["::", /is no address of a host/],
    ["10.0.0.0/255.255.255.0", /is a network/],
    ["2001:db8::/64", /is a network/],
    ["10.0.0.1-10.0.0.9", /is a range/],
    ["10.0.0.1-9", /is a range/],
    ["10.0.0.*", /is a range/],
    ["2001:db8::1-2001:db8::9", /is a range/],
    ["10.0.0.300", /above 255/],
    ["010.0.0.5", /leading zero/],
    ["10.0.0", /3 numbers/],
    ["10.0.0.5/33", /no prefix length/],
    ["10.0.0.5/255.0.255.0", /no prefix length/],
    ["10.0.0.5/24/8", /no prefix length/],
    ["fe80::1%eth0", /has a zone/],
    ["db01.example", /neither IPv4 nor IPv6/],
    ["=1+1", /neither IPv4 nor IPv6/],
    ["\0", /"\\u\{0\}"/],
  ])("%j is told", (cell, problem) => {
    const read = readAddresses(cell);
    expect(read.addresses).toEqual([]);
    expect(read.problems).toEqual([expect.stringMatching(problem)]);
  });

  test("gives what is good beside what is bad", () => {
    expect(readAddresses("10.0.0.5 10.0.0.0/24 dhcp")).toEqual({
      addresses: ["10.0.0.5"],
      problems: [expect.stringMatching(/network/), expect.stringMatching(/"dhcp"/)],
    });
  });

  test("of a megabyte is bounded work and short words", () => {
    const read = readAddresses("x ".repeat(500_000));
    expect(read.problems.length).toBeLessThanOrEqual(1001);
    expect(read.problems.at(-1)).toMatch(/only the first 1000/);
    const [problem = ""] = readAddresses("y".repeat(1_000_000)).problems;
    expect(problem.length).toBeLessThan(200);
  });
});
