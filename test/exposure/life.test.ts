import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import { liveOn } from "../../src/exposure/life.js";
import type { FindingTransition } from "../../src/facts/finding.js";
import type { BoundProfile } from "../../src/profile/bind.js";
import { bind } from "../profile/bound.js";
import { DAY } from "./views.js";
import { Findings, type HostWeek, liveThrough, type PortWeek, startOf, viewsOf, type Week } from "./weeks.js";

const HOST = "10.0.0.5";

/** A profile in which 80/tcp of the host may not be open. */
const STRICT = bind(`version: 1\ngroups: [{id: lan, match: {network: 10.0.0.0/8}, allowed: [22/tcp]}]`);
const allowing = (list: string, more = "") =>
  bind(`version: 1\n${more}\ngroups: [{id: lan, match: {network: 10.0.0.0/8}, ${list}}]`);

/** Weeks of one port of one host; null: the host was not asked. */
function portWeeks(port: string, ...states: readonly (PortWeek | "" | null)[]): readonly Week[] {
  return states.map((state) =>
    state === null ? {} : { [HOST]: { ports: state === "" ? {} : { [port]: state } } },
  );
}

const path = (transitions: readonly FindingTransition[]) =>
  transitions.map(({ run, from, to, why }) => `${run}: ${from ?? "new"} → ${to} (${why})`);

