import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { countAddresses, describeAddressSet } from "../../src/scope/addressSet.js";
import { parseTarget } from "../../src/scope/target.js";

function refusal(text: string): PortreeveError {
  try {
    parseTarget(text);
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was not refused`);
}

describe("a target", () => {
  it.each([
    ["10.0.0.1", 1n, "10.0.0.1"],
    ["10.1.2.3/24", 256n, "10.1.2.0/24"],
    ["1.2.3.4/0", 1n << 32n, "0.0.0.0/0"],
    ["1.2.3.4/32", 1n, "1.2.3.4"],
    [
      "10.0.0-3.1-254",
      1016n,
      "10.0.0.1-10.0.0.254, 10.0.1.1-10.0.1.254, 10.0.2.1-10.0.2.254, 10.0.3.1-10.0.3.254",
    ],
    ["10.0.0.1,3,7-9", 5n, "10.0.0.1, 10.0.0.3, 10.0.0.7-10.0.0.9"],
    ["192.168.1.*", 256n, "192.168.1.0/24"],
    ["192.168.*.*", 65_536n, "192.168.0.0/16"],
    ["10.0.0.-", 256n, "10.0.0.0/24"],
    ["10.0.0.1-", 255n, "10.0.0.1-10.0.0.255"],
    ["10.0.0.-5", 6n, "10.0.0.0-10.0.0.5"],
    ["10.0.0.5,1,1-2", 3n, "10.0.0.1-10.0.0.2, 10.0.0.5"],
    ["10.0.0-1.0,255", 4n, "10.0.0.0, 10.0.0.255-10.0.1.0, 10.0.1.255"],
    ["*.*.*.*", 1n << 32n, "0.0.0.0/0"],
    ["2001:db8::1", 1n, "2001:db8::1"],
    ["2001:db8::1/120", 256n, "2001:db8::/120"],
    ["::1/128", 1n, "::1"],
    ["::ffff:10.0.0.9/120", 256n, "10.0.0.0/24"],
  ])("%s is %i addresses: %s", (text, count, description) => {
    const target = parseTarget(text);
    if (target.kind !== "set") throw new Error("read as a name");
    expect(countAddresses(target.addresses)).toBe(count);
    expect(describeAddressSet(target.addresses)).toBe(description);
    expect(target.text).toBe(text);
  });

  it.each([
    ["db.example", "db.example"],
    ["DB.Example.", "db.example"],
    ["localhost", "localhost"],
    ["_dmarc.example", "_dmarc.example"],
    ["a_b.example", "a_b.example"],
    ["10-0-0-1.lan", "10-0-0-1.lan"],
    ["3com", "3com"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["beef", "beef"],
    [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
  ])("%s is the name %s", (text, name) => {
    expect(parseTarget(text)).toEqual({ kind: "name", text: name });
  });

  it.each([
    // Options, shells, terminals.
    ["", "empty", "10.0.0.0/24"],
    ["-oX/tmp/x", "begins with a hyphen", "0-5"],
    ["--script=x", "begins with a hyphen", ""],
    ["-5.1.1.1", "begins with a hyphen", "write 0-5 for -5"],
    ["127.0.0.1;id", 'it has ";"', ""],
    ["$(id)", 'it has "$"', ""],
    ["`id`", 'it has "`"', ""],
    ["a|b", 'it has "|"', ""],
    ["a&b", 'it has "&"', ""],
    ["@dmz", 'it has "@"', ""],
    ["a\\b", 'it has "\\\\"', ""],
    ["~/x", 'it has "~"', ""],
    ["10.0.0.1 10.0.0.2", "blank", "argument of its own"],
    ["10.0.0.1\u00a0", "blank", ""],
    ["10.0.0.1\0", "control character", ""],
    ["10.0.0.1\n-oX", "control character", ""],
    ["\u001b[2Jhost", "control character", ""],
    ["a\u0085b", "control character", ""],
    ["a\u202eb", "control character", ""],
    ["a\u200bb", "control character", ""],
    ["bücher.example", "outside ASCII", "write it as xn--bcher-kva.example"],
    ["‐oX", "outside ASCII", ""],
    ["１０.0.0.1", "outside ASCII", ""],
    // Nearly addresses.
    ["010.0.0.1", "leading zero: octal or decimal?", "write 10.0.0.1"],
    ["10.0.0.001-5", 'leading zero in "001"', "write 1"],
    ["1.2.3", "3 numbers where an IPv4 address has 4", ""],
    ["167772161", "1 number where", ""],
    ["1.2.3.4.5", "5 numbers", ""],
    ["256.1.1.1", "above 255", ""],
    ["1.2.3.0-256", "256 is above 255", ""],
    ["1.2.3.4.", "an octet is empty", ""],
    ["1.2..4-5", "an octet is empty", ""],
    ["1.2.3.4/33", "prefix is not 0 to 32", ""],
    ["1.2.3.4/", "prefix", ""],
    ["1.2.3/24", "3 numbers", ""],
    ["10.0.0.10-3", '"10-3" runs backwards', "write 3-10"],
    ["10.0.0.1-2-3", '"1-2-3" is not a number or a range', ""],
    ["10.0.0.1,", "missing beside a comma", ""],
    ["10.0.0.,1", "missing beside a comma", ""],
    ["10.0.0.*-3", '"*" stands with something else', "alone"],
    ["10.0.0.*,1", '"*" stands with something else', "alone"],
    ["10.0.0.1,10.0.0.2", "7 octets", "separate targets by blanks"],
    ["10.0.0.1-10.0.0.9", "7 octets", ""],
    ["10.0.0-3.1/24", "an octet range cannot have a prefix", ""],
    ["10.0.0.*/24", "an octet range cannot have a prefix", ""],
    ["1-2", "1 octet where", ""],
    ["10.0.0.1:22", "it has a port", "-p"],
    ["db.example:22", "it has a port", "-p"],
    ["0x7f.0.0.1", "number", ""],
    ["0x7f000001", "number", "four decimal numbers"],
    ["127.0.0.0x1", "number", ""],
    // IPv6.
    ["2001:db8::1-5", "IPv6 has no octet ranges", "/120"],
    ["2001:db8::*", "IPv6 has no octet ranges", ""],
    ["2001:db8::1,2", "IPv6 has no octet ranges", ""],
    ["fe80::1%eth0", "zone", "no zones"],
    ["[::1]", "brackets", "without the brackets"],
    ["::1/129", "prefix is not 0 to 128", ""],
    ["1::2::3", "neither IPv4 nor IPv6", ""],
    // Nearly names.
    ["db.example/24", "a name with a prefix", "10.0.0.0/24"],
    ["http://db.example/", "URL", "not a URL"],
    ["http://db.example/?a", '"?"', "not a URL"],
    ["db.example,ns.example", "comma outside an octet", "separate targets by blanks"],
    ["*.example", "no wildcards", ""],
    ["host.123", 'its last part "123" is a number', ""],
    ["a..b", "empty", ""],
    [".example", "empty", ""],
    ["example..", "empty", ""],
    [".", "octet", ""],
    ["a-.example", "hyphen", ""],
    ["a.-b.example", "hyphen", ""],
    [`${"a".repeat(64)}.example`, "longer than 63", ""],
    [`${"a.".repeat(126)}ab`, "254 characters", ""],
    ["host%40x", "percent", ""],
    ["a[1]", "brackets", ""],
  ])("%j is refused: %s", (text, why, hint) => {
    const error = refusal(text);
    expect(error.code).toBe("usage");
    expect(error.message).toContain(why);
    expect(error.hint ?? "").toContain(hint);
    expect(error.hint).not.toBeNull();
    expect(error.message).toMatch(/^[\x20-\x7e\u00a1-\uffff]*$/);
  });

  it("is named in its refusal with control characters escaped", () => {
    expect(refusal("a\u001b[2J\0b").message).toContain('"a\\u{1b}[2J\\u{0}b"');
    expect(refusal(`x${"é".repeat(500)}`).message.length).toBeLessThan(200);
  });

  it("of more ranges than memory should hold is refused before one is made", () => {
    const start = performance.now();
    expect(refusal("*.*.*.1").message).toContain("16,777,216 separate ranges, more than 1,048,576");
    expect(refusal("*.*.*.1,3-5,7-").message).toContain("separate ranges");
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("of 65,536 ranges is read in under a second", () => {
    const start = performance.now();
    const target = parseTarget("10.0-255.0-255.1");
    expect(performance.now() - start).toBeLessThan(1000);
    expect(target.kind === "set" && target.addresses.v4.length).toBe(65_536);
  });

  it("either is read or is refused as a usage error, whatever the text", () => {
    const characters = "0123456789abz.:%/ -*,[]x_\0\u001b;$é";
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...characters), maxLength: 24 }), (text) => {
        try {
          const target = parseTarget(text);
          expect(text).toMatch(/^[A-Za-z0-9._:/*,-]+$/);
          expect(target.text).toMatch(/^[^-]/);
        } catch (error) {
          if (!(error instanceof PortreeveError)) throw error;
          expect(error.code).toBe("usage");
          expect(error.message).not.toMatch(/[\x00-\x1f]/);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
