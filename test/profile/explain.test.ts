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

const EXCEPTIONS = `version: 1
vantages: {bastion: , office: }
groups:
  - {id: lan, match: {network: 10.0.0.0/24}, allowed: [22/tcp, {port: 8000-8003/tcp, from: office}]}
exceptions:
  - {id: E1, match: {address: 10.0.0.5}, ports: [8002/tcp, 9090/tcp], owner: o, reason: r, expires: 2026-06-15}
`;
const NOON = Date.parse("2026-06-15T12:00:00Z");

test("the exception that covers a port is shown with its row, be it over or not, and so are its ports", () => {
  const rows = (at?: number) =>
    explain(bind(EXCEPTIONS), parseAddress("10.0.0.5"), undefined, at)
      .filter(({ from }) => from > 1000 && from !== 3389 && from !== 6379)
      .map(({ text, expectation: { verdict, elsewhere }, exception }) =>
        [text, verdict, elsewhere, exception?.exception.id, exception?.active].join(" "),
      );
  expect(rows(NOON)).toEqual([
    "8000-8001/tcp forbidden not-from  ",
    "8002/tcp forbidden not-from E1 true",
    "8003/tcp forbidden not-from  ",
    "9090/tcp unlisted  E1 true",
  ]);
  expect(rows(NOON + 86_400_000)[1]).toBe("8002/tcp forbidden not-from E1 false");
  // Without a time nothing can be said of exceptions.
  expect(rows()).toEqual(["8000-8003/tcp forbidden not-from  ", "9090/tcp unlisted   "]);
});

test("of a port that may be open the exception for another service is shown", () => {
  const text = EXCEPTIONS.replace("ports: [8002/tcp, 9090/tcp]", "ports: 22/tcp, rules: wrong-service");
  const [row] = explain(bind(text), parseAddress("10.0.0.5"), { protocol: "tcp", port: 22 }, NOON);
  expect(row).toMatchObject({ expectation: { verdict: "allowed" }, exception: { active: true } });
});

test("one port with its exception", () => {
  const [row] = explain(bind(EXCEPTIONS), parseAddress("10.0.0.5"), { protocol: "tcp", port: 9090 }, NOON);
  expect(row?.exception).toMatchObject({ exception: { id: "E1" }, active: true });
  const [other] = explain(bind(EXCEPTIONS), parseAddress("10.0.0.6"), { protocol: "tcp", port: 9090 }, NOON);
  expect(other?.exception).toBeNull();
});
