import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import type { Finding } from "../../src/facts/finding.js";
import type { Service } from "../../src/facts/observation.js";
import { bind, bindGroups } from "../profile/bound.js";
import { DAY, END, makeHost, makeRow, makeService, makeView, openHost, type Row, START } from "./views.js";

const HOST = "10.0.0.5";

function judgePort(bound: ReturnType<typeof bind> | null, port: string, some: Partial<Row> = {}) {
  return judge(makeView([makeHost(HOST, { ports: [makeRow(HOST, port, some)] })]), bound);
}

function brief(findings: readonly Finding[]): readonly string[] {
  return findings.map(
    ({ rule, severity, address, port, protocol }) => `${rule} ${severity} ${address} ${port}/${protocol}`,
  );
}

const GROUP = (rest: string) => bindGroups(`{id: a, match: {address: ${HOST}}, ${rest}}`);

describe("an open port", () => {
  test.each<[what: string, group: string, port: string, found: readonly string[]]>([
    ["that is allowed is no finding", "allowed: [80/tcp]", "80/tcp", []],
    ["that is required is no finding", "required: [80/tcp]", "80/tcp", []],
    [
      "that nothing lists is unexpected",
      "allowed: [80/tcp]",
      "81/tcp",
      ["unexpected-open medium 10.0.0.5 81/tcp"],
    ],
    [
      "that is unreviewed is unexpected",
      "allowed: [{port: 80/tcp, owner: unreviewed}]",
      "80/tcp",
      ["unexpected-open medium 10.0.0.5 80/tcp"],
    ],
    ["that is forbidden is that", "forbidden: [80/tcp]", "80/tcp", ["forbidden-open high 10.0.0.5 80/tcp"]],
    [
      "on the high-risk list is forbidden",
      "allowed: [80/tcp]",
      "445/tcp",
      ["forbidden-open high 10.0.0.5 445/tcp"],
    ],
    [
      "on the high-risk list that is unreviewed is forbidden",
      "owner: unreviewed, allowed: [445/tcp]",
      "445/tcp",
      ["forbidden-open high 10.0.0.5 445/tcp"],
    ],
    ["on the high-risk list that is allowed is no finding", "allowed: [445/tcp]", "445/tcp", []],
    [
      "takes the severity of its entry first",
      "severity: low, forbidden: [{port: 80/tcp, severity: critical}]",
      "80/tcp",
      ["forbidden-open critical 10.0.0.5 80/tcp"],
    ],
    [
      "takes the severity of its group next",
      "severity: low, forbidden: [80/tcp]",
      "80/tcp",
      ["forbidden-open low 10.0.0.5 80/tcp"],
    ],
    [
      "that nothing lists takes the severity of the host's group",
      "severity: critical",
      "81/tcp",
      ["unexpected-open critical 10.0.0.5 81/tcp"],
    ],
  ])("%s", (_what, group, port, found) => {
    expect(brief(judgePort(GROUP(group), port).findings)).toEqual(found);
  });

  test.each<[defaults: string, list: string, port: string, severity: string | undefined]>([
    ["severity: {unexpected-open: low}", "", "81/tcp", "low"],
    ["severity: {high_risk: critical}", "", "445/tcp", "critical"],
    ["severity: {high_risk: low}", "", "445/tcp", "low"],
    ["severity: {forbidden-open: medium}", "", "445/tcp", "medium"],
    ["severity: {high_risk: critical}", "forbidden: [445/tcp]", "445/tcp", "critical"],
    ["severity: {high_risk: low}", "forbidden: [445/tcp]", "445/tcp", "high"],
    ["severity: {high_risk: critical}", "forbidden: [80/tcp]", "80/tcp", "high"],
    ["high_risk: [81/tcp]", "", "81/tcp", "high"],
    ["unlisted: allowed", "", "81/tcp", undefined],
    ["unlisted: review", "", "81/tcp", undefined],
    ["unlisted: allowed", "", "445/tcp", "high"],
    ["unlisted: allowed", "allowed: [{port: 81/tcp, owner: unreviewed}]", "81/tcp", "medium"],
  ])("with defaults {%s} and {%s}: %s is %s", (defaults, list, port, severity) => {
    const bound = bind(`version: 1\ndefaults: {${defaults}}\ngroups: [{id: a, ${list}}]`);
    expect(judgePort(bound, port).findings[0]?.severity).toBe(severity);
  });

  test("without a profile: the high-risk list is forbidden, all else is unreviewed and no finding", () => {
    const { findings, ports, notes } = judge(makeView([openHost(HOST, "23/tcp", "80/tcp", "161/udp")]), null);
    expect(brief(findings)).toEqual([
      "forbidden-open high 10.0.0.5 23/tcp",
      "forbidden-open high 10.0.0.5 161/udp",
    ]);
    expect(ports.map(({ verdict }) => verdict)).toEqual(["forbidden", "unreviewed", "forbidden"]);
    expect(notes).toEqual(["no profile: only the ports of the high-risk list are judged"]);
  });

  test("has its sightings, age, owner and line in the finding", () => {
    const bound = bindGroups(
      `{id: a, match: {address: ${HOST}}, owner: ops, forbidden: [{port: 80/tcp, owner: anna}]}`,
    );
    const [finding] = judgePort(bound, "80/tcp", {
      firstSeen: START - 20.5 * DAY,
      service: makeService("http", { product: "nginx", version: "1.18.0" }),
    }).findings;
    expect(finding).toMatchObject({
      status: "open",
      owner: "anna",
      firstSeen: START - 20.5 * DAY,
      lastSeen: END,
      ageDays: 20,
      run: 7,
      vantage: "bastion",
      realm: "default",
      confirmed: true,
      profile: { file: "p.yaml", line: 3 },
      evidence: "open (http, nginx 1.18.0): forbidden by `80/tcp` in group `a` (address 10.0.0.5)",
    });
  });

  test("that is unreviewed names the line that says so", () => {
    const [finding] = judgePort(GROUP("owner: unreviewed, allowed: [80/tcp]"), "80/tcp").findings;
    expect(finding?.evidence).toBe("open: listed in the profile but unreviewed");
  });

  test("on the bastion itself is information at most, and says why", () => {
    const host = { ...openHost(HOST, "445/tcp"), local: true };
    const [finding] = judge(makeView([host]), GROUP("severity: critical")).findings;
    expect(finding?.severity).toBe("info");
    expect(finding?.evidence).toContain("(on the bastion itself, seen through loopback: not exposure)");
  });
});

