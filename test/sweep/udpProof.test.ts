import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { PortSet } from "../../src/facts/port.js";
import type { Shard } from "../../src/facts/run.js";
import { familyOf } from "../../src/scope/address.js";
import { countPorts, isWithinPorts, listPorts, portSetOf, unionPorts } from "../../src/scope/portSet.js";
import { carryOut, type SweepOutcome, type SweepRequest } from "../../src/sweep/carryOut.js";
import { isKnock } from "../../src/sweep/knock.js";
import { budgetFor, PACES } from "../../src/sweep/pace.js";
import type { PlanContext } from "../../src/sweep/plan.js";
import { estimateUdp, MOST_PROVED, planProof, proofDelayMs } from "../../src/sweep/udpProof.js";
import { type Model, type ModelHost, makeModel } from "./modelNetwork.js";
import { ports } from "./results.js";

const ADDRESSES: readonly Address[] = [
  ...Array.from({ length: 60 }, (_, i) => `198.18.${i % 3}.${i + 1}` as Address),
  ...Array.from({ length: 20 }, (_, i) => `2001:db8::${(i + 1).toString(16)}` as Address),
];
const anyContext = fc
  .record({
    pace: fc.constantFrom(...PACES),
    rate: fc.option(fc.integer({ min: 1, max: 50_000 })),
    local: fc.subarray([...ADDRESSES]),
  })
  .map(
    ({ pace, rate, local }): PlanContext => ({
      budget: budgetFor({ pace, rate, hostRate: null }),
      isLocal: (address) => local.includes(address),
    }),
  );
const udpSet = fc
  .uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 300 })
  .map((list) => portSetOf(list.map((port) => ({ protocol: "udp" as const, port }))));
const someAsks = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...ADDRESSES), udpSet), {
    minLength: 1,
    maxLength: 80,
    selector: ([a]) => a,
  })
  .map((pairs) => new Map<Address, PortSet>(pairs));

