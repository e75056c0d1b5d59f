import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { passesFor } from "../../src/sweep/loss.js";
import { NOT_MEASURED, poissonQuantile, recallOf, type SweptHost } from "../../src/sweep/recall.js";
import { type HostWitnesses, lossesOf } from "../../src/sweep/witnesses.js";

const hostAt = (n: number, open: number, passes: number): SweptHost => ({
  address: `10.0.${Math.floor(n / 100)}.${(n % 100) + 1}` as Address,
  open,
  passes,
});

function lossesAt(hosts: readonly SweptHost[], count: { asked: number; silent: number }) {
  return lossesOf(
    new Map(
      hosts.map(({ address }): [Address, HostWitnesses] => [
        address,
        { resets: count, open: { asked: 0, silent: 0 } },
      ]),
    ),
    new Set(),
  );
}

describe("recall", () => {
  test("is not measured with fewer than 30 witnesses, and never a bare 100 %", () => {
    const hosts = [hostAt(0, 5, 2)];
    expect(recallOf(hosts, lossesAt(hosts, { asked: 29, silent: 0 }))).toEqual(NOT_MEASURED);
    const recall = recallOf(hosts, lossesAt(hosts, { asked: 40_000, silent: 0 }));
    expect(recall).toMatchObject({ estimate: 1, upper: 1, source: "40,000 witnesses" });
    expect(recall.lower).toBeLessThan(1);
    // Two passes, none of 150 lost: at most one in fifty was each time, and so one in 2500 of the open ports.
    expect(recallOf(hosts, lossesAt(hosts, { asked: 150, silent: 0 })).lower).toBeLessThan(1 - 1 / 2600);
  });

  test("names the segments whose figure is another's", () => {
    const here = hostAt(0, 5, 1);
    const there = hostAt(150, 5, 1);
    const { source } = recallOf([here, there], lossesAt([here], { asked: 1000, silent: 0 }));
    expect(source).toBe("1,000 witnesses; 10.0.1.0/24 assumed from 10.0.0.0/24");
  });

  test("a bound on a mean of 0.1 allows for one, on 3 for 7", () => {
    expect(poissonQuantile(0, 0.975)).toBe(0);
    expect(poissonQuantile(0.01, 0.975)).toBe(0);
    expect(poissonQuantile(0.1, 0.975)).toBe(1);
    expect(poissonQuantile(3, 0.975)).toBe(7);
  });

  test("at up to 5 % loss each way the interval is at most two points wide", () => {
    for (const each of [0, 0.01, 0.03, 0.05]) {
      const q = 1 - (1 - each) ** 2;
      const hosts = Array.from({ length: 16 }, (_, i) =>
        hostAt(i, 7, passesFor({ asked: 8000, silent: Math.round(8000 * q) })),
      );
      const { lower, upper } = recallOf(hosts, lossesAt(hosts, { asked: 500, silent: Math.round(500 * q) }));
      expect((upper ?? 0) - (lower ?? 0)).toBeLessThanOrEqual(0.02);
    }
  });

  test("in simulated labs the truth lies within the interval in 19 of 20 at least", () => {
    let seed = 5;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let inside = 0;
    const labs = 1000;
    for (let lab = 0; lab < labs; lab++) {
      const each = random() * 0.2;
      const q = 1 - (1 - each) ** 2;
      let silent = 0;
      for (let i = 0; i < 2000; i++) if (random() < q) silent += 1;
      const passes = Math.min(6, passesFor({ asked: 2000, silent }));
      let open = 0;
      const hosts = Array.from({ length: 16 }, (_, i) => {
        const there = 3 + Math.floor(random() * 9);
        open += there;
        let found = 0;
        for (let port = 0; port < there; port++) if (random() >= q ** passes) found += 1;
        return hostAt(i, found, passes);
      });
      const found = hosts.reduce((sum, host) => sum + host.open, 0);
      const { lower, upper } = recallOf(
        hosts,
        lossesAt(hosts, { asked: 125, silent: Math.round(silent / 16) }),
      );
      if (found / open >= (lower ?? 1) && found / open <= (upper ?? 0)) inside += 1;
    }
    expect(inside / labs).toBeGreaterThanOrEqual(0.95);
  });
});