describe("an open port that is a finding", () => {
  test.each<[what: string, weeks: readonly Week[], last: string, carried: string | null]>([
    ["resets: closed", portWeeks("80/tcp", "open", "closed"), "open → closed (proved closed)", null],
    [
      "is refused: silenced at once",
      portWeeks("80/tcp", "open", "refused"),
      "open → silenced (refused by a filter)",
      null,
    ],
    [
      "is silent once: carried",
      portWeeks("80/tcp", "open", "silent"),
      "new → open (seen for the first time)",
      "silent in this run; it counts as silent once a later run finds it so, too",
    ],
    [
      "is silent twice: silenced",
      portWeeks("80/tcp", "open", "silent", "", "silent"),
      "open → silenced (silent, and believed so)",
      null,
    ],
    [
      "is silent on UDP: nothing",
      portWeeks("80/udp", "open", "silent", "silent"),
      "new → open (seen for the first time)",
      "not covered in this run",
    ],
    [
      "is unreachable on UDP: closed",
      portWeeks("80/udp", "open", "closed"),
      "open → closed (proved closed)",
      null,
    ],
    [
      "is not covered: carried",
      portWeeks("80/tcp", "open", ""),
      "new → open (seen for the first time)",
      "not covered in this run",
    ],
    [
      "is unproved: carried",
      portWeeks("80/tcp", "open", "none"),
      "new → open (seen for the first time)",
      "not covered in this run",
    ],
    [
      "answers for everybody: carried",
      portWeeks("80/tcp", "open", "tarpit"),
      "new → open (seen for the first time)",
      "not judged in this run: a tarpit answers for everybody",
    ],
    [
      "comes back after it closed: open again",
      portWeeks("80/tcp", "open", "closed", "open"),
      "closed → open (seen again)",
      null,
    ],
    [
      "is silent, and then closed: closed",
      portWeeks("80/tcp", "open", "silent", "silent", "closed"),
      "silenced → closed (proved closed)",
      null,
    ],
    [
      "comes back in doubt: carried until it is confirmed",
      portWeeks("80/tcp", "open", "silent", "doubt"),
      "new → open (seen for the first time)",
      "open in this run, and not confirmed",
    ],
  ])("and %s", (_what, weeks, last, carried) => {
    const { findings } = liveThrough(weeks, STRICT);
    const [finding] = [...findings.known.values()];
    const transitions = findings.transitions.filter(
      ({ fingerprint }) => fingerprint === finding?.fingerprint,
    );
    expect(
      path(transitions)
        .at(-1)
        ?.replace(/^\d+: /, ""),
    ).toBe(last);
    expect(finding?.carried).toBe(carried);
  });

  test("is silenced in the first silent run where the profile asks for one only", () => {
    const profile = allowing("allowed: [22/tcp]", "defaults: {confirm_runs: 1}");
    expect(liveThrough(portWeeks("80/tcp", "open", "silent"), profile).findings.statuses()).toEqual([
      "unexpected-open silenced",
    ]);
  });

  test("stays closed and silenced without a word in the weeks after", () => {
    const weeks = portWeeks("80/tcp", "open", "refused", "closed", "closed", "", "closed");
    const { findings, last } = liveThrough(weeks, STRICT);
    expect(path(findings.transitions)).toEqual([
      "1: new → open (seen for the first time)",
      "2: open → silenced (refused by a filter)",
      "3: silenced → closed (proved closed)",
    ]);
    expect(last.judgement.findings).toEqual([]);
    expect(last.judgement.settled).toEqual([]);
    expect(last.touched).toEqual([]);
  });

  test("of a host that another run did not ask is no part of that run, and keeps its word", () => {
    const weeks: Week[] = [{ [HOST]: { ports: { "80/tcp": "open" } } }, { "10.0.0.6": {} }];
    const { findings, last } = liveThrough(weeks, STRICT);
    expect(last.judgement.findings).toEqual([]);
    expect(last.touched).toEqual([]);
    expect([...findings.known.values()]).toMatchObject([{ status: "open", run: 1, carried: null }]);
  });

  test("of a host that the run set out to ask and did not come to is carried", () => {
    const [first, second] = viewsOf([{ [HOST]: { ports: { "80/tcp": "open" } } }, {}]);
    const cut = (targets: readonly string[], exclusions: readonly string[] = []) => {
      const findings = new Findings();
      if (first === undefined || second === undefined) throw new RangeError();
      findings.live(first, STRICT);
      const lived = findings.live({ ...second, run: { ...second.run, targets, exclusions } }, STRICT);
      return lived.judgement.findings.map(({ carried }) => carried);
    };
    expect(cut(["10.0.0.0/24"])).toEqual(["not covered in this run"]);
    expect(cut(["10.0.0.1-9", "db.example"])).toEqual(["not covered in this run"]);
    expect(cut(["10.0.0.0/24"], [HOST])).toEqual([]);
    expect(cut(["10.0.1.0/24", "not a target!"])).toEqual([]);
  });

  const GONE = "the host answers nothing; it counts as gone once a later run finds it so, too";
  test.each<[presence: HostWeek["presence"], carried: string]>([
    ["silent", "not covered in this run"],
    ["vanished", GONE],
  ])("of a host that is %s is carried: its ports are not covered", (presence, why) => {
    const weeks: Week[] = [
      { [HOST]: { ports: { "80/tcp": "open" } } },
      { [HOST]: presence === undefined ? {} : { presence } },
    ];
    const { last } = liveThrough(weeks, STRICT);
    expect(last.judgement.findings).toMatchObject([{ status: "open", carried: why, run: 1, ageDays: 7 }]);
  });

  test("of a host that was taken away ends: believed gone, and silent in the next run; it is back when the host is", () => {
    const open: Week = { [HOST]: { ports: { "80/tcp": "open" } } };
    const silent: Week = { [HOST]: { presence: "silent" } };
    const vanished: Week = { [HOST]: { presence: "vanished" } };
    expect(path(liveThrough([open, silent, silent, silent], STRICT).findings.transitions)).toHaveLength(1);
    expect(path(liveThrough([open, vanished, silent, silent, open], STRICT).findings.transitions)).toEqual([
      "1: new → open (seen for the first time)",
      "3: open → silenced (the host is gone, and believed so)",
      "5: silenced → open (seen again)",
    ]);
  });

  test("of one audit is no change of the profile of another, which looks at it too", () => {
    const findings = new Findings();
    const [first, second, third] = viewsOf(portWeeks("80/tcp", "open", "open", "closed"));
    if (first === undefined || second === undefined || third === undefined) throw new RangeError();
    const inAudit = (view: typeof first, audit: string) => ({ ...view, run: { ...view.run, audit } });
    findings.live(inAudit(first, "a"), STRICT);
    const audits = ["a", "b", "b"];
    const auditOf = (run: number) => audits[run - 1] ?? null;
    const permitting = allowing("allowed: [80/tcp]");
    const live = (view: typeof first) =>
      liveOn(
        { view: inAudit(view, "b"), judgement: judge(view, permitting), profile: permitting, auditOf },
        [...findings.known.values()],
        "anna",
      );
    expect(live(second).judgement.findings).toMatchObject([
      { status: "open", carried: "judged by the profile of audit @a, and this run by another" },
    ]);
    expect(live(third).judgement.settled).toMatchObject([{ status: "closed" }]);
  });

  test("keeps what a profile says of it through a run without one", () => {
    const profile = bind(
      "version: 1\ndefaults: {due: {critical: 3d}}\ngroups: [{id: a, match: {address: 10.0.0.5}, owner: dba, severity: critical, forbidden: [23/tcp]}]",
    );
    const { findings } = liveThrough(portWeeks("23/tcp", "open", "open"), [profile, null]);
    expect([...findings.known.values()]).toMatchObject([
      { severity: "critical", owner: "dba", due: startOf(0) + 3 * DAY, overdue: true },
    ]);
  });

  test("as a hole is as old as its return", () => {
    const hole: Week = { [HOST]: { ports: { "80/tcp": "closed" }, holes: ["80/tcp"] } };
    const refused: Week = { [HOST]: { ports: { "80/tcp": "refused" } } };
    const { last } = liveThrough([hole, refused, refused, hole], STRICT);
    expect(last.judgement.findings).toMatchObject([{ rule: "firewall-hole", ageDays: 0 }]);
  });
});

