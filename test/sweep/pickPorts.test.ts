import fc from "fast-check";
import { expect, test } from "vitest";
import { countPorts, isWithinPorts } from "../../src/scope/portSet.js";
import { pickPorts } from "../../src/sweep/pickPorts.js";
import { ports } from "./results.js";

test("some of the ports, exactly as many as wanted, whatever the source of numbers says", () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.nat(60), fc.array(share, { minLength: 1, maxLength: 50 }), (most, numbers) => {
      let at = 0;
      const asked = ports("T:1-40,U:53");
      const picked = pickPorts(asked, most, () => numbers[at++ % numbers.length] ?? 0);
      expect(countPorts(picked)).toBe(Math.min(most, 41));
      expect(isWithinPorts(picked, asked)).toBe(true);
    }),
  );
});

test("each port as often as any other", () => {
  const times = new Map<string, number>();
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807 + 11) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 4000; round++) {
    const picked = JSON.stringify(pickPorts(ports("T:1,3,5,7"), 1, random).tcp);
    times.set(picked, (times.get(picked) ?? 0) + 1);
  }
  for (const count of times.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(times.size).toBe(4);
});
