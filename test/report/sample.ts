/** A run as the store would tell it: a DMZ with something of everything. Times are in November 2026. */
import type { Address } from "../../src/facts/address.js";
import type {
  Finding,
  FindingException,
  FindingRule,
  FindingTransition,
  JudgedPort,
  Severity,
  Verdict,
} from "../../src/facts/finding.js";
import type { Service } from "../../src/facts/observation.js";
import type { Protocol } from "../../src/facts/port.js";
import type { Run } from "../../src/facts/run.js";
import type { ChangeRow, HostView } from "../../src/facts/view.js";
import type { HostPort, ReportData } from "../../src/report/reportData.js";

export const START = Date.parse("2026-11-25T01:14:00Z");
export const END = Date.parse("2026-11-25T01:31:20Z");
export const DAY = 86_400_000;
export const LAST_WEEK = START - 7 * DAY;
const PROFILE = "/etc/portreeve/dmz.profile.yaml";

export const address = (text: string) => text as Address;

export function service(name: string, product: string | null = null, version: string | null = null): Service {
  return {
    name,
    product,
    version,
    extraInfo: null,
    tunnel: null,
    method: product === null ? "table" : "probed",
    confidence: product === null ? 3 : 10,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: [],
  };
}

export function row(host: string, port: number, given: Partial<HostPort> = {}): HostPort {
  return {
    address: address(host),
    protocol: "tcp",
    port,
    state: "open",
    reason: "syn-ack",
    proof: "open",
    service: null,
    vantage: "bastion",
    realm: "default",
    run: 14,
    firstSeen: START - 92 * DAY,
    lastSeen: END - 60_000,
    lastCovered: END - 60_000,
    confidence: "confirmed",
    covered: true,
    ...given,
  };
}

export function host(at: string, given: Partial<HostView> = {}): HostView {
  return {
    address: address(at),
    presence: "alive",
    aliveReason: "echo-reply",
    aliveSince: START - 92 * DAY,
    lastAlive: END,
    mac: null,
    vendor: null,
    names: [],
    local: false,
    ports: [],
    quiet: [],
    covered: { tcp: [[1, 1000]], udp: [], sctp: [] },
    holes: [],
    holesUnjudged: null,
    ...given,
  };
}

export function run(given: Partial<Run> = {}): Run {
  return {
    id: 14,
    source: "live",
    audit: "dmz",
    vantage: "bastion",
    realm: "default",
    operator: "li.wei",
    startedAt: START,
    endedAt: END,
    outcome: "complete",
    why: null,
    method: "raw",
    ports: "T:1-1000,U:53,67-68,123,161,500",
    targets: ["10.30.0.0/24"],
    exclusions: ["10.30.0.1"],
    addressCount: 255,
    rate: 500,
    nmapVersion: "7.93",
    sources: [address("10.20.0.5")],
    profileHash: null,
    warnings: [],
    coverage: 0.9981,
    cellsDue: 7042,
    cellsCovered: 7029,
    recall: null,
    silenced: [],
    disbelieved: [],
    ...given,
  };
}

export function finding(
  rule: FindingRule,
  severity: Severity,
  at: string,
  port: number | null,
  evidence: string,
  given: Partial<Finding> = {},
): Finding {
  return {
    fingerprint: `${rule.length.toString(16)}${at.length.toString(16)}`.padEnd(16, "0"),
    rule,
    severity,
    status: "open",
    address: address(at),
    protocol: port === null ? null : "tcp",
    port,
    vantage: "bastion",
    realm: "default",
    owner: null,
    host: null,
    system: null,
    tags: [],
    firstSeen: START - 23 * DAY,
    lastSeen: END - 60_000,
    ageDays: 23,
    run: 14,
    evidence,
    confirmed: true,
    due: null,
    overdue: false,
    exception: null,
    profile: { file: PROFILE, line: 31 },
    carried: null,
    ...given,
  };
}

/** Somebody answers for a finding, until a day. */
export function exception(given: Partial<FindingException> = {}): FindingException {
  return {
    id: "EXC-2026-014",
    owner: "li.wei",
    reason: "legacy vendor console until migration",
    ticket: "CHG-4711",
    approvedBy: "ciso",
    expires: "2027-03-31",
    line: { file: PROFILE, line: 71 },
    ...given,
  };
}

