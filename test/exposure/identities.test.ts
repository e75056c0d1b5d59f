import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import type { HostView } from "../../src/facts/view.js";
import { bindIdentities } from "../../src/profile/identities.js";
import { addressSetOf } from "../../src/scope/addressSet.js";
import { asset, bind } from "../profile/bound.js";
import { address, DAY, makeHost, makeRow, makeView, openHost, quiet, START } from "./views.js";

const A = "10.20.1.10";
const B = "10.30.1.10";
const PROFILE = `version: 1
hosts: {db01: {addresses: [${A}, ${B}], owner: dba, system: billing, tags: [linux]}}
groups: [{id: db, match: {host: db01}, required: [22/tcp]}]
`;

function brief(hosts: readonly HostView[], text = PROFILE) {
  const { findings, notes } = judge(makeView(hosts), bind(text));
  return { found: findings.map(({ rule, address, port }) => `${rule} ${address} ${port}`), findings, notes };
}

describe("who answers for a host", () => {
  test("is on its findings and ports, by the profile's hosts", () => {
    const { findings, ports } = judge(makeView([openHost(B, "22/tcp", "80/tcp")]), bind(PROFILE));
    const who = { owner: "dba", system: "billing", tags: ["linux"] };
    expect(findings).toMatchObject([{ rule: "unexpected-open", host: "db01", ...who }]);
    expect(ports).toMatchObject([
      { hostName: "db01", ...who },
      { hostName: "db01", ...who },
    ]);
  });

  test("is the profile's entry first", () => {
    const text = PROFILE.replace(
      "required: [22/tcp]",
      "owner: ops, forbidden: [{port: 80/tcp, owner: anna}]",
    );
    const { findings } = brief([openHost(A, "80/tcp", "81/tcp")], text);
    expect(findings.map(({ port, owner }) => [port, owner])).toEqual([
      [80, "anna"],
      [81, "ops"],
    ]);
  });

  test("is told by assets, too, with and without a profile", () => {
    const assets = [asset([A], { id: "srv-7", owner: "net", system: "shop", tags: ["prod"] })];
    const identities = bindIdentities([], assets, { vantage: "bastion", realm: "default" });
    const view = makeView([openHost(A, "23/tcp")]);
    const who = { host: "srv-7", owner: "net", system: "shop", tags: ["prod"] };
    expect(judge(view, null, { identities }).findings).toMatchObject([who]);
    expect(judge(view, null, { identities }).ports).toMatchObject([{ hostName: "srv-7", owner: "net" }]);
    expect(judge(view, bind("version: 1", {}, { assets })).findings).toMatchObject([
      { rule: "forbidden-open", ...who },
      { rule: "host-unknown", ...who },
    ]);
  });

  test("is nobody, where nobody knows the address", () => {
    expect(judge(makeView([openHost(A, "23/tcp")]), null).findings).toMatchObject([
      { host: null, owner: null, system: null, tags: [] },
    ]);
  });
});

const closed = quiet("closed", "22/tcp");

describe("a required port of a host with several addresses", () => {
  test.each<[what: string, hosts: readonly HostView[], found: readonly string[], unknown: number]>([
    [
      "is there where any address has it open",
      [makeHost(A, { quiet: [closed] }), openHost(B, "22/tcp")],
      [],
      0,
    ],
    [
      "is missing where all prove so: once, at the first address",
      [makeHost(B, { quiet: [closed] }), makeHost(A, { quiet: [closed] })],
      [`required-missing ${A} 22`],
      0,
    ],
    ["is unknown where one was not covered", [makeHost(A, { quiet: [closed] }), makeHost(B)], [], 1],
    [
      "is unknown where the other address answers nothing",
      [makeHost(A, { presence: "silent" }), makeHost(B, { quiet: [closed] })],
      [],
      1,
    ],
    ["is unknown where the other address was not asked", [makeHost(B, { quiet: [closed] })], [], 1],
    ["is there where it is open at the one address that was asked", [openHost(B, "22/tcp")], [], 0],
    [
      "is unknown where one address answers nothing and the other was not asked",
      [makeHost(B, { presence: "silent" })],
      [],
      1,
    ],
  ])("%s", (_what, hosts, found, unknown) => {
    const judged = brief(hosts);
    expect(judged.found).toEqual(found);
    expect(judged.notes).toEqual(
      unknown === 0 ? [] : [`not covered in this run: ${unknown} required port${unknown === 1 ? "" : "s"}`],
    );
  });

  test("is missing since the last of them closed", () => {
    const row = (host: string, days: number) =>
      makeRow(host, "22/tcp", { state: "closed", proof: "closed", firstSeen: START - days * DAY });
    const { findings } = brief([makeHost(A, { ports: [row(A, 20)] }), makeHost(B, { ports: [row(B, 5)] })]);
    expect(findings).toMatchObject([{ firstSeen: START - 5 * DAY }]);
    expect(findings[0]?.evidence).toMatch(`closed on ${A}, closed on ${B}: required by`);
  });
});

