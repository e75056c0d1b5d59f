import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetFor, PACES } from "../../src/sweep/pace.js";

describe("a budget", () => {
  test.each([
    ["gentle", 100, 20],
    ["steady", 500, 100],
    ["fast", 5000, 1000],
  ] as const)("at pace %s is %d packets a second, %d at one host", (pace, rate, hostRate) => {
    expect(budgetFor({ pace, rate: null, hostRate: null })).toMatchObject({
      rate,
      hostRate,
      explicit: false,
    });
  });

  test("with an explicit rate has no cap a host, and tells nmap to keep up", () => {
    expect(budgetFor({ pace: "steady", rate: 2000, hostRate: null })).toMatchObject({
      rate: 2000,
      hostRate: null,
      explicit: true,
      localRate: 2000,
    });
  });

  test("keeps a configured cap a host beside an explicit rate", () => {
    expect(budgetFor({ pace: "steady", rate: 2000, hostRate: 50 }).hostRate).toBe(50);
  });

  test("leaves a tenth to identification: slots times their rate stay within nine tenths", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PACES),
        fc.option(fc.integer({ min: 1, max: 1_000_000 })),
        fc.option(fc.integer({ min: 1, max: 1_000_000 })),
        (pace, rate, hostRate) => {
          const budget = budgetFor({ pace, rate, hostRate });
          // nmap takes whole packets a second from 1 on: below a dozen the tenth cannot be kept, one a slot is the floor.
          expect(budget.slots * budget.slotRate).toBeLessThanOrEqual(Math.max(1, budget.rate * 0.9));
          expect(budget.slots).toBeGreaterThanOrEqual(1);
          expect(budget.slots).toBeLessThanOrEqual(16);
          expect(budget.slotRate).toBeGreaterThanOrEqual(1);
          expect(Number.isInteger(budget.slotRate)).toBe(true);
          expect(budget.identifySlots).toBeGreaterThanOrEqual(4);
          expect(budget.identifySlots).toBeLessThanOrEqual(24);
        },
      ),
    );
  });

  test("wastes little: from 100 packets a second on the slots use at least four fifths of what they may", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 100_000 }), (rate) => {
        const budget = budgetFor({ pace: "steady", rate, hostRate: null });
        expect(budget.slots * budget.slotRate).toBeGreaterThanOrEqual(rate * 0.9 * 0.8);
      }),
    );
  });
});
