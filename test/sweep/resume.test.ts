import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { HostObservation } from "../../src/facts/observation.js";
import { countPorts, intersectPorts, listPorts, portSetOf, unionPorts } from "../../src/scope/portSet.js";
import { breakOff, LONGEST_BREAK_MS } from "../../src/sweep/breaks.js";
import { carryOut, type SweepOutcome, type SweepRequest } from "../../src/sweep/carryOut.js";
import type { Engine, ShardResult } from "../../src/sweep/engine.js";
import { evidenceOf, noteAnswer, type RunEvidence } from "../../src/sweep/evidence.js";
import { budgetFor } from "../../src/sweep/pace.js";
import type { PastShard } from "../../src/sweep/resume.js";
import { anchoredSilences, portsDue } from "../../src/sweep/silence.js";
import { type Model, type ModelHost, makeModel, stateOf } from "./modelNetwork.js";
import { ports } from "./results.js";

const NET = Array.from({ length: 5 }, (_, i) => `198.18.0.${i + 1}` as Address);
const PORTS = ports("T:1-120,U:53");

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** A run in as many sittings as it takes: what was committed, by sitting, and what the last one said. */
interface Sat {
  readonly shards: readonly PastShard[];
  readonly said: ReadonlyMap<Address, HostObservation>;
  readonly outcome: SweepOutcome;
}

/**
 * Carries a run out that is killed after so many shards, once for each number: what ended later is lost, as after
 * SIGKILL.
 */
async function sit(
  model: Model,
  kills: readonly number[],
  over: Partial<SweepRequest> = {},
  engineOf: (sitting: number) => Engine = () => model.engine,
): Promise<Sat> {
  const shards: PastShard[] = [];
  const request: SweepRequest = {
    ...{
      addresses: NET,
      ports: PORTS,
      likely: ports(""),
      udpServices: ports(""),
      method: "raw",
      skipDiscovery: false,
    },
    ...{ alwaysSweep: new Set(), expected: new Set(), wasAlive: new Set(), knownOpen: new Map() },
    ...{ identify: true, probeFragile: false, ping: null, later: null, until: null, stopIfSilent: null },
    plan: { budget: budgetFor({ pace: "steady", rate: null, hostRate: null }), isLocal: () => false },
    now: model.now,
    random: randomFrom(1),
    ...over,
  };
  for (let sitting = 1; ; sitting++) {
    const most = kills[sitting - 1] ?? Number.POSITIVE_INFINITY;
    const killed = new AbortController();
    const said = new Map<Address, HostObservation>();
    let ended = 0;
    const earlier = [...shards].sort(
      (a, b) => a.sitting - b.sitting || a.result.exit.startedAt - b.result.exit.startedAt,
    );
    const outcome = await carryOut(
      request,
      engineOf(sitting),
      {
        onShardStart: () => undefined,
        onShardEnd: (result, observations, pace) => {
          if (ended >= most) return;
          ended++;
          shards.push({ result, pace, sitting });
          for (const each of observations) said.set(each.address, each);
          if (ended >= most) killed.abort();
        },
        onProgress: () => undefined,
      },
      killed.signal,
      sitting === 1 ? {} : { earlier: { sitting, shards: replay(earlier) } },
    );
    if (killed.signal.aborted) continue;
    for (const each of outcome.observations) said.set(each.address, each);
    return { shards, said, outcome };
  }
}

async function* replay(shards: readonly PastShard[]): AsyncIterable<PastShard> {
  yield* shards;
}

function hostAt(address: Address, over: Partial<ModelHost> = {}): ModelHost {
  return {
    ...{ address, answersPing: true, open: ports("T:22,80"), otherPorts: "drop", holes: ports("") },
    ...over,
  };
}

const network = fc.subarray(NET, { minLength: 1 }).chain((present) =>
  fc.tuple(
    ...present.map((address) =>
      fc
        .record({ open: fc.subarray([1, 7, 22, 80, 99, 120]), resets: fc.boolean() })
        .map(({ open, resets }) =>
          hostAt(address, {
            open: portSetOf(open.map((port) => ({ protocol: "tcp" as const, port }))),
            otherPorts: resets ? "reset" : "drop",
          }),
        ),
    ),
  ),
);