export function change(
  kind: ChangeRow["kind"],
  at: string,
  port: number | null,
  given: Partial<ChangeRow> = {},
): ChangeRow {
  return {
    run: 14,
    timeFrom: kind === "first-seen" ? null : LAST_WEEK,
    timeTo: END - 60_000,
    address: address(at),
    protocol: port === null ? null : ("tcp" as Protocol),
    port,
    kind,
    before: null,
    after: null,
    vantage: "bastion",
    operator: "li.wei",
    ...given,
  };
}

export function judged(of: HostView, verdict: Verdict, ports?: readonly number[]): JudgedPort[] {
  return of.ports
    .filter(({ port }) => ports === undefined || ports.includes(port))
    .map((port) => ({
      host: of,
      row: port,
      verdict,
      line: { file: PROFILE, line: 12 },
      owner: null,
      hostName: null,
      system: null,
      tags: [],
      why: "group web",
    }));
}

const web = host("10.30.0.10", {
  names: ["web01.dmz.example"],
  ports: [
    row("10.30.0.10", 22, { service: service("ssh", "OpenSSH", "9.2p1 Debian 2+deb12u3") }),
    row("10.30.0.10", 80, { service: service("http", "nginx", "1.24.0") }),
    row("10.30.0.10", 443, { service: { ...service("http", "nginx", "1.24.0"), tunnel: "ssl" } }),
  ],
});
const app = host("10.30.0.12", {
  names: ["app12.dmz.example"],
  ports: [
    row("10.30.0.12", 22, { service: service("ssh", "OpenSSH", "8.4p1") }),
    row("10.30.0.12", 3306, { service: service("mysql", "MySQL", "8.0.36") }),
    row("10.30.0.12", 8080, { service: service("http", "Jetty", "9.4.53"), firstSeen: END - 90_000 }),
    row("10.30.0.12", 21, { state: "closed", reason: "reset", proof: "closed", firstSeen: END - 90_000 }),
  ],
  quiet: [
    {
      state: "filtered",
      reason: "no-response",
      proof: "silent",
      ports: { tcp: [[100, 900]], udp: [], sctp: [] },
    },
    {
      state: "open|filtered",
      reason: "no-response",
      proof: "none",
      ports: {
        tcp: [],
        udp: [
          [53, 53],
          [67, 68],
        ],
        sctp: [],
      },
    },
  ],
  holes: [
    {
      protocol: "tcp",
      port: 8443,
      silentShare: 0.996,
      neighboursAsked: 20,
      neighboursAnswered: 0,
      firstSeen: START - 23 * DAY,
    },
  ],
});
const printer = host("10.30.0.77", {
  names: ["打印机-三楼.dmz.example"],
  ports: [
    row("10.30.0.77", 9100, { service: service("jetdirect") }),
    row("10.30.0.77", 631, { service: service("ipp"), covered: false, lastSeen: LAST_WEEK }),
  ],
  holesUnjudged: "resets everything",
});
const bastion = host("10.30.0.5", {
  names: ["bastion.dmz.example"],
  local: true,
  ports: [row("10.30.0.5", 22, { service: service("ssh", "OpenSSH", "9.2p1") })],
});
const gone = host("10.30.0.31", {
  names: ["old31.dmz.example"],
  presence: "silent",
  lastAlive: LAST_WEEK,
  ports: [row("10.30.0.31", 22, { covered: false, lastSeen: LAST_WEEK })],
});

const APP = { owner: "dba-team", host: "app12", system: "Order entry", tags: ["prod", "linux"] };

function acceptedFindings(): Finding[] {
  return [
    finding("unexpected-open", "medium", "10.30.0.10", 8443, "8443/tcp is open: no group lists it", {
      fingerprint: "acce97ed00000001",
      status: "accepted",
      owner: "web-team",
      exception: exception(),
    }),
    finding("forbidden-open", "high", "10.30.0.77", 23, "23/tcp is open: it is on the high-risk list", {
      fingerprint: "acce97ed00000002",
      status: "accepted",
      exception: exception({ id: "EXC-2026-009", owner: "打印组", ticket: null, expires: "2026-12-01" }),
    }),
  ];
}

