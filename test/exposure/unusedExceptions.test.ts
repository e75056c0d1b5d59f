import { describe, expect, test } from "vitest";
import { silentAddresses } from "../../src/exposure/askedAddresses.js";
import { judge } from "../../src/exposure/judge.js";
import type { Run } from "../../src/facts/run.js";
import type { HostView } from "../../src/facts/view.js";
import { bind } from "../profile/bound.js";
import {
  DAY,
  END,
  makeHost,
  makeRow,
  makeService,
  makeView,
  openHost,
  quiet,
  type Row,
  START,
} from "./views.js";

const HOST = "10.0.0.5";

/**
 * Judges a run of 10.0.0.0/24, unless told otherwise, with one exception `X` of `li.wei` that holds. Returns what is said
 * of unused ones.
 */
function unused(hosts: readonly HostView[], exception: string, rest = "", some: Partial<Run> = {}) {
  const text = `version: 1
groups: [{id: lan, match: {network: 10.0.0.0/8}, allowed: [22/tcp, {port: 443/tcp, service: https}]}]
${rest}
exceptions: [{id: X, ${exception}, owner: li.wei, reason: r, expires: 2026-12-31}]
`;
  const view = makeView(hosts, { targets: ["10.0.0.0/24"], ...some });
  return judge(view, bind(text, { "app.example": [HOST] }), {
    silent: silentAddresses(view),
  }).findings.filter(({ rule }) => rule === "exception-unused");
}

const brief = (findings: ReturnType<typeof unused>) =>
  findings.map(({ address, port, protocol }) => (port === null ? address : `${address} ${port}/${protocol}`));

const row = (port: string, some: Partial<Row> = {}) => makeRow(HOST, port, some);
const gone = (proof: "closed" | "refused" | "silent", firstSeen = START - 9 * DAY): Partial<Row> => ({
  state: proof === "closed" ? "closed" : "filtered",
  proof,
  firstSeen,
});

const none = (host: string) => makeHost(host, { quiet: [quiet("closed", "8080/tcp")] });

