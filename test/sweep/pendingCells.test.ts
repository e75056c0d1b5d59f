import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { PortSet } from "../../src/facts/port.js";
import { familyOf } from "../../src/scope/address.js";
import { countPorts, formatPortSet, listPorts, portSetOf, subtractPorts } from "../../src/scope/portSet.js";
import { PendingCells } from "../../src/sweep/pendingCells.js";
import { ports } from "./results.js";

const hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "2001:db8::1", "2001:db8::2"] as Address[];
const sets = ["T:1-300", "T:22,80,443", "T:1-65535", "U:1-100", "T:1-50,U:53,161", "T:7-9,U:9-12"].map(ports);

const scope = fc
  .subarray(hosts, { minLength: 1 })
  .chain((addresses) =>
    fc
      .tuple(...addresses.map(() => fc.constantFrom(...sets)))
      .map((asks) => new Map(addresses.map((address, i) => [address, asks[i] as PortSet]))),
  );

const cellsOf = (asks: ReadonlyMap<Address, PortSet>) =>
  [...asks.values()].reduce((sum, ask) => sum + countPorts(ask), 0);

describe("cells that are pending", () => {
  test("are each given out once, however they are taken, and no others", () => {
    fc.assert(
      fc.property(
        scope,
        fc.infiniteStream(
          fc.record({
            mostHosts: fc.integer({ min: 1, max: 8 }),
            mostCells: fc.integer({ min: 1, max: 90_000 }),
            busy: fc.subarray(hosts),
          }),
        ),
        (asks, takes) => {
          const pending = new PendingCells();
          pending.add(asks, (address) => address.endsWith(".4"));
          const total = cellsOf(asks);
          expect(pending.cells).toBe(total);
          const asked = new Map<Address, Set<string>>();
          let given = 0;
          for (const { mostHosts, mostCells, busy } of takes) {
            if (pending.cells === 0) break;
            const isFree = (address: Address) => !busy.includes(address);
            // A port range of a large set at a time, or the test lasts for ever.
            const most = Math.max(mostCells, Math.ceil(total / 60));
            const block = pending.take({ mostHosts, mostCells: most, isFree });
            if (block === null) {
              expect(pending.free(isFree).hosts).toBe(0);
              continue;
            }
            expect(block.addresses.every(isFree)).toBe(true);
            expect(block.addresses.length).toBeLessThanOrEqual(mostHosts);
            const cells = block.addresses.length * countPorts(block.ports);
            expect(cells).toBeLessThanOrEqual(Math.max(most, block.addresses.length));
            expect(new Set(block.addresses.map(familyOf)).size).toBe(1);
            expect(countPorts(block.ports, block.protocol)).toBe(countPorts(block.ports));
            given += cells;
            expect(pending.cells).toBe(total - given);
            for (const address of block.addresses) {
              const known = asked.get(address) ?? new Set();
              asked.set(address, known);
              for (const { protocol, port } of listPorts(block.ports)) known.add(`${protocol}${port}`);
            }
          }
          expect(pending.cells).toBe(0);
          expect(given).toBe(total);
          for (const [address, ask] of asks) expect(asked.get(address)?.size).toBe(countPorts(ask));
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  test("of the hosts with most left are taken first", () => {
    const pending = new PendingCells();
    const [small, large] = hosts as [Address, Address];
    pending.add(
      new Map([
        [small, ports("T:1-10")],
        [large, ports("T:1-1000")],
      ]),
      () => false,
    );
    expect(pending.take({ mostHosts: 5, mostCells: 100, isFree: () => true })?.addresses).toEqual([large]);
    expect(pending.hosts).toBe(2);
  });
});

test("ports that are silent here and there go out in lists that Linux takes as one argument", () => {
  // Two of three, all with five digits: the longest list there is.
  const asked = portSetOf([...listPorts(ports("T:10000-65535"))].filter(({ port }) => port % 3 !== 0));
  expect(formatPortSet(asked).length).toBeGreaterThan(128 * 1024);
  const pending = new PendingCells();
  pending.add(new Map([["10.0.0.1" as Address, asked]]), () => false);
  let left = asked;
  while (pending.cells > 0) {
    const taken = pending.take({ mostHosts: 1, mostCells: 1e6, isFree: () => true })?.ports ?? ports("");
    expect(formatPortSet(taken).length).toBeLessThan(128 * 1024 - 100);
    expect(countPorts(subtractPorts(left, taken))).toBe(countPorts(left) - countPorts(taken));
    left = subtractPorts(left, taken);
  }
  expect(countPorts(left)).toBe(0);
});
