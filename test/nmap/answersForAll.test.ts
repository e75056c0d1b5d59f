import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEveryPortOpen, netOf, type ResetSign, resettingNets } from "../../src/nmap/answersForAll.js";
import { numberToAddress } from "../../src/scope/address.js";
import { networkContains, parseNetwork } from "../../src/scope/network.js";

const BASE = 0x0a00_0300n;
const sign = (last: number, more: Partial<ResetSign> = {}): ResetSign => {
  return { address: numberToAddress(4, BASE + BigInt(last)), ttl: 63, isMute: true, ...more };
};
const signs = (count: number, more: (last: number) => Partial<ResetSign> = () => ({})) =>
  Array.from({ length: count }, (_, last) => sign(last, more(last)));

describe("a host with every port open", () => {
  test.each([
    [1000, 1000, true],
    [940, 1000, true],
    [899, 1000, false],
    [64, 64, true],
    // A node of a cluster may have as many open as somebody asks it for.
    [40, 40, false],
    [100, 65_535, false],
    [0, 0, false],
  ])("%i open of %i asked: %s", (open, asked, is) => {
    expect(isEveryPortOpen(open, asked)).toBe(is);
  });
});

describe("a net where something resets for everybody", () => {
  test("is told where every address asked resets with one TTL", () => {
    expect(resettingNets(signs(256), () => 256)).toEqual([
      {
        place: "10.0.3.0/24",
        flag: "middlebox",
        why: "256 of its 256 addresses reset with the TTL 63, and 256 say nothing else: something resets for them",
      },
    ]);
  });

  test("is as large as its addresses, not as the segment they are in", () => {
    expect(resettingNets(signs(32), () => 32).map(({ place }) => place)).toEqual(["10.0.3.0/27"]);
  });

  test.each<[what: string, signs: readonly ResetSign[], asked: number]>([
    ["an address of it is absent", signs(200), 256],
    ["the network is small", signs(31), 31],
    ["hops differ", signs(256, (last) => ({ ttl: 60 + (last % 4) })), 256],
    ["its hosts say something of their own", signs(256, (last) => ({ isMute: last > 200 })), 256],
  ])("is not told where %s", (_, given, asked) => {
    expect(resettingNets(given, () => asked)).toEqual([]);
  });

  test("of a file counts where none is missing between its first and its last address", () => {
    expect(resettingNets(signs(100), null)).toHaveLength(1);
    const gaps = signs(100).filter(({ address }) => !address.endsWith("0"));
    expect(resettingNets(gaps, null)).toEqual([]);
  });

  test("holds the few addresses that were lost on the way, and the hosts behind the box", () => {
    const heard = signs(256, (last) => ({ isMute: last % 5 !== 0 })).filter((_, last) => last % 30 !== 7);
    expect(resettingNets(heard, () => 256).map(({ place }) => place)).toEqual(["10.0.3.0/24"]);
  });
});

test("the network around addresses holds them all, and no half of it does", () => {
  const any = fc.uniqueArray(fc.nat(255), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(any, (lasts) => {
      const addresses = lasts.sort((a, b) => a - b).map((last) => sign(last).address);
      const net = parseNetwork(netOf(addresses));
      expect(addresses.every((address) => networkContains(net, address))).toBe(true);
      const size = Number(net.last - net.first) + 1;
      const span = (lasts.at(-1) ?? 0) - (lasts[0] ?? 0) + 1;
      expect(size).toBeGreaterThanOrEqual(span);
      if (size > 1) {
        const middle = Number(net.first + BigInt(size / 2) - BASE);
        expect((lasts[0] ?? 0) < middle && (lasts.at(-1) ?? 0) >= middle).toBe(true);
      }
    }),
  );
});