describe("an exception for a port of a named host", () => {
  test("that is closed is unused, since it closed", () => {
    const findings = unused(
      [makeHost(HOST, { ports: [row("8080/tcp", gone("closed"))] })],
      `match: {address: ${HOST}}, ports: [8080/tcp]`,
    );
    expect(findings).toMatchObject([
      {
        rule: "exception-unused",
        severity: "info",
        status: "open",
        address: HOST,
        protocol: "tcp",
        port: 8080,
        owner: "li.wei",
        firstSeen: START - 9 * DAY,
        lastSeen: END,
        exception: { id: "X" },
        profile: { file: "p.yaml", line: 4 },
        evidence: "closed: nothing uses exception `X` of li.wei for 8080/tcp",
      },
    ]);
  });

  test.each<[what: string, some: Partial<HostView>, isUnused: boolean]>([
    ["open: it is used", { ports: [row("8080/tcp")] }, false],
    ["refused by a filter", { ports: [row("8080/tcp", gone("refused"))] }, true],
    ["silent since an earlier run", { ports: [row("8080/tcp", gone("silent"))] }, true],
    ["silent for the first time", { ports: [row("8080/tcp", gone("silent", START))] }, false],
    ["closed and never was open", { quiet: [quiet("closed", "8080/tcp")] }, true],
    ["not covered", {}, false],
    [
      "last known closed and not covered",
      { ports: [row("8080/tcp", { ...gone("closed"), covered: false })] },
      false,
    ],
    ["proved nothing of", { quiet: [quiet("none", "8080/tcp")] }, false],
    ["open for everybody", { ports: [row("8080/tcp", { confidence: "tarpit" })] }, false],
    ["in doubt", { ports: [row("8080/tcp", { confidence: "unconfirmed", firstSeen: START })] }, false],
    ["on a host that is silent", { presence: "silent" }, false],
  ])("where the port is %s", (_what, some, isUnused) => {
    for (const match of [
      `{address: ${HOST}}`,
      `{host: ${HOST}}`,
      "{name: app.example}",
      "{network: 10.0.0.0/24}",
    ]) {
      const findings = unused([makeHost(HOST, some)], `match: ${match}, ports: [8080/tcp]`);
      expect(brief(findings)).toEqual(isUnused ? [`${HOST} 8080/tcp`] : []);
    }
  });

  test("is not unused by a silent UDP port", () => {
    const host = makeHost(HOST, { quiet: [quiet("silent", "53/udp"), quiet("closed", "54/udp")] });
    expect(brief(unused([host], `match: {address: ${HOST}}, ports: [53/udp]`))).toEqual([]);
    expect(brief(unused([host], `match: {address: ${HOST}}, ports: [54/udp]`))).toEqual([`${HOST} 54/udp`]);
  });

  test("that the profile permits anyway is unused since this run", () => {
    const findings = unused([openHost(HOST, "22/tcp")], `match: {address: ${HOST}}, ports: [22/tcp]`);
    expect(findings).toMatchObject([{ port: 22, firstSeen: START }]);
    expect(findings[0]?.evidence).toMatch(/^open, and the profile permits it anyway \(allowed by `22\/tcp`/);
  });

  test("may be used by the service behind it", () => {
    const found = (service: string | null, rules = "") =>
      brief(
        unused(
          [
            makeHost(HOST, {
              ports: [row("443/tcp", { service: service === null ? null : makeService(service) })],
            }),
          ],
          `match: {address: ${HOST}}, ports: [443/tcp]${rules}`,
        ),
      );
    expect(found("ssh")).toEqual([]);
    expect(found(null)).toEqual([]);
    expect(found("https")).toEqual([`${HOST} 443/tcp`]);
    expect(found("ssh", ", rules: [unexpected-open]")).toEqual([`${HOST} 443/tcp`]);
  });

  test("that is in doubt may need it, though the profile permits it", () => {
    const doubt = row("22/tcp", { confidence: "unconfirmed", firstSeen: START });
    expect(
      unused([makeHost(HOST, { ports: [doubt] })], `match: {address: ${HOST}}, ports: [22/tcp]`),
    ).toEqual([]);
  });

  test("may be used by a firewall hole, and unused where none can be judged if that is all it is for", () => {
    const host = (some: Partial<HostView>) =>
      makeHost(HOST, { quiet: [quiet("closed", "8080/tcp")], ...some });
    const hole = {
      protocol: "tcp",
      port: 8080,
      silentShare: 0.99,
      neighboursAsked: 20,
      neighboursAnswered: 0,
      firstSeen: START,
    } as const;
    const match = `match: {address: ${HOST}}, ports: [8080/tcp]`;
    expect(unused([host({ holes: [hole] })], match)).toEqual([]);
    expect(unused([host({ holesUnjudged: "connect scan" })], `${match}, rules: [firewall-hole]`)).toEqual([]);
    expect(unused([host({ holesUnjudged: "connect scan" })], match)).toHaveLength(1);
  });

  test("is not told of where it has ended, or is for another vantage", () => {
    const host = makeHost(HOST, { quiet: [quiet("closed", "8080/tcp")] });
    const match = `match: {address: ${HOST}}, ports: [8080/tcp]`;
    expect(unused([host], `${match}, from: office`)).toEqual([]);
    const ended = judge(
      makeView([host]),
      bind(`version: 1\nexceptions: [{id: X, ${match}, owner: o, reason: r, expires: 2026-03-08}]`),
    );
    expect(ended.findings.map(({ rule }) => rule)).toEqual(["host-unknown"]);
  });
});

describe("an exception for several ports and hosts", () => {
  test("is judged host by host and port by port", () => {
    const hosts = [
      makeHost("10.0.0.5", {
        ports: [makeRow("10.0.0.5", "8080/tcp")],
        quiet: [quiet("closed", "9090/tcp")],
      }),
      makeHost("10.0.0.6", { quiet: [quiet("closed", "8080/tcp", "9090/tcp")] }),
      makeHost("10.0.0.7", { quiet: [quiet("closed", "9090/tcp")] }),
    ];
    const match = "match: {address: [10.0.0.5, 10.0.0.6, 10.0.0.7]}, ports: [8080/tcp, 9090/tcp]";
    expect(brief(unused(hosts, match))).toEqual([
      "10.0.0.5 9090/tcp",
      "10.0.0.6 8080/tcp",
      "10.0.0.6 9090/tcp",
      "10.0.0.7 9090/tcp",
    ]);
  });

  test("a range is unused where all of it is covered and none is, and told of at its first port", () => {
    const found = (some: Partial<HostView>) =>
      brief(unused([makeHost(HOST, some)], `match: {address: ${HOST}}, ports: [8000-8002/tcp]`));
    const two = quiet("closed", "8001/tcp", "8002/tcp");
    expect(found({ quiet: [two, quiet("refused", "8000/tcp")] })).toEqual([`${HOST} 8000/tcp`]);
    expect(found({ quiet: [two], ports: [row("8000/tcp", gone("closed"))] })).toEqual([`${HOST} 8000/tcp`]);
    expect(found({ quiet: [two], ports: [row("8000/tcp")] })).toEqual([]);
    expect(found({ quiet: [two] })).toEqual([]);
    expect(found({ quiet: [two, quiet("none", "8000/tcp")] })).toEqual([]);
  });

  test("by network is unused only where no host uses it and all are covered, told of at the lowest", () => {
    const found = (...hosts: readonly HostView[]) =>
      brief(unused(hosts, "match: {network: 10.0.0.0/24}, ports: [8080/tcp]"));
    const silent = makeHost("10.0.0.2", { presence: "silent" });
    expect(found(none("10.0.0.10"), none("10.0.0.9"))).toEqual(["10.0.0.9 8080/tcp"]);
    expect(found(none("10.0.0.10"), none("10.0.0.9"), silent)).toEqual([]);
    expect(found(none("10.0.0.9"), openHost("10.0.0.10", "8080/tcp"))).toEqual([]);
    expect(found(none("10.0.0.9"), makeHost("10.0.0.10"))).toEqual([]);
    expect(found(silent)).toEqual([]);
    expect(found(none("10.0.1.1"))).toEqual([]);
  });

  test.each<[what: string, match: string, run: Partial<Run>, isUnused: boolean]>([
    ["a network in two parts", "{network: 10.0.0.0/24}", { targets: ["10.0.0.0/25", "10.0.0.128/25"] }, true],
    ["a network with more", "{network: 10.0.0.0/24}", { targets: ["10.0.0.0/16"] }, true],
    ["half a network", "{network: 10.0.0.0/24}", { targets: ["10.0.0.0/25"] }, false],
    ["a network but for one address", "{network: 10.0.0.0/24}", { exclusions: ["10.0.0.77"] }, false],
    ["a network but for a name", "{network: 10.0.0.0/24}", { exclusions: ["db.example"] }, false],
    ["a name in the network", "{network: 10.0.0.0/24}", { targets: ["app.example"] }, false],
    ["one network of two", "{network: [10.0.0.0/24, 10.9.0.0/24]}", {}, false],
    ["both networks", "{network: [10.0.0.0/24, 10.9.0.0/24]}", { targets: ["10.0.0.0/8"] }, true],
    ["a block of addresses", "{address: 10.0.0.0/28}", {}, true],
    ["half a block of addresses", "{address: 10.0.0.0/28}", { targets: ["10.0.0.0/29"] }, false],
    ["the host that it names", `{address: ${HOST}}`, { targets: [HOST] }, true],
    ["the host that it names, and not the rest", `{address: ${HOST}}`, { outcome: "partial" }, true],
    ["a network in part", "{network: 10.0.0.0/24}", { outcome: "partial" }, false],
    ["a network as a file has it", "{network: 10.0.0.0/24}", { source: "import" }, false],
    ["all hosts with a tag that are known", "{tags: web}", {}, false],
    ["all hosts of a realm that are known", "{realm: default}", {}, false],
    [
      "a network, of which a tag picks hosts",
      "{network: 10.0.0.0/24, tags: web}",
      { targets: ["10.0.0.0/8"] },
      false,
    ],
  ])("is told of where the run asked %s, if that is all", (_what, match, run, isUnused) => {
    const rest = `hosts: {app: {addresses: [${HOST}], tags: [web]}}`;
    expect(brief(unused([none(HOST)], `match: ${match}, ports: [8080/tcp]`, rest, run))).toEqual(
      isUnused ? [`${HOST} 8080/tcp`] : [],
    );
  });

  test("of one host with two addresses is used by either", () => {
    const rest = "hosts: {db: [10.0.0.5, 10.0.0.6]}";
    const found = (...hosts: readonly HostView[]) =>
      brief(unused(hosts, "match: {host: db}, ports: [8080/tcp]", rest));
    expect(found(none("10.0.0.5"), openHost("10.0.0.6", "8080/tcp"))).toEqual([]);
    expect(found(none("10.0.0.6"), none("10.0.0.5"))).toEqual(["10.0.0.5 8080/tcp"]);
    expect(found(none("10.0.0.5"), makeHost("10.0.0.6"))).toEqual([]);
    expect(found(none("10.0.0.5"), makeHost("10.0.0.6", { presence: "silent" }))).toEqual([]);
  });

  test("of one host with two addresses may be used by the one that was not asked", () => {
    const rest = "hosts: {db: [10.0.0.5, 10.1.0.5]}";
    for (const match of ["{host: db}", "{address: 10.0.0.5}", "{network: 10.0.0.0/24}"]) {
      const found = (...hosts: readonly HostView[]) =>
        brief(unused(hosts, `match: ${match}, ports: [8080/tcp]`, rest));
      expect(found(none("10.0.0.5"))).toEqual([]);
      expect(found(none("10.0.0.5"), none("10.1.0.5"))).toEqual(["10.0.0.5 8080/tcp"]);
    }
  });
});

describe("an exception about the host itself", () => {
  test.each<[rule: string, host: HostView, isUnused: boolean]>([
    ["host-missing", makeHost(HOST), true],
    ["host-missing", makeHost(HOST, { presence: "silent" }), false],
    ["host-unknown", makeHost(HOST), true],
    ["host-unknown", makeHost("192.0.2.1"), false],
    ["host-missing, host-unknown", makeHost("192.0.2.1"), false],
  ])("for %s: %#", (rules, host, isUnused) => {
    const findings = unused([host], `match: {address: [${HOST}, 192.0.2.1]}, rules: [${rules}]`);
    expect(brief(findings)).toEqual(isUnused ? [host.address] : []);
  });

  test("by network is unused where every host that it matches answers", () => {
    const match = "match: {network: 10.0.0.0/24}, rules: [host-missing]";
    const found = (...hosts: readonly HostView[]) => brief(unused(hosts, match));
    expect(found(makeHost("10.0.0.7"), makeHost("10.0.0.6"))).toEqual(["10.0.0.6"]);
    expect(found(makeHost("10.0.0.7"), makeHost("10.0.0.6", { presence: "silent" }))).toEqual([]);
    expect(brief(unused([makeHost("10.0.0.6")], match, "", { targets: ["10.0.0.0/25"] }))).toEqual([]);
  });

  test("by network is used by a missing host that the view only counts", () => {
    const match = "match: {network: 10.0.0.0/24}, rules: [host-missing]";
    const rest = "hosts: {db: [10.0.0.9]}";
    const found = (...hosts: readonly HostView[]) => brief(unused(hosts, match, rest));
    expect(found(makeHost("10.0.0.6"))).toEqual([]);
    expect(found(makeHost("10.0.0.6"), makeHost("10.0.0.9"))).toEqual(["10.0.0.6"]);
  });
});
