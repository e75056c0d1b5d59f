import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { PortSet } from "../../src/facts/port.js";
import type { Shard } from "../../src/facts/run.js";
import { familyOf } from "../../src/scope/address.js";
import { countPorts, listPorts, portSetOfRanges } from "../../src/scope/portSet.js";
import { budgetFor, PACES } from "../../src/sweep/pace.js";
import {
  DISCOVERY_PROBES,
  type PlanContext,
  planDiscovery,
  planIdentify,
  planLastLook,
  planLook,
  planPass,
} from "../../src/sweep/plan.js";

const ADDRESSES: readonly Address[] = [
  ...Array.from({ length: 60 }, (_, i) => `198.18.${i % 3}.${i + 1}` as Address),
  ...Array.from({ length: 40 }, (_, i) => `2001:db8::${(i + 1).toString(16)}` as Address),
];

const someAddresses = fc.uniqueArray(fc.constantFrom(...ADDRESSES), { minLength: 1, maxLength: 60 });

const portRange = fc
  .tuple(fc.integer({ min: 0, max: 65_535 }), fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 })))
  .map(([from, length]) => [from, Math.min(65_535, from + length)] as const);
const portSet = fc
  .record({ tcp: fc.array(portRange, { maxLength: 5 }), udp: fc.array(portRange, { maxLength: 3 }) })
  .map((ranges) => portSetOfRanges(ranges));

const context = fc
  .record({
    pace: fc.constantFrom(...PACES),
    rate: fc.option(fc.integer({ min: 1, max: 50_000 })),
    hostRate: fc.option(fc.integer({ min: 1, max: 5000 })),
    local: fc.subarray([...ADDRESSES]),
  })
  .map(({ pace, rate, hostRate, local }): PlanContext => {
    const own = new Set(local);
    return { budget: budgetFor({ pace, rate, hostRate }), isLocal: (address) => own.has(address) };
  });

/** Hosts share one of three asks, as after a pass they mostly do. */
const someAsks = fc
  .tuple(
    someAddresses,
    fc.array(portSet, { minLength: 1, maxLength: 3 }),
    fc.infiniteStream(fc.nat({ max: 2 })),
  )
  .map(([addresses, sets, picks]) => {
    const asks = new Map<Address, PortSet>();
    for (const address of addresses) {
      const set = sets[picks.next().value % sets.length];
      if (set !== undefined) asks.set(address, set);
    }
    return asks;
  });

/** Ranges of each address and protocol over all shards, sorted, so that overlap and gaps show. */
function plannedRanges(shards: readonly Shard[]): Map<string, (readonly [number, number])[]> {
  const planned = new Map<string, (readonly [number, number])[]>();
  for (const shard of shards) {
    for (const address of shard.addresses) {
      for (const protocol of ["tcp", "udp", "sctp"] as const) {
        if (shard.ports[protocol].length === 0) continue;
        const key = `${address} ${protocol}`;
        planned.set(key, [...(planned.get(key) ?? []), ...shard.ports[protocol]]);
      }
    }
  }
  for (const ranges of planned.values()) ranges.sort((a, b) => a[0] - b[0]);
  return planned;
}

function expectExactlyOnce(shards: readonly Shard[], asks: ReadonlyMap<Address, PortSet>): void {
  const planned = plannedRanges(shards);
  for (const ranges of planned.values()) {
    for (const [index, [from]] of ranges.entries()) {
      const before = ranges[index - 1];
      if (before !== undefined) expect(from).toBeGreaterThan(before[1]);
    }
  }
  for (const [address, asked] of asks) {
    for (const protocol of ["tcp", "udp"] as const) {
      const ranges = planned.get(`${address} ${protocol}`) ?? [];
      planned.delete(`${address} ${protocol}`);
      // Disjoint ranges that make up the same set: nothing twice, nothing left out, nothing more.
      expect(portSetOfRanges({ [protocol]: ranges })[protocol]).toEqual(asked[protocol]);
    }
  }
  expect([...planned.keys()]).toEqual([]);
}

