import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import {
  type HostWitnesses,
  noteWitnesses,
  resetLimited,
  type Witnesses,
} from "../../src/sweep/witnesses.js";
import { ports } from "./results.js";

const a = "10.0.0.1" as Address;
const b = "10.0.0.2" as Address;
const c = "10.0.0.3" as Address;

test("a port that answered before and is silent now was lost", () => {
  const witnesses: Witnesses = new Map();
  const before = { closed: ports("T:1-100,U:1-50"), open: ports("T:200-201") };
  noteWitnesses(witnesses, a, 1, before, { asked: ports("T:50-300"), silent: ports("T:60-61,201,250-300") });
  noteWitnesses(witnesses, a, 1, before, { asked: ports("T:1-10"), silent: ports("T:1") });
  noteWitnesses(witnesses, a, 0.5, before, { asked: ports("T:900"), silent: ports("T:900") });
  expect(witnesses).toEqual(
    new Map([[1, new Map([[a, { resets: { asked: 61, silent: 3 }, open: { asked: 2, silent: 1 } }]])]]),
  );
});

describe("a host limits its resets", () => {
  const host = (asked: number, silent: number, open = 0, openSilent = 0): HostWitnesses => ({
    resets: { asked, silent },
    open: { asked: open, silent: openSilent },
  });

  test("where they are lost and open ports are not", () => {
    expect(resetLimited(new Map([[a, host(1000, 900, 7)]]))).toEqual(new Set([a]));
  });

  test("where they are lost and its neighbours' are not", () => {
    const hosts = new Map([
      [a, host(1000, 900)],
      [b, host(1000, 1)],
      [c, host(1000, 0)],
    ]);
    expect(resetLimited(hosts)).toEqual(new Set([a]));
  });

  test("and not where everything is lost alike", () => {
    const hosts = new Map([
      [a, host(1000, 360, 7, 3)],
      [b, host(1000, 350, 7, 2)],
      [c, host(1000, 340, 6, 2)],
    ]);
    expect(resetLimited(hosts)).toEqual(new Set());
  });

  test("where few open ports were asked, and all of them would hardly have answered by chance", () => {
    // 0.2⁴ = 0.0016: two hosts that both limit their resets, and four services.
    const limited = new Map([
      [a, host(146, 117, 1)],
      [b, host(146, 117, 3)],
    ]);
    expect(resetLimited(limited)).toEqual(new Set([a, b]));
    // 0.64⁵ = 0.11: five services answer so often enough, at 20 % loss each way.
    expect(resetLimited(new Map([[a, host(1000, 360, 5)]]))).toEqual(new Set());
    // Of very many asked again nothing overflows.
    expect(resetLimited(new Map([[a, host(60_000, 30_000, 40_000, 20_000)]]))).toEqual(new Set());
  });

  test("nor where hardly anything is", () => {
    expect(resetLimited(new Map([[a, host(1000, 20, 7)]]))).toEqual(new Set());
  });
});