describe("a row that is no open port opens no finding", () => {
  test.each<[what: string, some: Partial<Row>]>([
    ["closed", { state: "closed", proof: "closed" }],
    ["silent UDP", { protocol: "udp", state: "open|filtered", proof: "silent" }],
    ["UDP open|filtered with any proof", { protocol: "udp", state: "open|filtered", proof: "open" }],
    ["filtered", { state: "filtered", proof: "refused" }],
    ["unfiltered", { state: "unfiltered", proof: "none" }],
  ])("%s", (_what, some) => {
    const { findings, ports } = judgePort(GROUP("forbidden: [80/tcp, 80/udp]"), "80/tcp", some);
    expect(findings).toEqual([]);
    expect(ports).toEqual([]);
  });

  test("not covered by this run: it is told of, and its port is listed as last known", () => {
    const { findings, ports, notes } = judgePort(GROUP("forbidden: [80/tcp]"), "80/tcp", { covered: false });
    expect(findings).toEqual([]);
    expect(ports.map(({ verdict, row }) => [verdict, row.covered])).toEqual([["forbidden", false]]);
    expect(notes).toEqual(["not covered in this run: 1 port last known open"]);
  });

  test.each(["tarpit", "middlebox"] as const)("a %s: it is told of", (confidence) => {
    const { findings, notes } = judgePort(GROUP("forbidden: [80/tcp]"), "80/tcp", { confidence });
    expect(findings).toEqual([]);
    expect(notes).toEqual([`1 open port of 1 host not judged: a ${confidence} answers for everybody`]);
  });
});

