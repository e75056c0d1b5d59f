import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { lastNumberOf, numberToAddress, parseAddress } from "../../src/scope/address.js";
import { networkAround, networkContains, parseNetwork, segmentOf } from "../../src/scope/network.js";
import { anyAddressNumber } from "./arbitraries.js";

describe("a network", () => {
  it.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3", "10.1.2.3/32"],
    ["10.1.2.3/32", "10.1.2.3/32"],
    ["1.2.3.4/0", "0.0.0.0/0"],
    ["2001:DB8::1/32", "2001:db8::/32"],
    ["::1", "::1/128"],
    ["2001:db8::ffff/127", "2001:db8::fffe/127"],
    ["::/0", "::/0"],
    ["::ffff:10.0.0.9/104", "10.0.0.0/8"],
    ["::ffff:10.0.0.9", "10.0.0.9/32"],
    ["::ffff:1.2.3.4/96", "0.0.0.0/0"],
  ])("%s is %s", (text, canonical) => {
    expect(parseNetwork(text).text).toBe(canonical);
  });

  it.each([
    ["1.2.3.4/33", "prefix is not 0 to 32"],
    ["1.2.3.4/", "prefix"],
    ["1.2.3.4/08", "prefix"],
    ["1.2.3.4/-1", "prefix"],
    ["1.2.3.4/8/8", "prefix"],
    ["1.2.3.4/255.0.0.0", "prefix"],
    ["1.2.3.4/ 8", "prefix"],
    ["::1/129", "prefix is not 0 to 128"],
    ["::ffff:1.2.3.4/95", "mixes IPv4 with IPv6"],
    ["010.0.0.0/8", "leading zero"],
    ["10.0.0/24", "3 numbers"],
    ["fe80::%eth0/64", "zone"],
    ["db.example/24", "neither"],
    ["", "empty"],
  ])("%j is refused: %s", (text, why) => {
    expect(() => parseNetwork(text)).toThrow(PortreeveError);
    expect(() => parseNetwork(text)).toThrow(why);
  });

  it("reads its own text, holds the address it was made around, and ends just before its neighbours", () => {
    fc.assert(
      fc.property(anyAddressNumber, fc.nat({ max: 128 }), ({ family, number }, bits) => {
        fc.pre(family === 4 || number >> 32n !== 0xffffn);
        const network = networkAround(family, number, family === 4 ? bits % 33 : bits);
        fc.pre(family === 4 || network.first >> 32n !== 0xffffn);
        expect(parseNetwork(network.text)).toEqual(network);
        expect(networkContains(network, numberToAddress(family, number))).toBe(true);
        for (const edge of [network.first, network.last]) {
          expect(networkContains(network, numberToAddress(family, edge))).toBe(true);
        }
        for (const beyond of [network.first - 1n, network.last + 1n]) {
          if (beyond < 0n || beyond > lastNumberOf(family)) continue;
          expect(networkContains(network, numberToAddress(family, beyond))).toBe(false);
        }
      }),
    );
  });

  it("of one family holds no address of the other", () => {
    expect(networkContains(parseNetwork("::/0"), parseAddress("1.2.3.4"))).toBe(false);
    expect(networkContains(parseNetwork("0.0.0.0/0"), parseAddress("::1"))).toBe(false);
  });

  it.each([
    ["10.0.3.77", "10.0.3.0/24"],
    ["2001:db8:1:2:3::4", "2001:db8:1:2::/64"],
  ])("segment of %s is %s", (text, segment) => {
    expect(segmentOf(parseAddress(text))).toBe(segment);
  });
});
