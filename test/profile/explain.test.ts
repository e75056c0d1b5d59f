import { expect, test } from "vitest";
import { explain } from "../../src/profile/explain.js";
import { parseAddress } from "../../src/scope/address.js";
import { bind } from "./bound.js";

const BOUND = bind(`version: 1
defaults: {high_risk: [23/tcp]}
groups:
  - {id: lan, match: {network: 10.0.0.0/24}, allowed: [8000-8100/tcp, 53/udp]}
  - {id: one, match: {address: 10.0.0.5}, forbidden: [8080/tcp], required: [ssh]}
`);

test("each listed port has one row; neighbours of which the same is said share it", () => {
  const rows = explain(BOUND, parseAddress("10.0.0.5"));
  expect(
    rows.map(({ text, expectation }) => `${text} ${expectation.verdict} ${expectation.groupId}`),
  ).toEqual([
    "22/tcp required one",
    "23/tcp forbidden one",
    "8000-8079/tcp allowed lan",
    "8080/tcp forbidden one",
    "8081-8100/tcp allowed lan",
    "53/udp allowed lan",
  ]);
});

test("a row says why, and what came second", () => {
  const [row] = explain(BOUND, parseAddress("10.0.0.5"), { protocol: "tcp", port: 8080 });
  expect(row?.expectation.why).toBe("forbidden by `8080/tcp` in group `one` (address 10.0.0.5)");
  expect(row?.expectation.runnersUp).toMatchObject([
    {
      verdict: "allowed",
      groupId: "lan",
      line: { line: 4 },
      why: "address 10.0.0.5 is more specific than network 10.0.0.0/24",
    },
  ]);
});

test("a port that nobody lists is explained too", () => {
  const [row] = explain(BOUND, parseAddress("10.0.0.5"), { protocol: "tcp", port: 99 });
  expect(row?.expectation.why).toBe("no group of this host lists it; unlisted ports are forbidden");
  const [other] = explain(BOUND, parseAddress("192.0.2.1"), { protocol: "tcp", port: 99 });
  expect(other?.expectation.why).toBe("no group matches this host; unlisted ports are forbidden");
});
