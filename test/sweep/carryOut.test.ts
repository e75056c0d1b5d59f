import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { HostObservation } from "../../src/facts/observation.js";
import { countPorts, intersectPorts, listPorts, portSetOf, unionPorts } from "../../src/scope/portSet.js";
import {
  carryOut,
  type Progress,
  type SweepHooks,
  type SweepOutcome,
  type SweepRequest,
} from "../../src/sweep/carryOut.js";
import type { Engine, ShardResult } from "../../src/sweep/engine.js";
import { isKnock } from "../../src/sweep/knock.js";
import { budgetFor } from "../../src/sweep/pace.js";
import { type Model, type ModelHost, makeModel, stateOf } from "./modelNetwork.js";
import { documentOf, extra, hostOf, ports } from "./results.js";

const NET = Array.from({ length: 8 }, (_, i) => `198.18.0.${i + 1}` as Address);
const PORTS = ports("T:1-120,9100,U:53,161");
const never = new AbortController().signal;

/** Numbers in [0, 1) from a seed (mulberry32), so that a counterexample can be run again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function hostAt(address: Address, over: Partial<ModelHost> = {}): ModelHost {
  return {
    address,
    answersPing: true,
    open: ports("T:22,80"),
    otherPorts: "drop",
    holes: ports(""),
    ...over,
  };
}

function requestOver(model: Model, over: Partial<SweepRequest> = {}): SweepRequest {
  return {
    addresses: NET,
    ports: PORTS,
    likely: ports("T:22,80"),
    udpServices: ports("U:53,161"),
    method: "raw",
    skipDiscovery: false,
    alwaysSweep: new Set(),
    expected: new Set(),
    wasAlive: new Set(),
    knownOpen: new Map(),
    identify: true,
    probeFragile: false,
    plan: { budget: budgetFor({ pace: "steady", rate: null, hostRate: null }), isLocal: () => false },
    ping: null,
    now: model.now,
    later: null,
    until: null,
    stopIfSilent: null,
    random: randomFrom(1),
    ...over,
  };
}

interface Ran {
  readonly outcome: SweepOutcome;
  readonly results: readonly ShardResult[];
  /** The last word on each host: what was handed on as shards ended, then the final observations. */
  readonly said: ReadonlyMap<Address, HostObservation>;
  readonly progress: readonly Progress[];
}

async function runOver(
  model: Model,
  over: Partial<SweepRequest> = {},
  signal = never,
  engine: Engine = model.engine,
  onEnd: (result: ShardResult) => void = () => undefined,
): Promise<Ran> {
  const results: ShardResult[] = [];
  const said = new Map<Address, HostObservation>();
  const progress: Progress[] = [];
  const hooks: SweepHooks = {
    onShardStart: () => undefined,
    onShardEnd: (result, observations) => {
      results.push(result);
      for (const observation of observations) said.set(observation.address, observation);
      onEnd(result);
    },
    onProgress: (step) => progress.push(step),
  };
  const outcome = await carryOut(requestOver(model, over), engine, hooks, signal);
  for (const observation of outcome.observations) said.set(observation.address, observation);
  return { outcome, results, said, progress };
}

const openPorts = fc
  .subarray([1, 7, 22, 80, 99, 120, 9100])
  .map((list) => portSetOf(list.map((port) => ({ protocol: "tcp" as const, port }))));
const udpOpen = fc
  .subarray([53, 161])
  .map((list) => portSetOf(list.map((port) => ({ protocol: "udp" as const, port }))));

/** Some of the eight addresses are hosts; the others are absent. */
const network = fc.subarray(NET).chain((present) =>
  fc.tuple(
    ...present.map((address) =>
      fc
        .record({
          tcp: openPorts,
          udp: udpOpen,
          holes: fc.constantFrom("", "T:50", "T:50-51").map(ports),
          answersPing: fc.boolean(),
          resets: fc.boolean(),
        })
        .map(
          ({ tcp, udp, holes, answersPing, resets }): ModelHost => ({
            address,
            answersPing,
            open: unionPorts(tcp, udp),
            holes: resets ? ports("") : holes,
            otherPorts: resets ? "reset" : "drop",
          }),
        ),
    ),
  ),
);

