import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { makeHostTurns } from "../../src/sweep/hostTurns.js";

const HOSTS = ["198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.4"] as Address[];
const pause = () => new Promise((done) => setImmediate(done));

describe("turns at a host", () => {
  test("never overlap at one host, and all come, though some fail", async () => {
    const works = fc.array(fc.record({ hosts: fc.subarray(HOSTS), fails: fc.boolean() }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(works, async (list) => {
        const takeTurn = makeHostTurns();
        const busy = new Set<Address>();
        const begun: number[] = [];
        const turns = list.map(({ hosts, fails }, index) =>
          takeTurn(hosts, async () => {
            for (const host of hosts) {
              expect(busy.has(host)).toBe(false);
              busy.add(host);
            }
            begun.push(index);
            await pause();
            for (const host of hosts) busy.delete(host);
            if (fails) throw new Error("failed");
            return index;
          }),
        );
        const results = await Promise.allSettled(turns);
        expect(results.map((r) => r.status)).toEqual(list.map((w) => (w.fails ? "rejected" : "fulfilled")));
        expect([...begun].sort((a, b) => a - b)).toEqual(list.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });

  test("at different hosts are taken side by side", async () => {
    const takeTurn = makeHostTurns();
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await pause();
      running--;
    };
    await Promise.all(HOSTS.map((host) => takeTurn([host], work)));
    expect(most).toBe(HOSTS.length);
  });
});