function settledFindings(): Finding[] {
  return [
    finding("forbidden-open", "high", "10.30.0.12", 21, "open (ftp): it is on the high-risk list", {
      fingerprint: "5e771ed000000001",
      status: "closed",
      ...APP,
    }),
    finding("unexpected-open", "medium", "10.30.0.31", 22, "open (ssh): no group lists it", {
      fingerprint: "5e771ed000000002",
      status: "silenced",
      ageDays: 0,
    }),
    finding("unexpected-open", "medium", "10.30.0.10", 443, "open (https, nginx 1.24.0): no group lists it", {
      fingerprint: "5e771ed000000003",
      status: "profile-changed",
      owner: "web-team",
    }),
    finding("required-missing", "low", "10.30.0.10", 80, "silent: required by `80/tcp` of group `web`", {
      fingerprint: "5e771ed000000004",
      status: "closed",
      owner: "web-team",
    }),
  ];
}

/** Why each of them was settled. */
function settlings(): FindingTransition[] {
  const whys = [
    "proved closed",
    "silent, and believed so",
    "now allowed: `443/tcp` of group `web`",
    "open on 10.30.0.10",
  ];
  return settledFindings().map(({ fingerprint, status }, i) => ({
    fingerprint,
    run: 14,
    at: END,
    from: "open",
    to: status,
    person: "li.wei",
    why: whys[i] ?? "",
  }));
}

/** The full example: a complete run with findings, changes and gaps. */
export function fullReport(): ReportData {
  return {
    view: {
      run: run({
        warnings: ["10.30.0.77: giving up on port because retransmission cap hit (1)."],
        silenced: [
          {
            address: address("10.30.0.77"),
            lastAnswer: START + 300_000,
            lastSent: { stage: "identify", ports: "T:9100", at: START + 301_000 },
          },
        ],
        disbelieved: [{ place: "10.30.0.99", flag: "tarpit", why: "all 1,000 TCP ports asked are open" }],
      }),
      hosts: [bastion, web, app, printer, gone],
      silentCount: 249,
      changes: [
        change("opened", "10.30.0.12", 8080, { before: "closed (reset)", after: "open http Jetty 9.4.53" }),
        change("closed", "10.30.0.12", 21, { before: "open ftp", after: "closed (reset)" }),
        change("service-changed", "10.30.0.10", 80, { before: "nginx 1.22.1", after: "nginx 1.24.0" }),
        change("first-seen", "10.30.0.77", 9100, { after: "open" }),
      ],
    },
    judgement: {
      findings: [
        finding(
          "forbidden-open",
          "high",
          "10.30.0.12",
          3306,
          "3306/tcp is open (mysql, MySQL 8.0.36): forbidden by `3306/tcp` of group `app-servers`",
          { ...APP, due: START - 16 * DAY, overdue: true },
        ),
        finding(
          "unexpected-open",
          "medium",
          "10.30.0.12",
          8080,
          "8080/tcp is open (http, Jetty 9.4.53): no group of this host lists 8080/tcp; unlisted ports are forbidden",
          {
            ...APP,
            firstSeen: END - 90_000,
            ageDays: 0,
            due: END + 30 * DAY,
            profile: { file: PROFILE, line: 9 },
          },
        ),
        finding(
          "firewall-hole",
          "medium",
          "10.30.0.12",
          8443,
          "8443/tcp resets while 99.6 % of the other ports are silent: the firewall lets it through and nothing listens there",
          { ...APP, due: START + 7 * DAY },
        ),
        finding(
          "vantage-violation",
          "medium",
          "10.30.0.12",
          5432,
          "5432/tcp is open (postgresql, PostgreSQL DB 14.2): `5432/tcp` of group `app-servers` is closed from `bastion`",
          {
            ...APP,
            lastSeen: LAST_WEEK,
            run: 13,
            carried: "not covered in this run",
          },
        ),
        finding(
          "host-unknown",
          "medium",
          "10.30.0.77",
          null,
          "the host answers (echo-reply) and no group of the profile matches it",
          { profile: null, confirmed: false },
        ),
        finding(
          "host-missing",
          "low",
          "10.30.0.31",
          null,
          "the host answers nothing and group `web` of the profile names it; it last answered on 2026-11-18",
          { owner: "web-team", firstSeen: START - 2 * DAY, ageDays: 2 },
        ),
        ...acceptedFindings(),
      ],
      settled: settledFindings(),
      ports: [
        ...judged(bastion, "allowed"),
        ...judged(web, "required"),
        ...judged(app, "allowed", [22]),
        ...judged(app, "forbidden", [3306]),
        ...judged(app, "unlisted", [8080]),
        ...judged(printer, "unreviewed", [9100]),
      ],
      notes: ["firewall holes cannot be judged on 1 host: resets everything"],
    },
    transitions: settlings(),
    recall: { estimate: 0.9991, lower: 0.9942, upper: 0.9998, source: "from 12,400 witnesses" },
    database: "/home/li.wei/.local/share/portreeve/portreeve.db",
    profile: PROFILE,
    audit: "dmz",
  };
}

