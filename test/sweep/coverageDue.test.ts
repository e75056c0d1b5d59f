import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { HostObservation } from "../../src/facts/observation.js";
import type { PortSet } from "../../src/facts/port.js";
import { countCoverage } from "../../src/sweep/coverageDue.js";
import { silentObservation } from "../../src/sweep/settle.js";
import { ports } from "./results.js";

const ALIVE = "198.18.0.1" as Address;
const OTHER = "198.18.0.2" as Address;
const alive = (covered: string, address = ALIVE): HostObservation => ({
  ...silentObservation(address, false),
  presence: "alive",
  covered: ports(covered),
});
const context = (expected: Address[] = [], neverAsked: Address[] = []) => ({
  asked: ports("T:1-10"),
  expected: new Set(expected),
  neverAsked: new Set(neverAsked),
  postponed: new Map<Address, PortSet>(),
});

describe("the cells due", () => {
  test("are the asked ports of hosts that answered", () => {
    expect(countCoverage([alive("T:1-8")], context())).toEqual({ due: 10, covered: 8, share: 0.8 });
  });

  test("are those of hosts expected too, which a silent one cannot cover", () => {
    const observed = [alive("T:1-10"), silentObservation(OTHER, false)];
    expect(countCoverage(observed, context([OTHER]))).toEqual({ due: 20, covered: 10, share: 0.5 });
  });

  test("are those of an expected host that no observation mentions", () => {
    expect(countCoverage([], context([OTHER]))).toEqual({ due: 10, covered: 0, share: 0 });
  });

  test("are those of addresses that could not be asked: nobody knows whether they live", () => {
    expect(countCoverage([alive("T:1-10")], context([], [OTHER])).share).toBe(0.5);
  });

  test("are not those that a window's end left for another run", () => {
    const postponed = new Map([[ALIVE, ports("T:6-10")]]);
    const due = { ...context(), postponed };
    expect(countCoverage([alive("T:1-5")], due)).toEqual({ due: 5, covered: 5, share: 1 });
    // What was covered all the same is due and covered, so that there is never more than all.
    expect(countCoverage([alive("T:1-4,6-8")], due)).toEqual({ due: 8, covered: 7, share: 7 / 8 });
  });

  test("count a host once, however many reasons there are", () => {
    expect(countCoverage([alive("T:1-10")], context([ALIVE], [ALIVE])).due).toBe(10);
  });

  test("are none for a silent address that nobody expects, and then there is no share", () => {
    expect(countCoverage([silentObservation(OTHER, false)], context())).toEqual({
      due: 0,
      covered: 0,
      share: null,
    });
  });

  test("do not grow by what was proved beyond the question", () => {
    expect(countCoverage([alive("T:1-100")], context()).share).toBe(1);
  });
});