describe("a change of the profile", () => {
  test.each<[what: string, profile: BoundProfile, transition: string]>([
    [
      "that allows the port",
      allowing("allowed: [80/tcp]"),
      "profile-changed (now allowed: allowed by `80/tcp` in group `lan` (network 10.0.0.0/8))",
    ],
    [
      "that forbids it",
      allowing("forbidden: [80/tcp]"),
      "profile-changed (now forbidden-open: forbidden by `80/tcp` in group `lan` (network 10.0.0.0/8))",
    ],
    [
      "that lets unlisted ports be",
      allowing("allowed: [22/tcp]", "defaults: {unlisted: review}"),
      "profile-changed (now unlisted: no group of this host lists it; to be reviewed)",
    ],
  ])("%s settles the finding and never calls it closed", (_what, profile, transition) => {
    const { findings, last } = liveThrough(portWeeks("80/tcp", "open", "open"), [STRICT, profile]);
    expect(path(findings.transitions)).toContain(`2: open → ${transition}`);
    expect(last.judgement.settled).toMatchObject([
      { rule: "unexpected-open", status: "profile-changed", run: 2, overdue: false, ageDays: 7 },
    ]);
  });

  test("back again opens it again", () => {
    const weeks = portWeeks("80/tcp", "open", "open", "open");
    const { findings } = liveThrough(weeks, [STRICT, allowing("allowed: [80/tcp]"), STRICT]);
    expect(path(findings.transitions).at(-1)).toBe("3: profile-changed → open (seen again)");
  });

  test("while the port is closed is a closing all the same", () => {
    const { findings } = liveThrough(portWeeks("80/tcp", "open", "closed"), [
      STRICT,
      allowing("allowed: [80/tcp]"),
    ]);
    expect(findings.statuses()).toEqual(["unexpected-open closed"]);
  });

  test("to none at all settles nothing but by proof", () => {
    const { findings, last } = liveThrough(portWeeks("80/tcp", "open", "open", "closed"), [
      STRICT,
      null,
      null,
    ]);
    expect(path(findings.transitions)).toEqual([
      "1: new → open (seen for the first time)",
      "3: open → closed (proved closed)",
    ]);
    expect(last.judgement.settled).toMatchObject([{ lastSeen: startOf(1), ageDays: 14 }]);
  });

  test("to none keeps what the built-in list makes, too", () => {
    const profile = bind("version: 1\ngroups: [{id: a, forbidden: [23/tcp]}]");
    const { findings, last } = liveThrough(portWeeks("23/tcp", "open", "open"), [profile, null]);
    expect(findings.statuses()).toEqual(["forbidden-open open"]);
    expect(last.judgement.findings).toMatchObject([{ carried: null, run: 2 }]);
  });
});

describe("an unconfirmed port", () => {
  test("that is seen again is silenced, and the rule that applies takes over", () => {
    const { findings } = liveThrough(portWeeks("80/tcp", "doubt", "open"), STRICT);
    expect(path(findings.transitions)).toEqual([
      "1: new → open (seen for the first time)",
      "2: new → open (seen for the first time)",
      "2: open → silenced (confirmed: now unexpected-open)",
    ]);
  });

  test("that is allowed is silenced once it is known", () => {
    const { findings } = liveThrough(portWeeks("22/tcp", "doubt", "open"), STRICT);
    expect(findings.statuses()).toEqual(["unconfirmed silenced"]);
  });

  test("that was a reset after all is closed", () => {
    expect(liveThrough(portWeeks("80/tcp", "doubt", "closed"), STRICT).findings.statuses()).toEqual([
      "unconfirmed closed",
    ]);
  });
});