describe("a pass", () => {
  test("plans every cell that is asked exactly once, and no other", () => {
    fc.assert(
      fc.property(someAsks, fc.integer({ min: 1, max: 4 }), context, (asks, pass, plan) => {
        expectExactlyOnce(planPass(asks, pass, plan), asks);
      }),
    );
  });

  test("mixes no families, no protocols, and no address of ours with others in a shard", () => {
    fc.assert(
      fc.property(someAsks, context, (asks, plan) => {
        for (const shard of planPass(asks, 1, plan)) {
          expect(new Set(shard.addresses.map(familyOf)).size).toBe(1);
          expect(new Set(shard.addresses.map(plan.isLocal)).size).toBe(1);
          expect(shard.ports.tcp.length === 0 || shard.ports.udp.length === 0).toBe(true);
          expect(countPorts(shard.ports)).toBeGreaterThan(0);
          expect(shard.addresses.length).toBeLessThanOrEqual(20);
        }
      }),
    );
  });

  test("cuts shards of 30 seconds at most, or of a single port", () => {
    fc.assert(
      fc.property(someAsks, fc.integer({ min: 1, max: 3 }), context, (asks, pass, plan) => {
        for (const shard of planPass(asks, pass, plan)) {
          const asked = countPorts(shard.ports);
          const seconds = (asked * shard.addresses.length) / shard.rate;
          expect(seconds <= 30 || asked === 1).toBe(true);
        }
      }),
    );
  });

  test("keeps each shard within its slot, and within the cap of its hosts", () => {
    fc.assert(
      fc.property(someAsks, fc.integer({ min: 1, max: 3 }), context, (asks, pass, plan) => {
        const { budget } = plan;
        for (const shard of planPass(asks, pass, plan)) {
          if (shard.addresses.every(plan.isLocal)) expect(shard.rate).toBe(budget.localRate);
          else {
            expect(shard.rate).toBeLessThanOrEqual(budget.slotRate);
            expect(shard.rate).toBeLessThanOrEqual((budget.hostRate ?? budget.rate) * shard.addresses.length);
          }
          expect(shard.rate).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });

  test("numbers its shards, each id once", () => {
    fc.assert(
      fc.property(someAsks, context, (asks, plan) => {
        const ids = planPass(asks, 2, plan).map((shard) => shard.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => /^sweep-2-\d+$/.test(id))).toBe(true);
      }),
    );
  });
});

describe("discovery", () => {
  test("asks each address exactly once a round, in shards of one family and place", () => {
    fc.assert(
      fc.property(someAddresses, context, (addresses, plan) => {
        const shards = planDiscovery(addresses, 1, plan);
        expect(shards.flatMap((s) => s.addresses).sort()).toEqual([...addresses].sort());
        for (const shard of shards) {
          expect(shard).toMatchObject({ stage: "discover", probe: "hosts", pass: 1 });
          expect(new Set(shard.addresses.map(familyOf)).size).toBe(1);
          expect(new Set(shard.addresses.map(plan.isLocal)).size).toBe(1);
        }
      }),
    );
  });

  test("keeps to the slot and the cap a host, in shards of 30 seconds or as short as the cap lets them be", () => {
    fc.assert(
      fc.property(someAddresses, context, (addresses, plan) => {
        const { budget } = plan;
        for (const shard of planDiscovery(addresses, 1, plan)) {
          const count = shard.addresses.length;
          if (shard.addresses.every(plan.isLocal)) {
            expect(shard.rate).toBe(budget.localRate);
          } else {
            expect(shard.rate).toBeLessThanOrEqual(budget.slotRate);
            expect(shard.rate).toBeLessThanOrEqual((budget.hostRate ?? budget.rate) * count);
          }
          const seconds = (count * DISCOVERY_PROBES) / shard.rate;
          const least = DISCOVERY_PROBES / (budget.hostRate ?? budget.rate);
          expect(seconds <= Math.max(30, least) || count === 1).toBe(true);
        }
      }),
    );
  });
});

describe("later stages", () => {
  test("identification is one shard a host and protocol, on the open ports alone", () => {
    fc.assert(
      fc.property(someAsks, context, (asks, plan) => {
        const shards = planIdentify(asks, plan);
        expectExactlyOnce(shards, asks);
        for (const shard of shards) {
          expect(shard).toMatchObject({ stage: "identify", probe: "services" });
          expect(shard.addresses).toHaveLength(1);
        }
      }),
    );
  });

  test("a slow look asks each port once, at 25 packets a second at most, UDP at one", () => {
    fc.assert(
      fc.property(someAsks, context, (asks, plan) => {
        const shards = planLook(asks, 1, plan);
        expectExactlyOnce(shards, asks);
        for (const shard of shards) {
          expect(shard).toMatchObject({ stage: "confirm", probe: "ports" });
          expect(shard.addresses).toHaveLength(1);
          expect(shard.rate).toBeLessThanOrEqual(shard.ports.udp.length > 0 ? 1 : 25);
          expect(shard.rate).toBeGreaterThanOrEqual(1);
          expect(shard.rate).toBeLessThanOrEqual(plan.budget.hostRate ?? 25);
        }
      }),
    );
  });

  test("the last look asks each host once, with a port that is known to answer beside the usual ones", () => {
    const plan = { budget: budgetFor({ pace: "steady", rate: null, hostRate: null }), isLocal: () => false };
    const answering = new Map<Address, number | null>([
      ["198.18.0.1" as Address, 8443],
      ["2001:db8::1" as Address, null],
    ]);
    const shards = planLastLook(answering, 2, plan);
    expect(shards.flatMap((s) => s.addresses)).toEqual(["198.18.0.1", "2001:db8::1"]);
    expect(shards.flatMap((s) => [...listPorts(s.ports)])).toEqual([{ protocol: "tcp", port: 8443 }]);
    expect(shards.map((s) => s.id)).toEqual(["confirm-last-2-1", "confirm-last-2-2"]);
    expect(shards.every((s) => s.stage === "confirm" && s.probe === "hosts")).toBe(true);
  });
});