describe("confidence", () => {
  test.each<[what: string, some: Partial<Row>, confirmed: boolean]>([
    ["confirmed in this run", { confidence: "confirmed", firstSeen: START + 1 }, true],
    ["seen once", { confidence: "single", firstSeen: START + 1 }, false],
    ["flapping, though seen in an earlier run", { confidence: "flapping", firstSeen: START - 1 }, false],
    ["seen once now, and in an earlier run", { confidence: "single", firstSeen: START - 1 }, true],
    ["imported, first seen in this run", { confidence: "imported", firstSeen: START }, false],
    [
      "unconfirmed now, but seen in an earlier run",
      { confidence: "unconfirmed", firstSeen: START - 1 },
      true,
    ],
  ])("a port %s: confirmed is %s", (_what, some, confirmed) => {
    const { findings } = judgePort(GROUP("allowed: [22/tcp]"), "80/tcp", some);
    expect(findings).toMatchObject([{ rule: "unexpected-open", confirmed }]);
  });

  test.each(["allowed", "forbidden"])(
    "an unconfirmed port that is %s is `unconfirmed`, and nothing graver",
    (list) => {
      const { findings } = judgePort(GROUP(`severity: critical, ${list}: [80/tcp]`), "80/tcp", {
        confidence: "unconfirmed",
        firstSeen: START,
      });
      expect(findings).toMatchObject([{ rule: "unconfirmed", severity: "info", confirmed: false }]);
    },
  );

  test("an unstable port (open and reset in one run) is open", () => {
    expect(judgePort(GROUP("forbidden: [80/tcp]"), "80/tcp", { proof: "unstable" }).findings).toHaveLength(1);
  });
});

describe("the service behind an allowed or required port", () => {
  test.each<[entry: string, service: Service | null, difference: string | null]>([
    ["service: ssh", makeService("ssh"), null],
    ["service: ssh", makeService("http"), "expected ssh, found http"],
    ["service: ssh", makeService("http", { method: "table" }), null],
    ["service: ssh", makeService("tcpwrapped"), null],
    ["service: ssh", makeService("unknown"), null],
    ["service: ssh", null, null],
    ["service: https", makeService("http", { tunnel: "ssl" }), null],
    ["service: ssl/http", makeService("http", { tunnel: "ssl" }), null],
    ["service: http", makeService("http", { tunnel: "ssl" }), null],
    ["service: https", makeService("http"), "expected https, found http"],
    ["service: imap", makeService("http", { tunnel: "ssl" }), "expected imap, found ssl/http"],
    ["product: nginx", makeService("http", { product: "nginx" }), null],
    [
      "product: nginx",
      makeService("http", { product: "Apache httpd" }),
      "expected the product nginx, found Apache httpd",
    ],
    ["product: nginx", makeService("http"), null],
    ["product: /^(nginx|Apache)/", makeService("http", { product: "Apache httpd" }), null],
    ['version: ">=14"', makeService("postgresql", { version: "13.4" }), "expected version >=14, found 13.4"],
    ['version: ">=14"', makeService("postgresql", { version: "14.1" }), null],
    ['version: ">=14"', makeService("postgresql", { version: "9.6.0 or later" }), null],
    ['version: ">=14"', makeService("postgresql"), null],
  ])("%s of %j: %s", (entry, service, difference) => {
    for (const list of ["allowed", "required"]) {
      const { findings } = judgePort(GROUP(`${list}: [{port: 80/tcp, ${entry}}]`), "80/tcp", { service });
      if (difference === null) expect(findings).toEqual([]);
      else {
        expect(findings).toMatchObject([{ rule: "wrong-service", severity: "medium" }]);
        expect(findings[0]?.evidence).toContain(difference);
      }
    }
  });

  test("is not asked after where the port is forbidden", () => {
    const { findings } = judgePort(GROUP("forbidden: [{port: 80/tcp, service: ssh}]"), "80/tcp", {
      service: makeService("http"),
    });
    expect(findings.map(({ rule }) => rule)).toEqual(["forbidden-open"]);
  });
});