describe("a wrong service", () => {
  const SSH = allowing("allowed: [{port: 80/tcp, service: ssh}]");
  const HTTP = allowing("allowed: [{port: 80/tcp, service: http}]");
  test.each<
    [what: string, second: PortWeek | "", profile: BoundProfile, status: string, carried: string | null]
  >([
    ["is closed once the service is as expected", "open ssh", SSH, "closed", null],
    ["stands while the service is as it was", "open http", SSH, "open", null],
    ["stands where this run did not identify it: the last service counts", "open", SSH, "open", null],
    [
      "is carried where the service tells nothing",
      "open tcpwrapped",
      SSH,
      "open",
      "the service was not identified in this run",
    ],
    ["is closed with its port", "closed", SSH, "closed", null],
    ["is carried with its port", "", SSH, "open", "not covered in this run"],
    ["is settled by the profile that expects what is there", "open http", HTTP, "profile-changed", null],
    [
      "is settled by the profile that expects nothing",
      "open http",
      allowing("allowed: [80/tcp]"),
      "profile-changed",
      null,
    ],
    ["is settled by the profile that forbids the port", "open http", STRICT, "profile-changed", null],
    ["is closed by another service, whatever the profile", "open ssh", SSH, "closed", null],
  ])("%s", (_what, second, profile, status, carried) => {
    const { findings } = liveThrough(portWeeks("80/tcp", "open http", second), [SSH, profile]);
    const wrong = [...findings.known.values()].find(({ rule }) => rule === "wrong-service");
    expect(wrong).toMatchObject({ status, carried });
  });
});

describe("a firewall hole", () => {
  const week = (some: HostWeek): Week => ({ [HOST]: some });
  const HOLE: HostWeek = { ports: { "80/tcp": "closed" }, holes: ["80/tcp"] };
  test.each<[what: string, weeks: readonly HostWeek[], profile: BoundProfile | null, last: string]>([
    ["stands while it is seen", [HOLE, HOLE], null, "open"],
    ["where a service answers now is silenced", [HOLE, { ports: { "80/tcp": "open" } }], null, "silenced"],
    ["that is refused is silenced", [HOLE, { ports: { "80/tcp": "refused" } }], null, "silenced"],
    ["that is silent is carried", [HOLE, { ports: { "80/tcp": "silent" } }], null, "open"],
    [
      "that is silent twice is silenced",
      [HOLE, { ports: { "80/tcp": "silent" } }, { ports: { "80/tcp": "silent" } }],
      null,
      "silenced",
    ],
    ["that is not covered is carried", [HOLE, {}], null, "open"],
    [
      "that cannot be judged is carried",
      [HOLE, { ports: { "80/tcp": "closed" }, holesUnjudged: "connect scan" }],
      null,
      "open",
    ],
    ["that is none any more is silenced", [HOLE, { ports: { "80/tcp": "closed" } }], null, "silenced"],
    [
      "that the profile allows now is settled by it",
      [HOLE, HOLE],
      allowing("allowed: [80/tcp]"),
      "profile-changed",
    ],
  ])("%s", (_what, hosts, profile, status) => {
    const { findings } = liveThrough(hosts.map(week), [null, ...hosts.slice(1).map(() => profile)]);
    expect(findings.statuses()[0]).toBe(`firewall-hole ${status}`);
  });
});

