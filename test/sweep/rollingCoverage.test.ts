/** Days of runs with hours, on a clock of their own: does every cell get its turn within what was stated? */
import { describe, expect, test } from "vitest";
import { parseWindow, windowEnd, windowOpening } from "../../src/config/window.js";
import type { Address } from "../../src/facts/address.js";
import type { PortSet } from "../../src/facts/port.js";
import {
  countPorts,
  emptyPortSet,
  isWithinPorts,
  subtractPorts,
  unionPorts,
} from "../../src/scope/portSet.js";
import { carryOut, type SweepOutcome, type SweepRequest } from "../../src/sweep/carryOut.js";
import { type Budget, budgetFor } from "../../src/sweep/pace.js";
import { type CoveredAt, planRolling, type RollingRequest, windowsNeeded } from "../../src/sweep/rolling.js";
import type { ModelHost } from "./modelNetwork.js";
import { ports } from "./results.js";
import { type SimulatedTime, simulateTime } from "./simulatedTime.js";

const NET = Array.from({ length: 6 }, (_, i) => `198.18.4.${i + 1}` as Address);
const PORTS = ports("T:1-2500");
const LIKELY = ports("T:1-100");
const NAMED = ports("T:443,2499");
const budgetOf = (rate: number) => budgetFor({ pace: "steady", rate, hostRate: null });
const MINUTE = 60_000;
const ZONE = "Europe/Berlin";
/** What the closing looks may take of a window. */
const CLOSING = 0.1;

const hosts = NET.map(
  (address, i): ModelHost => ({
    address,
    answersPing: true,
    open: ports("T:22,80,2499"),
    otherPorts: i % 2 === 0 ? "reset" : "drop",
    holes: ports(""),
  }),
);

/** What the store would tell: the last time each port was covered. */
class Coverage {
  readonly #at = new Map<Address, CoveredAt[]>();

  note(outcome: SweepOutcome, at: number): void {
    for (const { address, covered } of outcome.observations) {
      const older = (this.#at.get(address) ?? [])
        .map((layer) => ({ at: layer.at, ports: subtractPorts(layer.ports, covered) }))
        .filter((layer) => countPorts(layer.ports) > 0);
      this.#at.set(address, [{ at, ports: covered }, ...older]);
    }
  }

  get all(): ReadonlyMap<Address, readonly CoveredAt[]> {
    return this.#at;
  }

  of(address: Address, since = 0): PortSet {
    const layers = (this.#at.get(address) ?? []).filter(({ at }) => at >= since);
    return unionPorts(emptyPortSet, ...layers.map((layer) => layer.ports));
  }
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

async function runOnce(
  time: SimulatedTime,
  ends: number,
  coverage: Coverage,
  budget: Budget,
): Promise<{ outcome: SweepOutcome; stated: number | null }> {
  const from = time.now();
  const until = ends - (ends - from) * CLOSING;
  const rolling: RollingRequest = {
    ports: PORTS,
    first: () => NAMED,
    likely: LIKELY,
    covered: coverage.all,
    hosts: NET.length,
    budget,
    from,
    until,
  };
  const request: SweepRequest = {
    addresses: NET,
    ports: PORTS,
    likely: LIKELY,
    method: "raw",
    skipDiscovery: false,
    alwaysSweep: new Set(coverage.all.keys()),
    expected: new Set(coverage.all.keys()),
    wasAlive: new Set(coverage.all.keys()),
    knownOpen: new Map(),
    identify: true,
    probeFragile: false,
    plan: { budget, isLocal: () => false },
    ping: null,
    now: time.now,
    later: time.later,
    until,
    rolling: planRolling(rolling),
    udpServices: emptyPortSet,
    stopIfSilent: null,
    random: randomFrom(7),
  };
  const hooks = { onShardStart: () => undefined, onShardEnd: () => undefined, onProgress: () => undefined };
  const outcome = await time.run(carryOut(request, time.engine, hooks, new AbortController().signal));
  coverage.note(outcome, from);
  return { outcome, stated: windowsNeeded(rolling) };
}

function expectGoodRun(outcome: SweepOutcome): void {
  expect(outcome.interrupted).toBe(false);
  expect(outcome.failures).toEqual([]);
  // A window's end is no fault: what it left is not due.
  expect(outcome.coverage.share).toBeGreaterThanOrEqual(0.99);
  expect(outcome.coverage.share).toBeLessThanOrEqual(1);
}

describe("rolling coverage", () => {
  test("in 24 hours of runs of 20 minutes each reaches every cell within the stated number, again and again", async () => {
    const start = Date.parse("2026-11-25T00:00:00Z");
    const time = simulateTime(start, hosts, randomFrom(3));
    const coverage = new Coverage();
    let stated = 0;
    let firstWhole = 0;
    const starts: number[] = [];
    for (let run = 0; run < 12; run++) {
      time.goTo(start + run * 120 * MINUTE);
      const from = time.now();
      starts.push(from);
      const done = await runOnce(time, from + 20 * MINUTE, coverage, budgetOf(16));
      expectGoodRun(done.outcome);
      expect(time.now()).toBeLessThanOrEqual(from + 20 * MINUTE);
      stated = done.stated ?? Number.NaN;
      // What comes first is covered in each run.
      for (const address of NET) expect(isWithinPorts(NAMED, coverage.of(address, from))).toBe(true);
      if (firstWhole === 0 && NET.every((a) => isWithinPorts(PORTS, coverage.of(a)))) firstWhole = run + 1;
      const since = starts[starts.length - stated];
      if (since === undefined) continue;
      for (const address of NET) {
        const missing = subtractPorts(PORTS, coverage.of(address, since));
        expect(countPorts(missing), `${address} after run ${run}`).toBe(0);
      }
    }
    expect(firstWhole).toBeGreaterThan(1);
    expect(firstWhole).toBeLessThanOrEqual(stated);
    expect(stated).toBeLessThan(8);
  }, 120_000);

  test.each([
    ["go back", "2026-10-23T12:00:00Z", 3.5],
    ["go forward", "2026-03-27T12:00:00Z", 1.5],
  ])(
    "reaches every cell across the night in which the clocks %s and keeps to the hours",
    async (_, first, hours) => {
      const window = parseWindow("01:15-03:45");
      const time = simulateTime(Date.parse(first), hosts, randomFrom(5));
      const coverage = new Coverage();
      const lengths: number[] = [];
      let nightsTaken = 0;
      for (let night = 0; night < 4; night++) {
        time.goTo(windowOpening(window, ZONE, time.now()));
        const from = time.now();
        const ends = windowEnd(window, ZONE, from);
        expect(ends).not.toBeNull();
        lengths.push(((ends ?? from) - from) / (60 * MINUTE));
        const { outcome } = await runOnce(time, ends ?? from, coverage, budgetOf(2));
        expectGoodRun(outcome);
        const isWhole = NET.every((address) => isWithinPorts(PORTS, coverage.of(address)));
        if (nightsTaken === 0 && isWhole) nightsTaken = night + 1;
        for (const { shard, to } of time.sent)
          if (shard.stage === "sweep") expect(to).toBeLessThanOrEqual(ends ?? 0);
        expect(time.now()).toBeLessThanOrEqual(ends ?? 0);
      }
      expect(lengths).toContain(hours);
      for (const address of NET) expect(coverage.of(address)).toEqual(PORTS);
      // One night alone was not enough.
      expect(nightsTaken).toBeGreaterThan(1);
    },
    120_000,
  );
});
