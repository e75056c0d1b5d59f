import { describe, expect, test } from "vitest";
import { type LintContext, lintProfile } from "../../src/profile/lint.js";
import { parseAddress } from "../../src/scope/address.js";
import { bind, type Place } from "./bound.js";

const HEAD = `version: 1
groups: [{id: a, match: {network: 10.0.0.0/24}, allowed: [22/tcp, {port: 443/tcp, service: https}]}]
exceptions:
`;
const write = (id: string, rest: string) => `  - {id: ${id}, ${rest}, owner: li.wei, reason: r}\n`;

function lint(exceptions: string, context: LintContext = {}, place: Place = {}): readonly string[] {
  const rows = lintProfile(bind(HEAD + exceptions, {}, place), context);
  return rows.map(({ level, message, line }) => `${level} ${line.line}: ${message}`);
}

const ONE = "match: {address: 10.0.0.1}, ports: 8080/tcp";
const seenHosts = ["10.0.0.1", "10.0.0.2"].map(parseAddress);

describe("the end of an exception", () => {
  const rows = (expires: string, now: string, zone = "UTC") =>
    lint(write("E", `${ONE}, expires: ${expires}`), { now: Date.parse(now) }, { zone });

  test.each([
    ["2026-03-31", "2026-04-01T00:00:00Z", "ended with 2026-03-31 (1 day ago)"],
    ["2026-03-31", "2026-04-12T08:00:00Z", "ended with 2026-03-31 (12 days ago)"],
    ["2026-03-31", "2026-03-31T23:59:59Z", "ends with 2026-03-31 (today)"],
    ["2026-03-31", "2026-03-30T23:00:00Z", "ends with 2026-03-31 (in 1 day)"],
    ["2026-03-31", "2026-03-17T12:00:00Z", "ends with 2026-03-31 (in 14 days)"],
  ])("%s is told at %s", (expires, now, told) => {
    const [row] = rows(expires, now);
    expect(row).toContain(`warning 4: exception \`E\` ${told}`);
    expect(row).toContain("ask li.wei");
  });

  test("is not told long before, without a time, and by another zone's midnight", () => {
    expect(rows("2026-03-31", "2026-03-16T12:00:00Z")).toEqual([]);
    expect(lint(write("E", `${ONE}, expires: 2020-01-01`))).toEqual([]);
    expect(rows("2026-03-31", "2026-03-31T17:00:00Z", "Asia/Shanghai")[0]).toContain("ended with");
  });
});

describe("an exception", () => {
  const lasting = (id: string, rest: string) => write(id, `${rest}, expires: 2030-01-01`);

  test("that matches no host seen is told, unless it is for another vantage or realm", () => {
    const other = "match: {address: 10.0.0.9}, ports: 8080/tcp";
    const rows = ["warning 4: exception `E` matches none of the hosts seen"];
    expect(lint(lasting("E", other), { seenHosts })).toEqual(rows);
    expect(lint(lasting("E", `${other}, from: office`), { seenHosts })).toEqual([]);
    const lab = "match: {address: 10.0.0.9, realm: lab}, ports: 8080/tcp";
    expect(lint(lasting("E", lab), { seenHosts })).toEqual([]);
    expect(lint(lasting("E", lab), { seenHosts }, { realm: "lab" })).toEqual(rows);
  });

  test("that can never match, or names a host without an address, is told", () => {
    expect(lint(lasting("E", "match: {tags: web}, ports: 8080/tcp"), { seenHosts })[0]).toContain(
      "exception `E` can never match: no host has the tag `web`",
    );
    expect(lint(lasting("E", "match: {host: gone.example}, ports: 8080/tcp"), { seenHosts })).toEqual([
      "warning 4: exception `E`: the name gone.example has no address, so it matches no host",
    ]);
  });

  test("that accepts the same as another is told", () => {
    const again = "match: {address: 10.0.0.1}, ports: [8080/tcp]";
    expect(
      lint(lasting("E1", ONE) + lasting("E2", again) + lasting("E3", `${ONE}, rules: wrong-service`)),
    ).toEqual(["warning 5: exception `E2` accepts the same as `E1` in p.yaml:4"]);
  });

  test("for too much at once is told", () => {
    expect(lint(lasting("E", "match: {address: 10.0.0.1}, ports: 1-65535/tcp"))).toEqual([
      "warning 4: exception `E`: `1-65535/tcp` accepts 65535 ports at once",
    ]);
    const wide = (match: string) => lint(lasting("E", `match: ${match}, ports: 8080/tcp`));
    expect(wide("{network: 10.0.0.0/8}")).toEqual([
      "warning 4: exception `E` is for 16777216 addresses: name the hosts it is for",
    ]);
    expect(wide("{realm: default}")).toEqual([
      "warning 4: exception `E` is for every host of its realm: name the hosts it is for",
    ]);
    expect(wide("{network: 10.0.0.0/16}")).toEqual([]);
    expect(wide("{network: 10.0.0.0/8, address: 10.0.0.0/24}")).toEqual([]);
  });

  test("for what may be open anyway is told, unless the service is in question", () => {
    const rows = (rest: string) =>
      lint(lasting("E", `match: {network: 10.0.0.0/24}, ${rest}`), { seenHosts });
    const told = ["warning 4: exception `E` is for what the profile permits anyway on every host seen"];
    expect(rows("ports: 22/tcp")).toEqual(told);
    expect(rows("ports: [22/tcp, 23/tcp]")).toEqual([]);
    expect(rows("ports: 443/tcp")).toEqual([]);
    expect(rows("ports: 443/tcp, rules: unexpected-open")).toEqual(told);
    expect(rows("ports: 22/tcp, rules: required-missing")).toEqual([]);
    expect(rows("ports: 22/tcp, rules: firewall-hole")).toEqual([]);
    expect(rows("rules: host-missing")).toEqual([]);
  });
});