describe("a required port that is missing", () => {
  const NEEDED = allowing("required: [80/tcp]");
  const TWO = (required: string) =>
    bind(`version: 1\nhosts: {db: [10.0.0.5, 10.0.0.6]}\ngroups: [{id: db, match: {host: db}, ${required}}]`);
  test.each<[what: string, second: PortWeek | "", profile: BoundProfile | null, transition: string | null]>([
    ["is closed where it opens", "open", NEEDED, `closed (open on ${HOST})`],
    ["is closed where it opens and the profile forgot it", "open", STRICT, `closed (open on ${HOST})`],
    ["is closed where it opens, with no profile either", "open", null, `closed (open on ${HOST})`],
    [
      "is settled by the profile that wants it no more",
      "closed",
      STRICT,
      "profile-changed (now unlisted: no group of this host lists it; unlisted ports are forbidden)",
    ],
    ["stays without a profile", "closed", null, null],
    ["stays where it was not covered", "", NEEDED, null],
  ])("%s", (_what, second, profile, transition) => {
    const { findings } = liveThrough(portWeeks("80/tcp", "closed", second), [NEEDED, profile]);
    const [, ...more] = path(findings.transitions.filter(({ run, from }) => run === 1 || from !== null));
    expect(more).toEqual(transition === null ? [] : [`2: open → ${transition}`]);
  });

  test("keeps the day it was first missing, though it never was open", () => {
    const { last } = liveThrough(portWeeks("80/tcp", "closed", "", "closed", "closed"), NEEDED);
    expect(last.judgement.findings).toMatchObject([{ firstSeen: startOf(0), ageDays: 21, carried: null }]);
  });

  test("counts from anew where the profile wants it again", () => {
    const { last } = liveThrough(portWeeks("80/tcp", "closed", "closed", "closed"), [NEEDED, STRICT, NEEDED]);
    expect(last.judgement.findings).toMatchObject([{ firstSeen: startOf(2), ageDays: 0 }]);
  });

  test("is closed where it opens on another address of the host, and not where that always was open", () => {
    const missing = { ports: { "80/tcp": "closed" } } as const;
    const open = { ports: { "80/tcp": "open" } } as const;
    const opened = liveThrough(
      [
        { "10.0.0.5": missing, "10.0.0.6": missing },
        { "10.0.0.5": missing, "10.0.0.6": open },
      ],
      TWO("required: [80/tcp]"),
    );
    expect(opened.findings.statuses()).toEqual(["required-missing closed"]);
    const joined = liveThrough(
      [
        { "10.0.0.5": missing, "10.0.0.6": open },
        { "10.0.0.5": missing, "10.0.0.6": open },
      ],
      [
        bind(
          "version: 1\ngroups: [{id: a, match: {address: 10.0.0.5}, required: [80/tcp]}, {id: b, allowed: [80/tcp]}]",
        ),
        TWO("required: [80/tcp]"),
      ],
    );
    expect(joined.findings.statuses()).toEqual(["required-missing profile-changed"]);
  });

  test("that is told of at another address of the host is silenced at the first", () => {
    const missing = { ports: { "80/tcp": "closed" } } as const;
    const alone = bind("version: 1\ngroups: [{id: a, match: {address: 10.0.0.6}, required: [80/tcp]}]");
    const { findings } = liveThrough(
      [{ "10.0.0.6": missing }, { "10.0.0.5": missing, "10.0.0.6": missing }],
      [alone, TWO("required: [80/tcp]")],
    );
    expect(path(findings.transitions).at(-1)).toBe("2: open → silenced (told of at 10.0.0.5 now)");
  });

  test("of a host of which an address was not asked, or answers nothing, is not told of, and carried", () => {
    const missing = { ports: { "80/tcp": "closed" } } as const;
    const both: Week = { "10.0.0.5": missing, "10.0.0.6": missing };
    const parts: readonly Week[] = [
      { "10.0.0.6": missing },
      { "10.0.0.5": missing },
      { "10.0.0.5": { presence: "silent" }, "10.0.0.6": missing },
    ];
    const profile = TWO("required: [80/tcp]");
    expect(liveThrough(parts, profile).findings.statuses()).toEqual([]);
    const { findings, last } = liveThrough([both, ...parts], profile);
    expect(path(findings.transitions)).toEqual(["1: new → open (seen for the first time)"]);
    expect(last.judgement.findings).toMatchObject([
      { address: "10.0.0.5", run: 1, carried: "not covered in this run" },
    ]);
  });

  test("is closed where it opens on an address of the host that this vantage meets otherwise", () => {
    const profile = bind(
      "version: 1\nhosts: {db: {addresses: [10.0.0.5], seen_as: {bastion: 192.0.2.7}}}\ngroups: [{id: db, match: {host: db}, required: [80/tcp]}]",
    );
    const week = (port: PortWeek): Week => ({
      "192.0.2.7": { ports: { "80/tcp": "closed" } },
      "10.0.0.5": { ports: { "80/tcp": port } },
    });
    expect(liveThrough([week("closed"), week("open")], profile).findings.statuses()).toEqual([
      "required-missing closed",
    ]);
  });
});