const conditions = fc.record({
  hosts: network,
  seed: fc.integer(),
  loss: fc.constantFrom(0, 0.1, 0.4),
  failure: fc.constantFrom(0, 0.2, 0.6),
  skipDiscovery: fc.boolean(),
  known: fc.subarray(NET),
  rate: fc.constantFrom(null, 50, 5000),
});

function modelOf(
  hosts: readonly ModelHost[],
  over: { loss?: number; failure?: number; seed?: number } = {},
): Model {
  const { loss = 0, failure = 0, seed = 7 } = over;
  return makeModel(hosts, { loss, failure, random: randomFrom(seed) });
}

/** Nothing that is said goes beyond the truth, whatever was lost or killed on the way. */
function expectTrue(said: ReadonlyMap<Address, HostObservation>, hosts: readonly ModelHost[]): void {
  for (const [address, observation] of said) {
    const host = hosts.find((h) => h.address === address);
    if (host === undefined) {
      expect(observation.presence).not.toBe("alive");
      expect(countPorts(observation.covered)).toBe(0);
      continue;
    }
    for (const cell of observation.cells) expect(stateOf(host, cell)).toBe("open");
    for (const group of observation.quiet) {
      if (group.proof !== "closed") continue;
      for (const port of listPorts(group.ports)) expect(stateOf(host, port)).toBe("reset");
    }
    const sets = [portSetOf(observation.cells), ...observation.quiet.map((group) => group.ports)];
    expect(unionPorts(...sets)).toEqual(observation.covered);
    expect(intersectPorts(observation.covered, PORTS)).toEqual(observation.covered);
  }
}