describe("shards that prove closed UDP ports", () => {
  test("ask every cell that is due exactly once, and no cell twice", () => {
    fc.assert(
      fc.property(someAsks, anyContext, (asks, plan) => {
        const asked = new Map<string, number>();
        for (const { addresses, ports: udp } of planProof(asks, 2, plan)) {
          for (const address of addresses)
            for (const { port } of listPorts(udp)) {
              const cell = `${address} ${port}`;
              asked.set(cell, (asked.get(cell) ?? 0) + 1);
            }
        }
        expect([...asked.values()].every((times) => times === 1)).toBe(true);
        for (const [address, due] of asks)
          for (const { port } of listPorts(due)) expect(asked.get(`${address} ${port}`)).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  test("ask each host once a second at most, two minutes at most, and one family and place in each", () => {
    fc.assert(
      fc.property(someAsks, anyContext, (asks, plan) => {
        const shards = planProof(asks, 2, plan);
        expect(new Set(shards.map(({ id }) => id)).size).toBe(shards.length);
        for (const shard of shards) {
          expect(shard.rate).toBeLessThanOrEqual(shard.addresses.length);
          expect(shard.rate).toBeLessThanOrEqual(Math.max(1, plan.budget.slotRate));
          expect(proofDelayMs(shard)).toBeGreaterThanOrEqual(1000);
          expect(countPorts(shard.ports)).toBeLessThanOrEqual(120);
          expect(new Set(shard.addresses.map((a) => `${familyOf(a)} ${plan.isLocal(a)}`)).size).toBe(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("take eight processes for a thousand hosts, and two for forty", () => {
    const plan = { budget: budgetFor({ pace: "fast", rate: null, hostRate: null }), isLocal: () => false };
    const asksOf = (hosts: number) =>
      new Map(
        Array.from({ length: hosts }, (_, i) => [`10.0.${i >> 8}.${i & 255}` as Address, ports("U:1-100")]),
      );
    expect(planProof(asksOf(1000), 2, plan)).toHaveLength(8);
    expect(planProof(asksOf(40), 2, plan)).toHaveLength(2);
  });
});

describe("the estimate for UDP", () => {
  const plan = { budget: budgetFor({ pace: "steady", rate: 2000, hostRate: null }), isLocal: () => false };

  test("tells answers and proof apart, and in how many runs all is proved", () => {
    expect(estimateUdp(ports("U:1-100"), 32, plan)).toEqual({
      answersSeconds: 1.6,
      proofSeconds: 100,
      runs: 1,
    });
    expect(estimateUdp(ports("U:1-65535"), 1, plan)).toMatchObject({ proofSeconds: 1000, runs: 66 });
  });

  test("is none where no UDP port is asked", () => {
    expect(estimateUdp(ports("T:1-100"), 32, plan)).toBeNull();
  });

  test("grows where the budget is less than a packet a second and host", () => {
    const slow = { ...plan, budget: budgetFor({ pace: "gentle", rate: 10, hostRate: null }) };
    expect(estimateUdp(ports("U:1-100"), 20, slow)?.proofSeconds).toBe(200);
  });
});

const HOST = "198.18.0.1" as Address;

function hostOf(over: Partial<ModelHost>): ModelHost {
  return {
    address: HOST,
    answersPing: true,
    open: ports("T:22,U:53"),
    otherPorts: "reset",
    holes: ports(""),
    ...over,
  };
}

async function sweep(
  host: ModelHost,
  asked: PortSet,
  over: Partial<SweepRequest> = {},
): Promise<{ readonly outcome: SweepOutcome; readonly shards: Shard[] }> {
  const model: Model = makeModel([host], { loss: 0, failure: 0, random: () => 0.5 });
  const request: SweepRequest = {
    addresses: [host.address],
    ports: asked,
    likely: ports("U:53,161"),
    udpServices: ports("U:53,123,161"),
    method: "raw",
    skipDiscovery: false,
    alwaysSweep: new Set(),
    expected: new Set(),
    wasAlive: new Set(),
    knownOpen: new Map(),
    identify: true,
    probeFragile: false,
    plan: { budget: budgetFor({ pace: "steady", rate: 2000, hostRate: null }), isLocal: () => false },
    ping: null,
    now: model.now,
    later: null,
    until: null,
    stopIfSilent: null,
    random: () => 0.25,
    ...over,
  };
  const hooks = { onShardStart: () => undefined, onShardEnd: () => undefined, onProgress: () => undefined };
  const outcome = await carryOut(request, model.engine, hooks, new AbortController().signal);
  return { outcome, shards: model.started.map(({ shard }) => shard) };
}

const isSlow = (shard: Shard) => proofDelayMs(shard) !== null;
const quietOf = ({ observations }: SweepOutcome, proof: string) =>
  unionPorts(
    ...(observations[0]?.quiet ?? []).filter((group) => group.proof === proof).map((group) => group.ports),
  );

describe("a sweep of UDP ports", () => {
  test("finds services at the run's pace, then proves what a host tells once a second at the host's pace", async () => {
    const { outcome, shards } = await sweep(hostOf({ icmpBurst: 6 }), ports("U:1-100"), {
      likely: ports(""),
    });
    const udp = shards.filter(({ stage, ports: asked }) => stage === "sweep" && asked.udp.length > 0);
    expect(udp[0]).toMatchObject({ ports: ports("U:1-100"), pass: 1 });
    expect(udp.map(isSlow)).toEqual([false, true]);
    expect(udp[1]?.ports).toEqual(ports("U:7-52,54-100"));
    expect(quietOf(outcome, "closed")).toEqual(ports("U:1-52,54-100"));
    expect(outcome.observations[0]?.cells.map(({ port }) => port)).toEqual([53]);
    expect(outcome.coverage).toMatchObject({ due: 100, covered: 100 });
  });

  test("asks a host that tells of nothing a second time at the run's pace, and never slowly", async () => {
    const { outcome, shards } = await sweep(hostOf({ otherPorts: "drop" }), ports("U:1-100"));
    expect(shards.filter(isSlow)).toEqual([]);
    // Its answers by UDP lie before its silence, and its echo after it.
    expect(quietOf(outcome, "silent")).toEqual(ports("U:1-52,54-100"));
  });

  test("believes no silence of a host that tells so many a second before it was asked slowly", async () => {
    const dropped = ports("U:200-210");
    const host = hostOf({ icmpBurst: 6, shy: dropped });
    const { outcome, shards } = await sweep(host, ports("U:1-100,200-210"), { identify: false });
    expect(quietOf(outcome, "silent")).toEqual(dropped);
    expect(shards.filter(isSlow).map(({ ports: asked }) => countPorts(asked))).toEqual([104, 11]);
  });

  test("knocks once on silent ports in their services' words, and finds a service that ignores the payload", async () => {
    for (const otherPorts of ["drop", "reset"] as const) {
      const host = hostOf({ otherPorts, shy: ports("U:161") });
      const { outcome, shards } = await sweep(host, ports("U:1-200"));
      const knocks = shards.filter(isKnock);
      expect(knocks.map(({ ports: asked }) => asked)).toEqual([
        ports(otherPorts === "drop" ? "U:123,161" : "U:161"),
      ]);
      expect(outcome.observations[0]?.cells).toMatchObject([
        { port: 53, confidence: "confirmed" },
        { port: 161, confidence: "confirmed", service: { name: "http" } },
      ]);
    }
  });

  test("gives a run a thousand ports of a host to prove, the likely ones first, and leaves the others to further runs", async () => {
    const all = ports("U:1-5000");
    const likely = ports("U:4000-4020");
    const { outcome, shards } = await sweep(hostOf({ icmpBurst: 6 }), all, { likely });
    const slow = unionPorts(...shards.filter(isSlow).map(({ ports: asked }) => asked));
    expect(countPorts(slow)).toBe(MOST_PROVED);
    expect(isWithinPorts(ports("U:4006-4020"), slow)).toBe(true);
    // Six of the likely ones were told at the run's pace, and six of the others; one port is open. A knock told of two
    // that were left to another run: they are covered all the same, and count as due.
    expect(countPorts(quietOf(outcome, "closed"))).toBe(MOST_PROVED + 12 + 2);
    expect(outcome.coverage).toMatchObject({ due: MOST_PROVED + 15, covered: MOST_PROVED + 15, share: 1 });
    const again = await sweep(hostOf({ icmpBurst: 6 }), all, { likely, random: () => 0.75 });
    const both = unionPorts(slow, ...again.shards.filter(isSlow).map(({ ports: asked }) => asked));
    expect(countPorts(both)).toBe(2 * MOST_PROVED - 15);
  });
});