describe("hosts", () => {
  const ONE = bind(`version: 1\ngroups: [{id: one, match: {address: ${HOST}}}]`);
  const OTHER = bind("version: 1\ngroups: [{id: other, match: {address: 10.0.0.9}}]");
  test.each<[what: string, second: HostWeek | null, profile: BoundProfile | null, last: string]>([
    ["that a group matches now is settled by it", {}, STRICT, "profile-changed (now in group `lan`)"],
    [
      "that vanished is silenced",
      { presence: "vanished" },
      OTHER,
      "silenced (the host answers nothing, and is believed gone)",
    ],
    ["that is silent is carried", { presence: "silent" }, OTHER, ""],
    ["that is judged without a profile is carried", {}, null, ""],
    ["that was not asked stays as it was", null, OTHER, ""],
  ])("unknown: one %s", (_what, second, profile, last) => {
    const weeks: Week[] = [{ [HOST]: {} }, second === null ? {} : { [HOST]: second }];
    const { findings } = liveThrough(weeks, [OTHER, profile]);
    const [first, ...more] = path(findings.transitions);
    expect(first).toBe("1: new → open (seen for the first time)");
    expect(more).toEqual(last === "" ? [] : [`2: open → ${last}`]);
  });

  test.each<[what: string, third: HostWeek, profile: BoundProfile | null, last: string]>([
    ["that answers is closed", {}, ONE, `closed (${HOST} answers)`],
    ["that answers is closed without a profile, too", {}, null, `closed (${HOST} answers)`],
    [
      "that the profile names no more is settled by it",
      { presence: "silent" },
      OTHER,
      "profile-changed (the profile no longer names the host)",
    ],
    ["that is judged without a profile stays", { presence: "silent" }, null, ""],
    ["that still is missing stays", { presence: "silent" }, ONE, ""],
  ])("missing: one %s", (_what, third, profile, last) => {
    const weeks: Week[] = [{ [HOST]: {} }, { [HOST]: { presence: "silent" } }, { [HOST]: third }];
    const { findings } = liveThrough(weeks, [ONE, ONE, profile]);
    const [first, ...more] = path(
      findings.transitions.filter(
        ({ fingerprint }) => findings.known.get(fingerprint)?.rule === "host-missing",
      ),
    );
    expect(first).toBe("2: new → open (seen for the first time)");
    expect(more).toEqual(last === "" ? [] : [`3: open → ${last}`]);
  });

  test("missing: one that now is the same as one that always answered is the profile's doing", () => {
    const weeks: Week[] = [
      { [HOST]: {}, "10.0.0.6": {} },
      { [HOST]: { presence: "silent" }, "10.0.0.6": {} },
      { [HOST]: { presence: "silent" }, "10.0.0.6": {} },
    ];
    const both = bind(`version: 1\nhosts: {x: [${HOST}, 10.0.0.6]}\ngroups: [{id: x, match: {host: x}}]`);
    const one = bind(`version: 1\ngroups: [{id: one, match: {address: [${HOST}, 10.0.0.6]}}]`);
    expect(liveThrough(weeks, [one, one, both]).findings.statuses()).toEqual([
      "host-missing profile-changed",
    ]);
    const back: Week[] = [
      weeks[0] ?? {},
      { [HOST]: { presence: "silent" }, "10.0.0.6": { presence: "vanished" } },
      weeks[1] ?? {},
    ];
    expect(liveThrough(back, both).findings.statuses()).toEqual(["host-missing closed"]);
  });
});

