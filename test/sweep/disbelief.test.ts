import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { carryOut } from "../../src/sweep/carryOut.js";
import { disbeliefOf, isTarpit } from "../../src/sweep/disbelief.js";
import { foldShard, type RunEvidence } from "../../src/sweep/evidence.js";
import { budgetFor } from "../../src/sweep/pace.js";
import { observationOf } from "../../src/sweep/settle.js";
import { makeModel } from "./modelNetwork.js";
import { evidenceAfter, HOST, hostOf, open, ports, reset, resultOf } from "./results.js";

const NET = Array.from({ length: 64 }, (_, i) => `198.18.3.${i}` as Address);
const all = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => open(from + i));
const asked = (text: string) => ({ ports: ports(text) });

describe("a tarpit", () => {
  test("is a host that opens nearly every port asked; a few that are lost are no way out", () => {
    const host = evidenceAfter(resultOf({ shard: asked("T:1-100"), hosts: [hostOf({ ports: all(1, 97) })] }));
    expect(isTarpit(host)).toBe(true);
    expect(disbeliefOf(new Map([[HOST, host]]), [HOST]).places).toEqual([
      {
        place: HOST,
        flag: "tarpit",
        why: "97 of 100 TCP ports asked are open: it opens for everybody",
      },
    ]);
  });

  test("is taken back where the rest of its ports turns out to be closed or silent", () => {
    const first = resultOf({ shard: asked("T:1-100"), hosts: [hostOf({ ports: all(1, 100) })] });
    const rest = resultOf({ shard: asked("T:101-1000"), hosts: [hostOf()], at: [3000, 4000] });
    expect(isTarpit(evidenceAfter(first))).toBe(true);
    expect(isTarpit(evidenceAfter(first, rest))).toBe(false);
  });

  test("keeps its ports, each flagged; nothing of UDP is said by it", () => {
    const dns = open(53, { protocol: "udp", reason: "udp-response" });
    const host = evidenceAfter(
      resultOf({ shard: asked("T:1-100,U:53"), hosts: [hostOf({ ports: [...all(1, 100), dns] })] }),
    );
    const { cells } = observationOf(host, {
      asked: ports("T:1-100,U:53"),
      names: [],
      holes: null,
      withheld: ports(""),
      vanished: false,
      flag: "tarpit",
    });
    expect(cells).toHaveLength(101);
    expect(new Set(cells.map(({ protocol, confidence }) => `${protocol} ${confidence}`))).toEqual(
      new Set(["tcp tarpit", "udp single"]),
    );
  });

  test("in a run is not asked for its services, outweighs no other host's recall, and is told", async () => {
    const [tarpit, server] = [NET[1], NET[2]] as [Address, Address];
    const model = makeModel(
      [
        { address: tarpit, answersPing: true, open: ports("T:1-200"), otherPorts: "reset", holes: ports("") },
        { address: server, answersPing: true, open: ports("T:22,80"), otherPorts: "reset", holes: ports("") },
      ],
      { loss: 0, failure: 0, random: () => 0.5 },
    );
    const said = new Map<Address, ReadonlySet<string>>();
    const outcome = await carryOut(
      {
        addresses: [tarpit, server],
        ports: ports("T:1-200"),
        likely: ports("T:22,80"),
        udpServices: ports(""),
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
        random: () => 0.5,
      },
      model.engine,
      {
        onShardStart: () => undefined,
        onShardEnd: (_, observations) => {
          for (const { address, cells } of observations)
            said.set(address, new Set(cells.map(({ confidence }) => confidence)));
        },
        onProgress: () => undefined,
      },
      new AbortController().signal,
    );
    expect(outcome.disbelieved).toMatchObject([{ place: tarpit, flag: "tarpit" }]);
    const [flagged] = outcome.observations.filter(({ address }) => address === tarpit);
    expect(flagged?.cells).toHaveLength(200);
    expect(new Set(flagged?.cells.map(({ confidence }) => confidence))).toEqual(new Set(["tarpit"]));
    // A run that is killed has told it by then.
    expect(said.get(tarpit)).toEqual(new Set(["tarpit"]));
    // The two that were asked first, when it was not known yet.
    const services = model.started.filter(({ shard }) => shard.probe === "services");
    const askedOf = (address: Address) =>
      services.filter(({ shard }) => shard.addresses.includes(address)).map(({ shard }) => shard.ports.tcp);
    expect(
      askedOf(tarpit).every((tcp) => tcp.every(([from, to]) => from === to && [22, 80].includes(to))),
    ).toBe(true);
    expect(askedOf(server)).not.toEqual([]);
  });
});

/** What discovery and a sweep hear of a net where a box resets for all; `own`: this address answers pings too. */
function resetByAll(addresses: readonly Address[], ttl = 63, own: readonly Address[] = []): RunEvidence {
  const run: RunEvidence = new Map();
  foldShard(
    run,
    resultOf({
      shard: { stage: "discover", probe: "hosts", addresses, ports: ports("T:80") },
      hosts: addresses.map((address) => {
        const status = own.includes(address)
          ? { state: "up" as const, reason: "echo-reply", ttl: 62 }
          : { state: "up" as const, reason: "reset", ttl };
        return hostOf({ address, status });
      }),
    }),
  );
  foldShard(
    run,
    resultOf({
      shard: { addresses, ports: ports("T:22,80") },
      hosts: addresses.map((address) => hostOf({ address, ports: [reset(22, { ttl }), reset(80, { ttl })] })),
      at: [3000, 4000],
    }),
  );
  return run;
}

describe("a box that resets for a net", () => {
  test("is told; an address of which nothing else was heard is nobody's, one that answers pings is a host", () => {
    const [host] = [NET[5]] as [Address];
    const disbelief = disbeliefOf(resetByAll(NET, 63, [host]), NET);
    expect(disbelief.places).toMatchObject([{ place: "198.18.3.0/26", flag: "middlebox" }]);
    expect(NET.filter((address) => disbelief.isMute(address))).toEqual(NET.filter((each) => each !== host));
    expect(NET.every((address) => disbelief.isReset(address))).toBe(true);
  });

  test("is none where an address that was asked stays silent, or the network is full of hosts", () => {
    expect(disbeliefOf(resetByAll(NET.slice(0, 40)), NET).places).toEqual([]);
    expect(disbeliefOf(resetByAll(NET, 63, NET.slice(0, 40)), NET).places).toEqual([]);
  });
});