describe("a run over a network with loss, failing shards and absent hosts", () => {
  test("finds only what is open, calls closed only what resets, and covers nothing of an absent host", async () => {
    await fc.assert(
      fc.asyncProperty(conditions, async ({ hosts, seed, loss, failure, skipDiscovery, known, rate }) => {
        const model = modelOf(hosts, { loss, failure, seed });
        const budget = budgetFor({ pace: "steady", rate, hostRate: null });
        const { outcome, results, said } = await runOver(model, {
          skipDiscovery,
          alwaysSweep: new Set(known),
          expected: new Set(known),
          wasAlive: new Set(known),
          plan: { budget, isLocal: () => false },
        });
        expectTrue(said, hosts);
        const attempts = results.map((result) => `${result.shard.id} ${result.attempt}`);
        expect(new Set(attempts).size).toBe(attempts.length);
        expect(outcome.coverage.covered).toBeLessThanOrEqual(outcome.coverage.due);
        expect(outcome.shards).toEqual({ ended: results.length, failed: outcome.failures.length });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("without loss finds everything, proves every cell due, and claims every hole", async () => {
    await fc.assert(
      fc.asyncProperty(network, fc.boolean(), async (hosts, skipDiscovery) => {
        const { outcome, said } = await runOver(modelOf(hosts), {
          skipDiscovery,
          alwaysSweep: new Set(hosts.map((host) => host.address)),
        });
        for (const host of hosts) {
          // With -Pn nobody asks by echo first, so a host has to answer on a port.
          const hasPort = countPorts(host.open) + countPorts(host.holes) > 0 || host.otherPorts === "reset";
          if (!hasPort && (!host.answersPing || skipDiscovery)) continue;
          const observation = said.get(host.address);
          expect(portSetOf(observation?.cells ?? [])).toEqual(host.open);
          // The last look asks by echo and TCP: a host that answers by UDP alone has no answer after its silence.
          const isAnchored = host.answersPing || host.open.tcp.length + host.holes.tcp.length > 0;
          if (!isAnchored && host.otherPorts === "drop") continue;
          expect(observation?.covered).toEqual(PORTS);
          const answering = countPorts(host.open, "tcp") + countPorts(host.holes);
          const isJudged = answering <= countPorts(PORTS, "tcp") * 0.05;
          const holes = isJudged ? [...listPorts(host.holes)].map((port) => port.port) : [];
          expect(observation?.holes.map((hole) => hole.port)).toEqual(holes);
        }
        expect(outcome.failures).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("measures its loss by the open ports of hosts that reset nothing", async () => {
    const hosts = NET.slice(0, 4).map((address) => hostAt(address, { open: ports("T:1-20") }));
    const { outcome } = await runOver(modelOf(hosts));
    expect(outcome.recall).toMatchObject({ estimate: 1, source: expect.stringMatching(/^\d+ witnesses$/) });
    expect(outcome.recall.lower).toBeLessThan(1);
    const lossy = await runOver(modelOf(hosts, { loss: 0.3 }));
    expect(lossy.outcome.recall.estimate).toBeGreaterThan(0.9);
    expect(lossy.outcome.recall.estimate).toBeLessThan(1);
  });

  test("never sends a host more than its cap at once, nor all of them more than the budget", async () => {
    await fc.assert(
      fc.asyncProperty(
        network,
        fc.constantFrom("gentle", "steady", "fast"),
        fc.constantFrom(PORTS, ports("T:1-9000,U:53,161")),
        async (hosts, pace, asked) => {
          const model = modelOf(hosts, { failure: 0.1 });
          const budget = budgetFor({ pace: pace as "gentle", rate: null, hostRate: null });
          await runOver(model, { ports: asked, skipDiscovery: true, plan: { budget, isLocal: () => false } });
          for (const rate of model.busiest.values()) expect(rate).toBeLessThanOrEqual(budget.hostRate ?? 0);
          expect(model.busiestSum()).toBeLessThanOrEqual(budget.rate);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);
});

describe("coverage", () => {
  test("is short of the whole when every shard fails, and what failed is told", async () => {
    const { outcome, said } = await runOver(
      modelOf(
        NET.map((a) => hostAt(a)),
        { failure: 1 },
      ),
    );
    expect(outcome.coverage.share).toBeLessThan(1);
    expect(outcome.failures.length).toBeGreaterThan(0);
    expect(outcome.shards.failed).toBe(outcome.failures.length);
    expectTrue(
      said,
      NET.map((a) => hostAt(a)),
    );
  });

  test("counts addresses that no whole discovery asked as due: nobody knows whether they are there", async () => {
    const model = modelOf([]);
    const broken: Engine = {
      run: async (...call) => ({
        ...(await model.engine.run(...call)),
        whole: false,
        document: null,
        failure: "nmap did not start",
      }),
    };
    const { outcome } = await runOver(model, {}, never, broken);
    expect(outcome.coverage).toEqual({ due: NET.length * countPorts(PORTS), covered: 0, share: 0 });
  });

  test("is not asked of addresses that gave no answer and that nobody expects", async () => {
    const { outcome, said } = await runOver(modelOf([]));
    expect(outcome.coverage.share).toBeNull();
    expect(said.size).toBe(0);
  });

  test("lacks the cells of an expected host that is silent, with -Pn too", async () => {
    for (const skipDiscovery of [false, true]) {
      const { outcome } = await runOver(modelOf([hostAt(NET[0] as Address)]), {
        skipDiscovery,
        expected: new Set([NET[0] as Address, NET[1] as Address]),
        alwaysSweep: new Set([NET[1] as Address]),
      });
      expect(outcome.coverage.share).toBe(0.5);
    }
  });

  test("of a host that falls silent in the middle holds its answers and no silence", async () => {
    const [address] = NET as [Address];
    const model = modelOf([hostAt(address)]);
    let passes = 0;
    const dying: Engine = {
      run: async (shard, ...rest) => {
        const result = await model.engine.run(shard, ...rest);
        if (shard.stage === "sweep") passes++;
        return passes > 1 && shard.probe !== "services" && shard.stage !== "sweep"
          ? { ...result, document: null }
          : result;
      },
    };
    const { said } = await runOver(
      model,
      { addresses: [address], ports: ports("T:1-50"), identify: false },
      never,
      dying,
    );
    expect(said.get(address)?.covered).toEqual(ports("T:22"));
  });
});

describe("hosts that history knows", () => {
  const [gone, neighbour, third] = NET as [Address, Address, Address];

  test("vanish when they answer nothing first and last, while a neighbour answers before and after", async () => {
    const { said } = await runOver(modelOf([hostAt(neighbour)]), {
      wasAlive: new Set([gone]),
      alwaysSweep: new Set([gone]),
      expected: new Set([gone]),
    });
    expect(said.get(gone)).toMatchObject({ presence: "vanished", cells: [], quiet: [] });
    expect(countPorts(said.get(gone)?.covered ?? ports("T:1"))).toBe(0);
  });

  test("are silent, not vanished, where no neighbour answers", async () => {
    const { said } = await runOver(modelOf([]), { wasAlive: new Set([gone]), alwaysSweep: new Set([gone]) });
    expect(said.get(gone)?.presence).toBe("silent");
  });

  test("are silent, not vanished, where the shards that asked them did not come to their end", async () => {
    const { said } = await runOver(modelOf([hostAt(neighbour)], { failure: 1 }), {
      wasAlive: new Set([gone]),
      alwaysSweep: new Set([gone]),
    });
    expect(said.get(gone)?.presence).not.toBe("vanished");
  });

  test("are swept and found although they answer no discovery", async () => {
    const { said } = await runOver(modelOf([hostAt(third, { answersPing: false })]), {
      alwaysSweep: new Set([third]),
    });
    expect(portSetOf(said.get(third)?.cells ?? [])).toEqual(ports("T:22,80"));
  });

  test("are not believed silent where a fifth of the segment's known open ports fell silent at once", async () => {
    const known = ports("T:1-30");
    const model = modelOf([hostAt(neighbour, { open: ports("T:22") })]);
    const { outcome, said } = await runOver(model, { knownOpen: new Map([[neighbour, known]]) });
    expect(outcome.warnings.join()).toContain("198.18.0.0/24");
    expect(said.get(neighbour)).toMatchObject({ grade: "positive-only", covered: ports("T:22") });
    expect(outcome.coverage.share).toBeLessThan(1);
  });
});

describe("ports that were open before", () => {
  const host = NET[0] as Address;
  const known = new Map([[host, ports("T:22,80")]]);
  const model = () => modelOf([hostAt(host, { open: ports("T:22"), otherPorts: "reset" })]);
  /** Runs all shards as the model does; what the slow looks say is changed. */
  const withLooks = (of: Model, change: (result: ShardResult) => ShardResult): Engine => ({
    async run(...asked) {
      const result = await of.engine.run(...asked);
      return result.shard.stage === "confirm" && result.shard.probe === "ports" ? change(result) : result;
    },
  });
  const isCovered = (said: Ran["said"]) =>
    countPorts(intersectPorts(said.get(host)?.covered ?? ports(""), ports("T:80"))) === 1;

  test("are closed where a slow second look finds them so too", async () => {
    const { said } = await runOver(model(), { knownOpen: known });
    expect(isCovered(said)).toBe(true);
    expect(said.get(host)?.quiet.map(({ proof }) => proof)).toEqual(["closed", "closed"]);
  });

  test("are not called closed where the second look did not come to its end", async () => {
    const of = model();
    const engine = withLooks(of, (result) => ({
      ...result,
      whole: false,
      document: null,
      failure: "killed",
    }));
    const { said, outcome } = await runOver(of, { knownOpen: known }, never, engine);
    expect(isCovered(said)).toBe(false);
    expect(outcome.coverage.covered).toBe(outcome.coverage.due - 1);
  });

  test("are not called closed where the second look finds something else", async () => {
    const of = model();
    const engine = withLooks(of, (result) => ({
      ...result,
      document: documentOf([
        hostOf({ address: host, extraPorts: [extra("filtered", "no-response", [[80, 80]])] }),
      ]),
    }));
    const { said } = await runOver(of, { knownOpen: known }, never, engine);
    expect(isCovered(said)).toBe(false);
  });
});

describe("identification", () => {
  test("asks open ports only, each once, and no printer unless asked to", async () => {
    const host = hostAt(NET[0] as Address, { open: ports("T:22,80,9100") });
    for (const probeFragile of [false, true]) {
      const { results } = await runOver(modelOf([host]), { probeFragile });
      const asked = results
        .filter(({ shard }) => shard.probe === "services" && !isKnock(shard))
        .map((r) => r.shard.ports);
      expect(asked.reduce((sum, each) => sum + countPorts(each), 0)).toBe(probeFragile ? 3 : 2);
      expect(unionPorts(...asked)).toEqual(ports(probeFragile ? "T:22,80,9100" : "T:22,80"));
    }
  });

  test("is left out where it is not wanted, and the ports are confirmed by a second look", async () => {
    const { results, said } = await runOver(modelOf([hostAt(NET[0] as Address)]), { identify: false });
    expect(results.some((result) => result.shard.probe === "services")).toBe(false);
    expect(said.get(NET[0] as Address)?.cells.map((cell) => [cell.confidence, cell.service])).toEqual([
      ["confirmed", null],
      ["confirmed", null],
    ]);
  });
});

describe("firewall holes", () => {
  test("are not judged by a connect scan, nor on this machine itself", async () => {
    const hosts = [hostAt(NET[0] as Address, { holes: ports("T:50") })];
    const connect = await runOver(modelOf(hosts), { method: "connect" });
    expect(connect.said.get(NET[0] as Address)).toMatchObject({
      holes: [],
      holesUnjudged: "a connect scan cannot tell a reset from a refusal",
    });
    const budget = budgetFor({ pace: "steady", rate: null, hostRate: null });
    const local = await runOver(modelOf(hosts), { plan: { budget, isLocal: () => true } });
    expect(local.said.get(NET[0] as Address)).toMatchObject({ holes: [], holesUnjudged: null });
  });

  test("are not invented by a host that lets only some resets through at speed", async () => {
    const [address] = NET as [Address];
    const model = modelOf([hostAt(address, { otherPorts: "reset" })]);
    // At speed one reset in sixty comes through, asked slowly all of them do.
    const limited: Engine = {
      run: async (shard, ...rest) => {
        const result = await model.engine.run(shard, ...rest);
        if (shard.stage !== "sweep" || result.document === null) return result;
        const hosts = result.document.hosts.map((host) => ({
          ...host,
          ports: host.ports.filter((port) => port.state === "open" || port.port % 60 === 0),
        }));
        return { ...result, document: { ...result.document, hosts } };
      },
    };
    const { said } = await runOver(model, { addresses: [address] }, never, limited);
    expect(said.get(address)).toMatchObject({ holes: [], holesUnjudged: "limited resets" });
    expect(said.get(address)?.quiet.map((group) => group.state)).not.toContain("filtered");
  });
});

describe("a run that is stopped", () => {
  test("starts no further shard, keeps what was proved, and believes no silence", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (after) => {
        const hosts = NET.map((address, i) =>
          hostAt(address, { otherPorts: i % 2 === 0 ? "drop" : "reset" }),
        );
        const model = modelOf(hosts);
        const stop = new AbortController();
        let ended = 0;
        let startedBy = Number.POSITIVE_INFINITY;
        const { outcome, said } = await runOver(model, {}, stop.signal, model.engine, () => {
          if (++ended !== after) return;
          stop.abort();
          startedBy = model.started.length;
        });
        expectTrue(said, hosts);
        if (!stop.signal.aborted) return;
        expect(model.started.length).toBe(startedBy);
        expect(outcome.interrupted).toBe(true);
        for (const observation of said.values()) {
          expect(observation.quiet.map((group) => group.proof)).not.toContain("silent");
        }
      }),
      { numRuns: 20 },
    );
  });

  test("before it began sends nothing", async () => {
    const model = modelOf(NET.map((address) => hostAt(address)));
    const { outcome } = await runOver(model, {}, AbortSignal.abort());
    expect(model.started).toEqual([]);
    expect(outcome).toMatchObject({ interrupted: true, observations: [] });
  });

  test("by a hook that throws ends the other shards first and rejects with that error", async () => {
    const model = modelOf(NET.map((address) => hostAt(address)));
    let running = 0;
    const counted: Engine = {
      run: async (...call) => {
        running++;
        const result = await model.engine.run(...call);
        running--;
        return result;
      },
    };
    let left = 12;
    const failing = runOver(model, {}, never, counted, () => {
      if (--left === 0) throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(running).toBe(0);
  });

  test("many times with one signal leaves no listener on it", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const watched = new Proxy(signal, {
      get: (target, key) => {
        if (key === "addEventListener") return () => void listeners++;
        if (key === "removeEventListener") return () => void listeners--;
        return Reflect.get(target, key);
      },
    });
    await runOver(modelOf([]), {}, watched);
    expect(listeners).toBe(0);
  });
});

describe("progress", () => {
  test("counts up to the end of each stage", async () => {
    const { progress } = await runOver(modelOf([hostAt(NET[0] as Address)]));
    for (const step of progress) expect(step.cellsDone).toBeLessThanOrEqual(step.cellsTotal);
    expect(progress.at(-1)).toMatchObject({ hostsAlive: 1, openPorts: 2 });
    expect(new Set(progress.map((step) => step.stage))).toEqual(
      new Set(["discover", "sweep", "identify", "confirm"]),
    );
  });
});