describe("exceptions in the life of a finding", () => {
  const LAN = "version: 1\ngroups: [{id: lan, match: {network: 10.0.0.0/8}, allowed: [22/tcp]}]\n";
  const excepting = (expires: string, more = `match: {address: ${HOST}}, ports: [80/tcp]`) =>
    bind(
      `${LAN}exceptions: [{id: X, ${more}, owner: li.wei, reason: r, ticket: CHG-1, approved_by: ciso, expires: ${expires}}]`,
    );
  const open = portWeeks("80/tcp", "open", "open", "open");

  test("a finding is accepted, and open again when its day is over: by whom and why is kept", () => {
    // Runs on 2026-03-09, -16, -23.
    const { findings } = liveThrough(open, [STRICT, excepting("2026-03-16"), excepting("2026-03-16")]);
    expect(
      findings.transitions.filter(({ fingerprint }) => fingerprint === findings.transitions[0]?.fingerprint),
    ).toEqual([
      expect.objectContaining({ run: 1, from: null, to: "open", person: "anna", at: startOf(0) + 3_600_000 }),
      expect.objectContaining({
        run: 2,
        from: "open",
        to: "accepted",
        person: "ciso",
        why: "exception X until 2026-03-16 (CHG-1)",
      }),
      expect.objectContaining({
        run: 3,
        from: "accepted",
        to: "open",
        person: "anna",
        why: "exception X ended on 2026-03-16",
      }),
    ]);
    expect(findings.statuses()).toEqual(["unexpected-open open", "exception-expired open"]);
  });

  test.each<[what: string, profile: BoundProfile, why: string]>([
    ["gone", STRICT, "exception X is gone from the profile"],
    [
      "for other ports",
      excepting("2026-12-31", `match: {address: ${HOST}}, ports: [81/tcp]`),
      "exception X no longer covers it",
    ],
    [
      "for other hosts",
      excepting("2026-12-31", "match: {address: 10.0.0.9}, ports: [80/tcp]"),
      "exception X is for other hosts now",
    ],
  ])("an accepted finding is open again when its exception is %s", (_what, profile, why) => {
    const { findings } = liveThrough(open.slice(0, 2), [excepting("2026-12-31"), profile]);
    expect(path(findings.transitions)).toContainEqual(`2: accepted → open (${why})`);
    expect(path(findings.transitions)[0]).toBe(
      "1: new → accepted (seen for the first time; exception X until 2026-12-31 (CHG-1))",
    );
  });

  test("an accepted finding that is not covered is carried as such, and open once the exception has ended", () => {
    const weeks = portWeeks("80/tcp", "open", "", "");
    const { findings, last } = liveThrough(weeks, excepting("2026-03-16"));
    expect(path(findings.transitions)).toEqual([
      "1: new → accepted (seen for the first time; exception X until 2026-03-16 (CHG-1))",
      "3: accepted → open (exception X ended on 2026-03-16)",
    ]);
    expect(last.judgement.findings).toMatchObject([{ status: "open", carried: "not covered in this run" }]);
  });

  test("an accepted finding that is proved closed is closed, and one that comes back is accepted again", () => {
    const { findings } = liveThrough(portWeeks("80/tcp", "open", "closed", "open"), excepting("2026-12-31"));
    expect(path(findings.transitions).filter((each) => !each.includes("new"))).toEqual([
      "2: accepted → closed (proved closed)",
      "3: closed → accepted (seen again; exception X until 2026-12-31 (CHG-1))",
      "3: open → closed (unexpected-open on 10.0.0.5 80/tcp uses it)",
    ]);
  });

  test("without a profile a finding stays accepted until its day", () => {
    const profile = bind(
      `version: 1\ngroups: [{id: a, allowed: [22/tcp]}]\nexceptions: [{id: X, match: {address: ${HOST}}, ports: [23/tcp], owner: o, reason: r, expires: 2026-03-16}]`,
    );
    const { findings } = liveThrough(portWeeks("23/tcp", "open", "open", "open"), [profile, null, null]);
    expect(path(findings.transitions).slice(1)).toEqual([
      "3: accepted → open (exception X ended on 2026-03-16)",
    ]);
  });

  test.each<[what: string, weeks: readonly Week[], profile: BoundProfile, status: string]>([
    ["is closed with its port", portWeeks("80/tcp", "open", "closed"), excepting("2026-03-01"), "closed"],
    [
      "is silenced with its port",
      portWeeks("80/tcp", "open", "refused"),
      excepting("2026-03-01"),
      "silenced",
    ],
    ["is carried with its port", portWeeks("80/tcp", "open", ""), excepting("2026-03-01"), "open"],
    ["stands while the finding does", open, excepting("2026-03-01"), "open"],
    ["is settled by a longer exception", open.slice(0, 2), excepting("2026-12-31"), "profile-changed"],
    ["is settled where the exception is gone", open.slice(0, 2), STRICT, "profile-changed"],
    [
      "is settled where the port is allowed",
      open.slice(0, 2),
      allowing("allowed: [80/tcp]"),
      "profile-changed",
    ],
  ])("an expired exception %s", (_what, weeks, profile, status) => {
    const { findings } = liveThrough(weeks, [excepting("2026-03-01"), profile]);
    const expired = [...findings.known.values()].find(({ rule }) => rule === "exception-expired");
    expect(expired?.status).toBe(status);
  });

  test("an expired exception of a missing port ends silently: that the port opened is no proof that it closed", () => {
    const profile = bind(
      `version: 1\ngroups: [{id: a, required: [80/tcp]}]\nexceptions: [{id: X, match: {address: ${HOST}}, ports: [80/tcp], rules: [required-missing], owner: o, reason: r, expires: 2026-03-01}]`,
    );
    const { findings } = liveThrough(portWeeks("80/tcp", "closed", "open"), profile);
    expect(findings.statuses()).toEqual(["exception-expired silenced", "required-missing closed"]);
  });

  test.each<[what: string, second: PortWeek | "", profile: BoundProfile | null, status: string]>([
    ["is closed when it is used", "open", excepting("2026-12-31"), "closed"],
    ["stands while nothing uses it", "closed", excepting("2026-12-31"), "open"],
    ["is carried where the port is not covered", "", excepting("2026-12-31"), "open"],
    ["is carried without a profile", "closed", null, "open"],
    ["is settled when it is gone", "closed", STRICT, "profile-changed"],
    ["is settled when it has ended", "closed", excepting("2026-03-10"), "profile-changed"],
    [
      "is settled when it is for another port",
      "closed",
      excepting("2026-12-31", `match: {address: ${HOST}}, ports: [81/tcp]`),
      "profile-changed",
    ],
  ])("an unused exception %s", (_what, second, profile, status) => {
    const { findings } = liveThrough(portWeeks("80/tcp", "closed", second), [
      excepting("2026-12-31"),
      profile,
    ]);
    expect(findings.statuses()[0]).toBe(`exception-unused ${status}`);
  });

  test("an unused exception that only the profile makes use of is no closing", () => {
    const allowed = bind(
      `version: 1\ngroups: [{id: a, allowed: [80/tcp]}]\nexceptions: [{id: X, match: {address: ${HOST}}, ports: [80/tcp], owner: o, reason: r, expires: 2026-12-31}]`,
    );
    const { findings } = liveThrough(open.slice(0, 2), [allowed, excepting("2026-12-31")]);
    expect(findings.statuses()).toEqual(["exception-unused profile-changed", "unexpected-open accepted"]);
  });

  test("an unused exception is not used by what another of its hosts has", () => {
    const none: HostWeek = { ports: { "80/tcp": "closed" } };
    const profile = excepting("2026-12-31", "match: {address: [10.0.0.1, 10.0.0.2]}, ports: [80/tcp]");
    const { findings } = liveThrough(
      [{ "10.0.0.1": none }, { "10.0.0.1": {}, "10.0.0.2": { ports: { "80/tcp": "open" } } }],
      profile,
    );
    expect(findings.statuses()).toEqual(["exception-unused open", "unexpected-open accepted"]);
  });

  test("an exception by network that is told of at another host is not told of twice", () => {
    const none: HostWeek = { ports: { "80/tcp": "closed" } };
    const profile = excepting("2026-12-31", "match: {network: 10.0.0.0/24}, ports: [80/tcp]");
    const { findings } = liveThrough(
      [{ "10.0.0.2": none }, { "10.0.0.1": none, "10.0.0.2": none }],
      profile,
      { targets: ["10.0.0.0/24"] },
    );
    expect(path(findings.transitions)).toEqual([
      "1: new → open (seen for the first time)",
      "2: new → open (seen for the first time)",
      "2: open → silenced (told of on 10.0.0.1 80/tcp now)",
    ]);
  });

  test("an unused exception by network is carried where the network was not asked whole, or a host of it is silent", () => {
    const none: HostWeek = { ports: { "80/tcp": "closed" } };
    const profile = excepting("2026-12-31", "match: {network: 10.0.0.0/24}, ports: [80/tcp]");
    const weeks: Week[] = [
      { "10.0.0.1": none, "10.0.0.2": none },
      { "10.0.0.1": { presence: "silent" }, "10.0.0.2": none },
      { "10.0.0.1": none, "10.0.0.2": none },
      { "10.0.0.1": none, "10.0.0.2": { ports: { "80/tcp": "open" } } },
    ];
    const targets = [["10.0.0.0/24"], ["10.0.0.0/24"], ["10.0.0.1", "10.0.0.2"], ["10.0.0.2"]];
    const findings = new Findings();
    const seen = viewsOf(weeks).map((view, week) => {
      const run = { ...view.run, targets: targets[week] ?? [] };
      const { judgement } = findings.live({ ...view, run }, profile);
      return judgement.findings.map(({ rule, carried }) => `${rule}: ${carried ?? "judged"}`);
    });
    expect(seen).toEqual([
      ["exception-unused: judged"],
      ["exception-unused: not covered in this run"],
      ["exception-unused: not covered in this run"],
      ["unexpected-open: judged"],
    ]);
    expect(findings.statuses()).toEqual(["exception-unused closed", "unexpected-open accepted"]);
  });
});