describe("host-missing", () => {
  test.each<[what: string, hosts: readonly HostView[], found: readonly string[]]>([
    [
      "is no host of which one address answers",
      [makeHost(A, { presence: "silent" }), openHost(B, "22/tcp")],
      [],
    ],
    [
      "is one host of which none answers, at its first address",
      [makeHost(B, { presence: "vanished" }), makeHost(A, { presence: "silent" })],
      [`host-missing ${A} null`],
    ],
    ["is no host of which one address was not asked", [makeHost(B, { presence: "silent" })], []],
    [
      "is no host of which one address was asked and not covered",
      [makeHost(A, { presence: "silent" }), makeHost(B, { presence: "not-covered" })],
      [],
    ],
  ])("%s", (_what, hosts, found) => {
    expect(brief(hosts).found).toEqual(found);
  });

  test("takes the newest answer of all addresses", () => {
    const { findings } = brief([
      makeHost(A, { presence: "silent", lastAlive: START - 9 * DAY }),
      makeHost(B, { presence: "silent", lastAlive: START - 2 * DAY }),
    ]);
    expect(findings).toMatchObject([{ firstSeen: START - 2 * DAY, owner: "dba", host: "db01" }]);
    expect(findings[0]?.evidence).toContain(`answers nothing on ${A}, ${B} and group`);
  });

  test("knows addresses that the view only counts", () => {
    const bound = bind(PROFILE);
    const found = (hosts: readonly HostView[], ...counted: readonly string[]) =>
      judge(makeView(hosts), bound, { silent: addressSetOf(counted.map(address)) }).findings.map(
        (finding) => `${finding.rule} ${finding.address}`,
      );
    expect(found([], A, B)).toEqual([`host-missing ${A}`]);
    expect(found([makeHost(B, { presence: "silent" })], A)).toEqual([`host-missing ${A}`]);
    expect(found([], B)).toEqual([]);
    expect(found([openHost(B, "22/tcp")], A, B)).toEqual([]);
  });
});

describe("a host that is met here by another address than its own", () => {
  const text = PROFILE.replace("owner: dba", "seen_as: {bastion: 192.0.2.7}, owner: dba");
  const NAT = "192.0.2.7";

  test("is missing, and lacks its port, where that one was asked: its own are not met here", () => {
    expect(brief([makeHost(NAT, { presence: "silent" })], text).found).toEqual([`host-missing ${NAT} null`]);
    const { found, findings } = brief([makeHost(NAT, { quiet: [closed] })], text);
    expect(found).toEqual([`required-missing ${NAT} 22`]);
    expect(findings[0]?.evidence).toMatch(/^closed: required by/);
  });

  test("is not, where only its own were asked", () => {
    const silent = [A, B].map((each) => makeHost(each, { presence: "silent" }));
    expect(brief(silent, text).found).toEqual([]);
    expect(brief([makeHost(A, { quiet: [closed] }), makeHost(B, { quiet: [closed] })], text)).toMatchObject({
      found: [],
      notes: ["not covered in this run: 1 required port"],
    });
  });

  test("is told of with every address that was looked at", () => {
    const gone = [NAT, A].map((each) => makeHost(each, { presence: "silent" }));
    expect(brief(gone, text).findings[0]?.evidence).toContain(`answers nothing on ${NAT}, ${A} and group`);
    const lacking = [makeHost(NAT, { quiet: [closed] }), makeHost(A, { quiet: [closed] }), makeHost(B)];
    expect(brief(lacking, text).findings[0]?.evidence).toMatch(`closed on ${NAT}, closed on ${A}: required`);
  });
});

describe("host-unknown", () => {
  test("is told of each address, and of none of a host that a group matches by any", () => {
    const hosts = `hosts: {x: [${A}, ${B}]}`;
    expect(brief([makeHost(A), makeHost(B)], `version: 1\n${hosts}`).found).toEqual([
      `host-unknown ${A} null`,
      `host-unknown ${B} null`,
    ]);
    const text = `version: 1\n${hosts}\ngroups: [{id: a, match: {address: ${B}}}]`;
    expect(brief([makeHost(A), makeHost(B)], text).found).toEqual([]);
  });
});
