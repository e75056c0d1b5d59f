import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { PortSet } from "../../src/facts/port.js";
import type { Shard } from "../../src/facts/run.js";
import { countPorts, intersectPorts } from "../../src/scope/portSet.js";
import { carryOut, type SweepRequest } from "../../src/sweep/carryOut.js";
import { budgetFor } from "../../src/sweep/pace.js";
import { planKnock } from "../../src/sweep/plan.js";
import { MOST_PROVED, planProof, proofDelayMs } from "../../src/sweep/udpProof.js";
import { type ModelHost, makeModel } from "./modelNetwork.js";
import { ports } from "./results.js";

const HOST = "198.18.0.1" as Address;

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

async function sweep(host: ModelHost, asked: PortSet, portions: readonly PortSet[], stopAfter?: number) {
  const model = makeModel([host], { loss: 0, failure: 0, random: () => 0.5 });
  const stop = new AbortController();
  const begun: Shard[] = [];
  let ended = 0;
  const request: SweepRequest = {
    addresses: [HOST],
    ports: asked,
    likely: ports(""),
    udpServices: ports(""),
    method: "raw",
    skipDiscovery: false,
    alwaysSweep: new Set(),
    expected: new Set(),
    wasAlive: new Set(),
    knownOpen: new Map(),
    identify: false,
    probeFragile: false,
    plan: { budget: budgetFor({ pace: "fast", rate: null, hostRate: null }), isLocal: () => false },
    stopIfSilent: null,
    ping: null,
    until: Number.MAX_SAFE_INTEGER,
    rolling: {
      discoverUntil: Number.MAX_SAFE_INTEGER,
      portionsOf: () => portions.map((each, rank) => ({ rank, ports: each })),
    },
    now: model.now,
    later: null,
    random: randomFrom(1),
  };
  const hooks = {
    onShardStart: (shard: Shard) => void begun.push(shard),
    onShardEnd: (result: { readonly shard: Shard }) => {
      if (result.shard.stage === "sweep" && ++ended === stopAfter) stop.abort();
    },
    onProgress: () => undefined,
  };
  const outcome = await carryOut(request, model.engine, hooks, stop.signal);
  return { outcome, begun };
}

describe("a run that goes portion by portion", () => {
  test("proves the closed UDP ports of each portion, a thousand of them in all", async () => {
    const portions = [ports("T:22,U:1-700"), ports("T:80,U:701-1400"), ports("T:443,U:1401-2100")];
    const host: ModelHost = {
      ...{ address: HOST, answersPing: true, open: ports("T:22,80,U:53"), holes: ports("") },
      ...{ otherPorts: "reset", icmpBurst: 6 },
    };
    const { outcome, begun } = await sweep(host, ports("T:22,80,443,U:1-2100"), portions);
    const proofs = begun.filter((shard) => proofDelayMs(shard) !== null);
    const proved = proofs.reduce((sum, shard) => sum + countPorts(shard.ports), 0);
    expect(proved).toBe(MOST_PROVED);
    for (const portion of portions.slice(0, 2)) {
      expect(proofs.some((shard) => countPorts(intersectPorts(shard.ports, portion)) > 0)).toBe(true);
    }
    // Each portion's services are found, also of those whose proof is left to another run.
    expect(outcome.observations[0]?.cells.map(({ port }) => port).sort()).toEqual([22, 53, 80]);
    expect(outcome.coverage.share).toBe(1);
    expect(outcome.coverage.due).toBeLessThan(2103);
    expect(outcome.coverage.due).toBeGreaterThanOrEqual(MOST_PROVED);
  });

  test("counts what it did not get to as missing when somebody stopped it, not as left to another run", async () => {
    const host: ModelHost = {
      ...{ address: HOST, answersPing: true, open: ports("T:22"), holes: ports(""), otherPorts: "reset" },
    };
    const { outcome } = await sweep(host, ports("T:1-100"), [ports("T:1-50"), ports("T:51-100")], 1);
    expect(outcome.interrupted).toBe(true);
    expect(outcome.coverage).toEqual({ due: 100, covered: 50, share: 0.5 });
  });
});

test("hosts under different caps are in no process together, whatever it asks, and keep to the lowest", () => {
  const caps = [{ network: "198.18.0.0/24", rate: 2 }];
  const context = {
    budget: budgetFor({ pace: "fast", rate: null, hostRate: null, caps }),
    isLocal: () => false,
  };
  const hosts = [1, 2, 3, 4, 5].flatMap((n) => [`198.18.0.${n}`, `198.18.1.${n}`] as Address[]);
  const asks = new Map(hosts.map((address) => [address, ports("U:1-50")]));
  for (const shards of [planProof(asks, 2, context), planKnock(asks, context)]) {
    expect(shards).toHaveLength(2);
    for (const { addresses, rate } of shards) {
      const capped = addresses.filter((address) => address.startsWith("198.18.0."));
      expect([0, addresses.length]).toContain(capped.length);
      expect(rate <= 2).toBe(capped.length > 0);
    }
  }
});
