import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { lossAt, passesFor } from "../../src/sweep/loss.js";
import { type HostWitnesses, lossesOf } from "../../src/sweep/witnesses.js";

describe("passes for a recall of 99.5 %", () => {
  test.each([
    [null, 2, "nothing is known"],
    [{ asked: 600, silent: 0 }, 1, "nothing lost of 600: 0.5 % at most"],
    [{ asked: 400_000, silent: 0 }, 1, "nothing lost of 400,000"],
    [{ asked: 100, silent: 0 }, 2, "nothing lost of 100: 3 % at most"],
    [{ asked: 40_000, silent: 8 }, 1, "one in five thousand"],
    [{ asked: 40_000, silent: 3900 }, 3, "5 % each way: q = 0.0975"],
    [{ asked: 40_000, silent: 14_400 }, 6, "20 % each way: q = 0.36"],
    [{ asked: 40_000, silent: 20_000 }, 7, "half of all: six passes are not enough"],
    [{ asked: 40, silent: 40 }, 7, "all lost"],
  ] as const)("%o: %i (%s)", (loss, passes, _why) => {
    expect(passesFor(loss)).toBe(passes);
  });
});

describe("whose loss counts", () => {
  const a = "10.0.0.1" as Address;
  const b = "10.0.0.2" as Address;
  const far = "10.0.9.1" as Address;
  const witnesses = (asked: number, silent: number): HostWitnesses => ({
    resets: { asked, silent },
    open: { asked: 0, silent: 0 },
  });

  test("is the host's own where 600 witnesses stand there, else its segment's, else the run's", () => {
    const hosts = new Map([
      [a, witnesses(600, 6)],
      [b, witnesses(10, 10)],
      [far, witnesses(50, 0)],
    ]);
    const losses = lossesOf(hosts, new Set());
    expect(lossAt(losses, a)).toEqual({ asked: 600, silent: 6, of: "host" });
    expect(lossAt(losses, b)).toEqual({ asked: 610, silent: 16, of: "segment" });
    expect(lossAt(losses, far)).toEqual({ asked: 660, silent: 16, of: "run" });
  });

  test("is nobody's where fewer than 30 stand in the whole run", () => {
    expect(lossAt(lossesOf(new Map([[a, witnesses(29, 0)]]), new Set()), a)).toBeNull();
  });

  test("leaves out the resets of a host that limits them", () => {
    const hosts = new Map([
      [a, witnesses(1000, 950)],
      [b, witnesses(1000, 0)],
    ]);
    expect(lossesOf(hosts, new Set([a])).run).toEqual({ asked: 1000, silent: 0 });
  });
});