function expectTrue(said: Sat["said"], hosts: readonly ModelHost[]): void {
  for (const [address, observation] of said) {
    const host = hosts.find((each) => each.address === address);
    if (host === undefined) {
      expect(countPorts(observation.covered)).toBe(0);
      continue;
    }
    for (const cell of observation.cells) expect(stateOf(host, cell)).toBe("open");
    for (const { proof, ports: group } of observation.quiet)
      if (proof === "closed") for (const port of listPorts(group)) expect(stateOf(host, port)).toBe("reset");
  }
}

describe("a run that is killed at any moments and taken up again", () => {
  const kills = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 3 });

  test("finds and proves what it would have in one go, and asks no address of a whole discovery again", async () => {
    await fc.assert(
      fc.asyncProperty(network, kills, fc.integer(), async (hosts, moments, seed) => {
        const model = makeModel(hosts, { loss: 0, failure: 0, random: randomFrom(seed) });
        const { said, shards, outcome } = await sit(model, moments);
        expectTrue(said, hosts);
        for (const host of hosts) {
          expect(portSetOf(said.get(host.address)?.cells ?? [])).toEqual(host.open);
          expect(said.get(host.address)?.covered).toEqual(PORTS);
        }
        expect(outcome.coverage.share).toBe(1);
        const ids = shards.map(({ result }) => `${result.shard.id} ${result.attempt}`);
        expect(new Set(ids).size).toBe(ids.length);
        const discovered = shards
          .filter(({ result }) => result.whole && result.shard.stage === "discover")
          .flatMap(({ result: { shard } }) => shard.addresses.map((each) => `${shard.pass} ${each}`));
        expect(new Set(discovered).size).toBe(discovered.length);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("asks no cell of a first pass again that a whole shard asked", async () => {
    await fc.assert(
      fc.asyncProperty(network, kills, async (hosts, moments) => {
        const model = makeModel(hosts, { loss: 0, failure: 0, random: randomFrom(3) });
        const { shards } = await sit(model, moments);
        const asked = new Map<Address, ReturnType<typeof ports>>();
        for (const { result } of shards) {
          const { stage, pass, addresses, ports: these } = result.shard;
          if (!result.whole || stage !== "sweep" || pass !== 1) continue;
          for (const address of addresses) {
            const before = asked.get(address) ?? ports("");
            expect(countPorts(intersectPorts(before, these))).toBe(0);
            asked.set(address, unionPorts(before, these));
          }
        }
        for (const set of asked.values()) expect(set).toEqual(PORTS);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("that goes portion by portion goes on with the portions that are left, and covers all of it once", async () => {
    const portions = [ports("T:22,80"), ports("T:1-21,U:53"), ports("T:23-79"), ports("T:81-120")];
    const rolling = {
      portionsOf: () => portions.map((each, rank) => ({ rank, ports: each })),
      discoverUntil: Number.MAX_SAFE_INTEGER,
    };
    await fc.assert(
      fc.asyncProperty(network, kills, async (hosts, moments) => {
        const model = makeModel(hosts, { loss: 0, failure: 0, random: randomFrom(5) });
        const over = { rolling, until: Number.MAX_SAFE_INTEGER };
        const { said, shards, outcome } = await sit(model, moments, over);
        expectTrue(said, hosts);
        for (const host of hosts) expect(said.get(host.address)?.covered).toEqual(PORTS);
        expect(outcome.coverage.share).toBe(1);
        const asked = new Map<Address, number>();
        for (const { result } of shards) {
          const { stage, pass, addresses, ports: these } = result.shard;
          if (!result.whole || stage !== "sweep" || pass !== 1) continue;
          for (const each of addresses) asked.set(each, (asked.get(each) ?? 0) + countPorts(these));
        }
        for (const host of hosts) expect(asked.get(host.address)).toBe(countPorts(PORTS));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("says nothing that is not so, with loss and failing shards too", async () => {
    const conditions = fc.record({ loss: fc.constantFrom(0.1, 0.4), failure: fc.constantFrom(0, 0.3) });
    await fc.assert(
      fc.asyncProperty(network, kills, conditions, fc.integer(), async (hosts, moments, over, seed) => {
        const model = makeModel(hosts, { ...over, random: randomFrom(seed) });
        expectTrue((await sit(model, moments)).said, hosts);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("asks again what was silent while the link was down, for the break came of that", async () => {
    const hosts = NET.map((address) => hostAt(address, { open: ports("T:22,99") }));
    const model = makeModel(hosts, { loss: 0, failure: 0, random: randomFrom(1) });
    // From the first shard of the sweep on nothing comes back, in the first sitting.
    const down: Engine = {
      run: async (shard, ...rest) => {
        const result: ShardResult = await model.engine.run(shard, ...rest);
        if (shard.stage === "discover" || result.document === null) return result;
        const mute = result.document.hosts.map((host) => ({ ...host, ports: [], extraPorts: [] }));
        return { ...result, document: { ...result.document, hosts: shard.probe === "hosts" ? [] : mute } };
      },
    };
    for (const kill of [8, 12, 15]) {
      const { said } = await sit(model, [kill], {}, (sitting) => (sitting === 1 ? down : model.engine));
      for (const { address } of hosts) {
        expect(portSetOf(said.get(address)?.cells ?? [])).toEqual(ports("T:22,99"));
        expect(said.get(address)?.covered).toEqual(PORTS);
      }
    }
  });
});

describe("silence at a break", () => {
  const [host, neighbour] = NET as [Address, Address];
  const ASKED = ports("T:443");

  /** The host answered until 1,000 and was silent from 2,000 to 3,000; its neighbour answered last at `heard`. */
  function broken(heard: number, gap: number): RunEvidence {
    const evidence: RunEvidence = new Map();
    noteAnswer(evidenceOf(evidence, host), "syn-ack", { from: 900, to: 1000 });
    evidenceOf(evidence, host).silences.push({ ports: ASKED, from: 2000, to: 3000 });
    evidenceOf(evidence, host).silencesNeeded = 1;
    noteAnswer(evidenceOf(evidence, neighbour), "syn-ack", { from: heard, to: heard });
    breakOff(evidence, { lastSign: 4000, resumedAt: 4000 + gap });
    return evidence;
  }

  test.each([
    ["counts, where a neighbour answered after it and the break is short", 3500, 1000, true],
    ["is asked again, where nobody answered after it: the scanner may have been deaf", 2500, 1000, false],
    [
      "is asked again, where the break was long: the host may have been gone",
      3500,
      LONGEST_BREAK_MS + 1,
      false,
    ],
    ["is asked again, where the clock went back", 3500, -1, false],
  ])("%s", (_, heard, gap, counts) => {
    const evidence = evidenceOf(broken(heard, gap), host);
    expect(countPorts(portsDue(evidence, ASKED))).toBe(counts ? 0 : 1);
    // Believed it is only once the host has answered again.
    expect(anchoredSilences(evidence)).toEqual([]);
    noteAnswer(evidence, "syn-ack", { from: 9_000_000, to: 9_000_100 });
    expect(anchoredSilences(evidence)).toHaveLength(counts ? 1 : 0);
  });

  test("between two answers from before the break stays proved, however long the break", () => {
    const evidence: RunEvidence = new Map();
    const known = evidenceOf(evidence, host);
    noteAnswer(known, "syn-ack", { from: 900, to: 1000 });
    known.silences.push({ ports: ASKED, from: 2000, to: 3000 });
    noteAnswer(known, "syn-ack", { from: 3500, to: 3600 });
    breakOff(evidence, { lastSign: 4000, resumedAt: 4000 + 10 * LONGEST_BREAK_MS });
    expect(anchoredSilences(known)).toHaveLength(1);
  });

  test("after the break needs an answer after the break before it", () => {
    const evidence = evidenceOf(broken(3500, 1000), host);
    evidence.silences.push({ ports: ports("T:8443"), from: 6000, to: 7000 });
    noteAnswer(evidence, "syn-ack", { from: 8000, to: 8100 });
    expect(anchoredSilences(evidence).map((silence) => silence.ports)).toEqual([ASKED]);
  });
});
