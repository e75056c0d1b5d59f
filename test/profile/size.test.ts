/** Large profiles, and large broken ones. The bounds are many times what an idle machine takes: they catch squares, not milliseconds. */
import { expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import { refusal } from "./refusal.js";

const SECONDS = 1000;

function within<T>(limit: number, work: () => T): T {
  const started = performance.now();
  const result = work();
  expect(performance.now() - started).toBeLessThan(limit);
  return result;
}

const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");

test("2,000 groups and 500 exceptions are read in a second or so", () => {
  const text = `version: 1
networks:
${lines(200, (n) => `  net${n}: [10.${n}.0.0/16]`)}hosts:
${lines(1000, (n) => `  host${n}: [10.200.${n >> 8}.${n & 255}, 10.201.${n >> 8}.${n & 255}]`)}groups:
${lines(
  2000,
  (n) => `  - id: g${n}
    match: { network: net${n % 200}, host: [host${n % 1000}, 10.9.${n >> 8}.${n & 255}] }
    templates: web
    required: [ssh, { port: ${1000 + n}/tcp, service: http, from: bastion }]
    allowed: [9100/tcp, { port: 123/udp, reason: time }]
    forbidden: [telnet]`,
)}exceptions:
${lines(
  500,
  (n) =>
    `  - { id: E${n}, match: { address: 10.7.${n >> 8}.${n & 255} }, ports: 8080/tcp, owner: x, reason: y, expires: 2027-01-01 }`,
)}`;
  const profile = within(10 * SECONDS, () => parseProfile(text, "p.yaml"));
  expect(profile.groups).toHaveLength(2000);
  expect(profile.exceptions).toHaveLength(500);
  expect(profile.exceptions.at(-1)?.line.line).toBe(text.split("\n").length - 1);
});

test("20,000 names in one map are read one by one", () => {
  const hosts = lines(20_000, (n) => `  h${n}: 10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  const profile = within(15 * SECONDS, () => parseProfile(`version: 1\nhosts:\n${hosts}`, "p.yaml"));
  expect(profile.hosts).toHaveLength(20_000);
  expect(refusal(`version: 1\nhosts:\n${hosts}  h7: 192.0.2.1\n`).message).toBe(
    "p.yaml:20003:3: the key `h7` stands here a second time",
  );
}, 60_000);

test("near words are looked for only where they are shown", () => {
  const networks = lines(2000, (n) => `  network-of-site-${n}: 10.0.0.0/8`);
  const groups = lines(2000, (n) => `  - {id: g${n}, match: {network: netwrok-of-site-${n}}}`);
  const { message } = within(15 * SECONDS, () =>
    refusal(`version: 1\nnetworks:\n${networks}groups:\n${groups}`),
  );
  expect(message).toContain("p.yaml has 2000 problems");
  expect(message).toContain(
    "p.yaml:2004:31: unknown network `netwrok-of-site-0`; did you mean `network-of-site-0`?",
  );
});

test("a mistake behind an alias is told once, where it is written", () => {
  const { message } = refusal(
    `version: 1\ngroups:\n  - {id: a, allowed: &list [70000/tcp]}\n${lines(900, (n) => `  - {id: a${n}, allowed: *list}`)}`,
  );
  expect(message).toBe("p.yaml:3:29: port 70000 is past 65535");
});

test("an alias is the last anchor of its name before it", () => {
  const text =
    "version: 1\ngroups:\n  - {id: a, allowed: &x [1/tcp]}\n  - {id: b, allowed: *x}\n  - {id: c, allowed: &x [2/tcp]}\n  - {id: d, allowed: *x}\n";
  const { groups } = parseProfile(text, "p.yaml");
  expect(groups.map(({ entries }) => entries.map(({ text, line }) => `${text} :${line.line}`))).toEqual([
    ["1/tcp :3"],
    ["1/tcp :3"],
    ["2/tcp :5"],
    ["2/tcp :5"],
  ]);
});

test("groups extend each other 20 deep, services name each other 100 deep, and no deeper", () => {
  const groups = (depth: number) =>
    `version: 1\ngroups:\n${lines(depth, (n) => `  - {id: g${n}, extends: g${n + 1}}`)}  - {id: g${depth}}\n`;
  expect(parseProfile(groups(20), "p.yaml").groups).toHaveLength(21);
  expect(refusal(groups(21)).message).toBe("p.yaml:3:23: groups extend each other more than 20 deep");
  const services = (depth: number) =>
    `version: 1\nservices:\n${lines(depth, (n) => `  s${n}: [s${n + 1}]`)}  s${depth}: [1/tcp]\n`;
  expect(() => parseProfile(services(100), "p.yaml")).not.toThrow();
  expect(refusal(services(101)).message).toBe("p.yaml:104:3: services name each other more than 100 deep");
});