describe("one finding over ten runs with gaps", () => {
  test("has one fingerprint and the right ages, due dates and runs", () => {
    const profile = allowing("allowed: [22/tcp]", "defaults: {due: {medium: 30d}}");
    const weeks = portWeeks(
      "80/tcp",
      "closed",
      "open",
      null,
      "",
      "open",
      "open",
      null,
      "silent",
      "open",
      "open",
    );
    const findings = new Findings();
    const seen = viewsOf(weeks).map((view) => {
      const { findings: now } = findings.live(view, profile).judgement;
      return now.map(({ ageDays, carried, overdue, run }) => ({
        ageDays,
        carried: carried !== null,
        overdue,
        run,
      }));
    });
    expect(findings.known.size).toBe(1);
    expect(seen).toEqual([
      [],
      [{ ageDays: 0, carried: false, overdue: false, run: 2 }],
      [],
      [{ ageDays: 14, carried: true, overdue: false, run: 2 }],
      [{ ageDays: 21, carried: false, overdue: false, run: 5 }],
      [{ ageDays: 28, carried: false, overdue: false, run: 6 }],
      [],
      [{ ageDays: 42, carried: true, overdue: true, run: 6 }],
      // It was silent for a week, which nobody believed: it never ceased to stand.
      [{ ageDays: 49, carried: false, overdue: true, run: 9 }],
      [{ ageDays: 56, carried: false, overdue: true, run: 10 }],
    ]);
    expect(path(findings.transitions)).toEqual(["2: new → open (seen for the first time)"]);
    expect([...findings.known.values()]).toMatchObject([{ due: startOf(1) + 30 * DAY }]);
  });
});
