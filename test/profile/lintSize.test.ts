/** Many hosts against many entries. The bounds are many times what an idle machine takes: they catch squares, not milliseconds. */
import { expect, test } from "vitest";
import type { BoundProfile } from "../../src/profile/bind.js";
import { explain } from "../../src/profile/explain.js";
import { lintProfile } from "../../src/profile/lint.js";
import { parseAddress } from "../../src/scope/address.js";
import { portSetOfRanges } from "../../src/scope/portSet.js";
import { bind } from "./bound.js";

const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");

const hosts = Array.from({ length: 10_000 }, (_, n) => parseAddress(`10.0.${n >> 8}.${n & 255}`));

function within<T>(limit: number, work: () => T): T {
  const started = performance.now();
  const result = work();
  expect(performance.now() - started).toBeLessThan(limit);
  return result;
}

function idleRows(bound: BoundProfile): number {
  const ports = portSetOfRanges({ tcp: [[1, 65_535]] });
  const coveredSince = hosts.map((address) => ({ address, ports }));
  const lastOpen = { openSince: [], coveredSince, days: 90 };
  return lintProfile(bound, { seenHosts: hosts, lastOpen }).filter(({ message }) =>
    message.endsWith("on the 10000 hosts where it was looked for: a candidate to remove"),
  ).length;
}

test("10,000 hosts are held against 2,000 groups on nested networks", () => {
  const groups = lines(
    2000,
    (n) =>
      `  - {id: g${n}, match: {network: 10.0.0.0/${8 + (n % 8)}}, allowed: [${1000 + n}/tcp, ${5000 + n}/tcp]}`,
  );
  const bound = bind(`version: 1\ngroups:\n${groups}`);
  expect(within(20_000, () => idleRows(bound))).toBe(4000);
}, 120_000);

test("10,000 hosts are held against a group of 5,000 entries", () => {
  const entries = lines(5000, (n) => `      - ${1000 + n * 3}/tcp`);
  const bound = bind(
    `version: 1\ngroups:\n  - id: g\n    match: {network: 10.0.0.0/8}\n    allowed:\n${entries}`,
  );
  expect(within(20_000, () => idleRows(bound))).toBe(5000);
}, 120_000);

test("a host that 2,000 groups match is explained in a second or so", () => {
  const groups = lines(
    2000,
    (n) =>
      `  - {id: g${n}, match: {network: 10.0.0.0/${8 + (n % 17)}}, allowed: [${3000 + n}-${9000 + n * 2}/tcp]}`,
  );
  const bound = bind(`version: 1\ngroups:\n${groups}`);
  expect(within(10_000, () => explain(bound, parseAddress("10.0.0.1"))).length).toBeGreaterThan(3000);
}, 120_000);
