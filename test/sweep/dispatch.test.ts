import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { Cap } from "../../src/facts/cap.js";
import { networkContains, parseNetwork } from "../../src/scope/network.js";
import { countPorts } from "../../src/scope/portSet.js";
import { type Budget, budgetFor } from "../../src/sweep/pace.js";
import { askedBy, dispatchAll, type Sight } from "./dispatchedWork.js";
import { ports } from "./results.js";

const HOSTS = [
  ...Array.from({ length: 12 }, (_, i) => `10.0.${i % 3}.${i + 1}`),
  ...["10.1.0.1", "10.1.0.2", "2001:db8::1", "2001:db8::2"],
] as Address[];
const SETS = ["T:1-900", "T:22,80,443", "T:1-4000", "T:1-50,U:53,161", "U:1-300"].map(ports);
const NETWORKS = ["10.0.0.0/16", "10.0.1.0/24", "10.0.1.2/32", "10.0.0.1/32", "2001:db8::/64", "0.0.0.0/0"];

const scope = fc
  .subarray(HOSTS, { minLength: 1 })
  .chain((hosts) =>
    fc
      .tuple(...hosts.map(() => fc.constantFrom(...SETS)))
      .map((asks) => new Map(hosts.map((host, i) => [host, asks[i] ?? ports("T:1")]))),
  );

const caps = fc
  .subarray(NETWORKS)
  .chain((networks) =>
    fc
      .tuple(...networks.map(() => fc.constantFrom(1, 7, 50, 130, 400, 3000)))
      .map((rates) => networks.map((network, i): Cap => ({ network, rate: rates[i] ?? 1 }))),
  );

const budget = fc
  .record({
    pace: fc.constantFrom("gentle", "steady", "fast"),
    rate: fc.option(fc.constantFrom(2, 30, 500, 1111, 20_000)),
    hostRate: fc.option(fc.constantFrom(10, 100, 999)),
    caps,
  })
  .map((request) => budgetFor(request as Parameters<typeof budgetFor>[0]));

const identified = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: 20_000 }),
    to: fc.integer({ min: 0, max: 60_000 }),
    address: fc.constantFrom(...HOSTS),
    rate: fc.constantFrom(5, 50),
  }),
  { maxLength: 6 },
);

const work = fc.record({
  budget,
  asks: scope,
  givesBack: fc.boolean(),
  lags: fc.array(fc.constantFrom(0, 1, 4), { minLength: 1, maxLength: 4 }),
});

const isUnder = ({ network }: Cap, address: Address) => networkContains(parseNetwork(network), address);
const sum = (rates: readonly { readonly rate: number }[]) => rates.reduce((all, { rate }) => all + rate, 0);

/** What the shards that send to a cap's hosts send together. */
const sentUnder = (cap: Cap, { sending }: Sight) =>
  sum(sending.filter(({ addresses }) => addresses.some((address) => isUnder(cap, address))));

function expectWithin(sight: Sight, of: Budget): void {
  expect(sum(sight.sending)).toBeLessThanOrEqual(of.rate);
  for (const cap of of.caps.list) expect(sentUnder(cap, sight)).toBeLessThanOrEqual(cap.rate);
  if (of.hostRate !== null)
    for (const { addresses, rate } of sight.sending)
      expect(rate).toBeLessThanOrEqual(of.hostRate * addresses.length);
  const busy = sight.running.flatMap(({ addresses }) => addresses);
  expect(new Set(busy).size).toBe(busy.length);
}

/** A tenth of what it could have, for a process that holds a host for less is worth nothing. */
function expectUsed(sight: Sight, of: Budget): void {
  if (sight.running.length >= of.processes) return;
  const named = Math.min(sum(sight.identifying), of.rate / 10);
  const idle = of.rate - sum(sight.sending) - named;
  for (const address of sight.waiting) {
    const over = of.caps.list.filter((cap) => isUnder(cap, address));
    const room = over.map((cap) => {
      const identifying = sum(sight.identifying.filter((one) => isUnder(cap, one.address)));
      return cap.rate - sentUnder(cap, sight) - Math.min(identifying, cap.rate / 10);
    });
    const most = Math.min(of.rate / of.slots, of.hostRate ?? of.rate, ...over.map(({ rate }) => rate));
    const could = Math.min(idle, ...room);
    expect(could, `for ${address}`).toBeLessThan(Math.max(1, most / 10) + 1e-6);
  }
}

describe("the dispatch of a sweep", () => {
  test("sends at no moment more than the budget or a cap allows, to no host from two processes", async () => {
    await fc.assert(
      fc.asyncProperty(work, async (each) => {
        await dispatchAll(each, (sight) => expectWithin(sight, each.budget));
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  test("leaves no more than a tenth of a slot idle while a host waits within its caps", async () => {
    await fc.assert(
      fc.asyncProperty(work, identified, async (each, asking) => {
        // Where nmap may be slower than its rate, all is held until it ends: idle for its last second, and known to be.
        const lags = each.givesBack && each.budget.explicit ? each.lags : [0];
        await dispatchAll({ ...each, lags, identified: asking }, (sight) => expectUsed(sight, each.budget));
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  test("asks every cell once, whatever the caps", async () => {
    await fc.assert(
      fc.asyncProperty(work, async (each) => {
        const { asked, cells } = askedBy(await dispatchAll(each, () => undefined));
        expect(cells).toBe([...each.asks.values()].reduce((all, ask) => all + countPorts(ask), 0));
        expect(asked).toEqual(each.asks);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  test("goes on with others at full speed while a capped host crawls", async () => {
    const slow = "10.0.0.1" as Address;
    const asks = new Map(["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((a) => [a as Address, ports("T:1-600")]));
    const capped = budgetFor({
      pace: "steady",
      rate: 300,
      hostRate: null,
      caps: [{ network: "10.0.0.1/32", rate: 10 }],
    });
    const shards = await dispatchAll({ budget: capped, asks, givesBack: true, lags: [0] }, () => undefined);
    expect(shards.filter(({ addresses }) => addresses.includes(slow)).every(({ rate }) => rate <= 10)).toBe(
      true,
    );
    expect(Math.max(...shards.map(({ rate }) => rate))).toBeGreaterThan(100);
  });

  test("caps the bastion's own addresses too where the caps name them", async () => {
    const asks = new Map([["127.0.0.1" as Address, ports("T:1-500")]]);
    const of = budgetFor({
      pace: "steady",
      rate: null,
      hostRate: null,
      caps: [{ network: "127.0.0.0/8", rate: 40 }],
    });
    const given = { budget: of, asks, givesBack: true, lags: [0], isLocal: () => true };
    const shards = await dispatchAll(given, (sight) => expect(sum(sight.sending)).toBeLessThanOrEqual(40));
    expect(askedBy(shards).cells).toBe(500);
  });
});
