import fc from "fast-check";
import { Address6 } from "ip-address";
import { describe, expect, it } from "vitest";
import type { Address, Family } from "../../src/facts/address.js";
import { PortreeveError } from "../../src/facts/error.js";
import {
  addressToNumber,
  compareAddresses,
  familyOf,
  isLoopback,
  numberToAddress,
  parseAddress,
  tryParseAddress,
} from "../../src/scope/address.js";
import { anyAddressNumber } from "./arbitraries.js";

describe("an address", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["::1", "::1"],
    ["fe80::", "fe80::"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:0102:0304", "1.2.3.4"],
    ["0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"],
  ])("%s is read as %s", (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical);
  });

  it.each([
    ["", "empty"],
    ["010.0.0.1", "leading zero: octal or decimal?"],
    ["10.0.0.01", "leading zero"],
    ["1.2.3", "3 numbers where an IPv4 address has 4"],
    ["1", "1 number where"],
    ["1.2.3.4.5", "5 numbers"],
    ["256.1.1.1", "above 255"],
    ["1..2.3", "an octet is empty"],
    ["1.2.3.4.", "an octet is empty"],
    ["fe80::1%eth0", "zone"],
    ["[::1]", "brackets"],
    ["1.2.3.4\0", "neither"],
    ["1.2.3.4\n", "neither"],
    [" 1.2.3.4", "neither"],
    ["1::2::3", "neither"],
    ["1:2:3:4:5:6:7", "neither"],
    ["1:2:3:4:5:6:7:8:9", "neither"],
    ["12345::", "neither"],
    ["::ffff:01.2.3.4", "neither"],
    ["::1.2.3", "neither"],
    ["0x7f.0.0.1", "neither"],
    ["١.2.3.4", "neither"],
    ["1.2.3.4/32", "neither"],
  ])("%j is refused: %s", (text, why) => {
    expect(tryParseAddress(text)).toBeNull();
    expect(() => parseAddress(text)).toThrow(PortreeveError);
    expect(() => parseAddress(text)).toThrow(why);
  });

  it("with a leading zero is refused with the address to write", () => {
    expect(() => parseAddress("010.0.0.1")).toThrow(
      expect.objectContaining({ code: "usage", hint: "write 10.0.0.1" }),
    );
  });

  it("keeps its number through text and back, in both families", () => {
    fc.assert(
      fc.property(anyAddressNumber, ({ family, number }) => {
        const address = numberToAddress(family, number);
        expect(addressToNumber(address)).toBe(number);
        expect(familyOf(address)).toBe(family);
        const isMapped = family === 6 && number >> 32n === 0xffffn;
        expect(parseAddress(address)).toBe(isMapped ? numberToAddress(4, number & 0xffff_ffffn) : address);
      }),
    );
  });

  it("in IPv6 is read and printed as the ip-address package does", () => {
    fc.assert(
      fc.property(anyAddressNumber, ({ number }) => {
        fc.pre(number >> 32n !== 0xffffn);
        const other = Address6.fromBigInt(number);
        expect(numberToAddress(6, number)).toBe(other.correctForm());
        expect(addressToNumber(parseAddress(other.canonicalForm()))).toBe(number);
      }),
    );
  });

  it("is read alike however its IPv6 text is spelt", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const number = new Address6(text).bigInt();
        const address = parseAddress(text);
        expect(addressToNumber(address)).toBe(familyOf(address) === 4 ? number & 0xffff_ffffn : number);
        expect(parseAddress(text.toUpperCase())).toBe(address);
      }),
    );
  });

  it("never comes of text that is not an address", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abf.:%/ -x\0") }), (text) => {
        const address = tryParseAddress(text);
        if (address === null) expect(() => parseAddress(text)).toThrow(PortreeveError);
        else expect(parseAddress(address)).toBe(address);
      }),
      { numRuns: 2000 },
    );
  });

  it("sorts IPv4 first and by number, not by text", () => {
    const sorted = ["9.0.0.0", "10.0.0.2", "10.0.0.10", "::2", "::10", "2001:db8::"] as Address[];
    expect([...sorted].reverse().sort(compareAddresses)).toEqual(sorted);
    expect(compareAddresses("::1" as Address, "::1" as Address)).toBe(0);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.255.255.255", true],
    ["::1", true],
    ["128.0.0.1", false],
    ["::2", false],
    ["::127.0.0.1", false],
    ["127::1", false],
  ])("%s is loopback: %s", (text, expected) => {
    expect(isLoopback(parseAddress(text))).toBe(expected);
  });

  it.each([
    [4, -1n],
    [4, 1n << 32n],
    [6, 1n << 128n],
  ] as [Family, bigint][])("of family %i has no number %i", (family, number) => {
    expect(() => numberToAddress(family, number)).toThrow(RangeError);
  });
});