/** A first run without a profile: everything is seen for the first time, nothing is reviewed. */
export function firstReport(): ReportData {
  const telnet = host("10.30.0.40", {
    ports: [
      row("10.30.0.40", 23, { service: service("telnet") }),
      row("10.30.0.40", 80, { service: service("http") }),
    ],
  });
  const hosts = [web, telnet, printer];
  return {
    view: {
      run: run({
        id: 1,
        audit: null,
        ports: "T:1-1000",
        exclusions: [],
        coverage: 1,
        cellsCovered: 3000,
        cellsDue: 3000,
      }),
      hosts,
      silentCount: 252,
      changes: hosts.flatMap((one) => one.ports.map((port) => change("first-seen", one.address, port.port))),
    },
    judgement: {
      findings: [
        finding(
          "forbidden-open",
          "high",
          "10.30.0.40",
          23,
          "23/tcp is open: 23/tcp is on the high-risk list",
          {
            profile: null,
            firstSeen: END,
            ageDays: 0,
          },
        ),
      ],
      settled: [],
      ports: [
        ...judged(web, "unreviewed"),
        ...judged(telnet, "forbidden", [23]),
        ...judged(telnet, "unreviewed", [80]),
        ...judged(printer, "unreviewed", [9100]),
      ],
      notes: [],
    },
    recall: { estimate: null, lower: null, upper: null, source: "not measured: fewer than 30 witnesses" },
    database: "/home/li.wei/.local/share/portreeve/portreeve.db",
    profile: null,
    audit: null,
  };
}

/** Nothing unexpected, nothing changed, nothing open to doubt. */
export function cleanReport(): ReportData {
  const full = fullReport();
  return {
    ...full,
    view: {
      run: run({ coverage: 1, cellsDue: 1005, cellsCovered: 1005 }),
      hosts: [web],
      silentCount: 0,
      changes: [],
    },
    judgement: { findings: [], settled: [], ports: judged(web, "required"), notes: [] },
  };
}

/** Stopped by Ctrl-C after two of the hosts. */
export function interruptedReport(): ReportData {
  const full = fullReport();
  return {
    ...full,
    view: {
      ...full.view,
      run: run({
        outcome: "interrupted",
        why: "stopped by SIGINT after 31 of 64 shards",
        coverage: 0.48,
        cellsCovered: 3380,
        cellsDue: 7042,
      }),
    },
    recall: { estimate: null, lower: null, upper: null, source: "not measured" },
  };
}

/** Under way: no end, nothing counted. */
export function runningReport(): ReportData {
  const clean = cleanReport();
  return {
    ...clean,
    view: {
      ...clean.view,
      run: run({ outcome: "running", endedAt: null, coverage: null, cellsDue: null, cellsCovered: null }),
      silentCount: 120,
    },
    recall: { estimate: null, lower: null, upper: null, source: "not measured" },
  };
}

/** Nothing answered at all. */
export function emptyReport(): ReportData {
  return {
    ...cleanReport(),
    view: {
      run: run({ coverage: 1, cellsDue: 0, cellsCovered: 0 }),
      hosts: [],
      silentCount: 255,
      changes: [],
    },
    judgement: { findings: [], settled: [], ports: [], notes: [] },
    recall: { estimate: null, lower: null, upper: null, source: "not measured" },
  };
}
