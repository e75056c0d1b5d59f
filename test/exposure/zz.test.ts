import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import { liveOn } from "../../src/exposure/life.js";
import type { Finding, FindingRule } from "../../src/facts/finding.js";
import type { BoundProfile } from "../../src/profile/bind.js";
import { exceptionEnd } from "../../src/profile/exceptionRules.js";
import { bind } from "../profile/bound.js";
import { DAY } from "./views.js";
import { Findings, type HostWeek, type PortWeek, startOf, viewsOf, type Week } from "./weeks.js";

const HOSTS = ["10.0.0.5", "10.0.0.6", "10.0.0.7"];
const PORTS = ["22/tcp", "23/tcp", "80/tcp", "53/udp"];
const OPEN_PORT: ReadonlySet<FindingRule> = new Set([
  "unexpected-open",
  "forbidden-open",
  "vantage-violation",
  "unconfirmed",
  "exception-expired",
]);

const exception = (id: string, match: string, expires: string, more = "ports: [22/tcp, 80/tcp]") =>
  `{id: ${id}, match: ${match}, ${more}, owner: o-${id}, reason: r, expires: ${expires}}`;

/** Profiles that say all sorts of things of the same three hosts. Run 1 is on 2026-03-09, and then one a week. */
const PROFILES: readonly (BoundProfile | null)[] = [
  null,
  bind("version: 1\ngroups: [{id: a, match: {network: 10.0.0.0/24}}]"),
  bind(
    "version: 1\ngroups: [{id: a, match: {address: [10.0.0.5, 10.0.0.7]}, allowed: [22/tcp, 80/tcp], forbidden: [53/udp]}]",
  ),
  bind(
    "version: 1\ndefaults: {unlisted: allowed, confirm_runs: 1, due: {high: 3d, low: 10d}}\ngroups: [{id: a, required: [80/tcp, 53/udp]}]",
  ),
  bind(
    "version: 1\ndefaults: {unlisted: review}\ngroups: [{id: a, allowed: [{port: 80/tcp, service: ssh}], required: [{port: 22/tcp, from: [office]}]}]",
  ),
  bind(
    "version: 1\ngroups: [{id: a, allowed: [{port: 80/tcp, service: http}, {port: 22/tcp, closed_from: [bastion]}]}]",
  ),
  bind(
    "version: 1\nhosts: {db: [10.0.0.5, 10.0.0.6]}\ngroups: [{id: db, match: {host: db}, required: [22/tcp]}, {id: x, match: {address: 10.0.0.7}, required: [80/tcp]}]",
  ),
  bind(
    `version: 1\ngroups: [{id: a, match: {address: [10.0.0.5, 10.0.0.6]}}]\nexceptions: [${[
      exception("A", "{address: 10.0.0.5}", "2026-04-01"),
      exception("B", "{network: 10.0.0.0/24}", "2026-05-15", "ports: [22-23/tcp, 53/udp]"),
      exception("C", "{address: 10.0.0.7}", "2026-04-20", "rules: [host-unknown]"),
      exception("D", "{network: 10.0.0.0/24}", "2026-04-10", "rules: [host-missing]"),
    ].join(", ")}]`,
  ),
  bind(
    `version: 1\ndefaults: {due: {medium: 5d}}\ngroups: [{id: a, required: [22/tcp], allowed: [80/tcp]}]\nexceptions: [${[
      exception(
        "A",
        "{network: 10.0.0.0/24}",
        "2026-12-31",
        "ports: [22/tcp, 80/tcp], rules: [required-missing, wrong-service]",
      ),
      exception("E", "{address: [10.0.0.6, 10.0.0.7]}", "2026-03-20", "ports: [23/tcp, 53/udp]"),
    ].join(", ")}]`,
  ),
];

const portWeek: fc.Arbitrary<PortWeek | ""> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<PortWeek>("open", "open http", "open ssh") },
  { weight: 3, arbitrary: fc.constant<PortWeek>("closed") },
  { weight: 3, arbitrary: fc.constant<PortWeek>("silent") },
  { weight: 2, arbitrary: fc.constantFrom<PortWeek | "">("refused", "doubt", "tarpit", "none", "") },
);

const hostWeek: fc.Arbitrary<HostWeek | null> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        ports: fc.tuple(...PORTS.map(() => portWeek)),
        hole: fc.boolean(),
        unjudged: fc.boolean(),
      })
      .map(({ ports, hole, unjudged }) => hostOf(ports, hole, unjudged)),
  },
  { weight: 1, arbitrary: fc.constantFrom<HostWeek>({ presence: "silent" }, { presence: "vanished" }) },
  { weight: 1, arbitrary: fc.constant(null) },
);

function hostOf(states: readonly (PortWeek | "")[], hole: boolean, unjudged: boolean): HostWeek {
  const ports = Object.fromEntries(
    PORTS.flatMap((port, index) => {
      const state = states[index] ?? "";
      return state === "" ? [] : [[port, state] as const];
    }),
  );
  const holes = hole && ports["80/tcp"] === "closed" ? ["80/tcp"] : [];
  return { ports, holes, ...(unjudged && holes.length === 0 ? { holesUnjudged: "connect scan" } : {}) };
}

/** Each host keeps what it was about half of the time: silence must be able to be believed. */
const weeksOfHost = fc
  .array(fc.record({ host: hostWeek, keep: fc.boolean() }), { minLength: 2, maxLength: 10 })
  .map((weeks) => {
    let last: HostWeek | null = null;
    return weeks.map(({ host, keep }) => {
      last = keep && last !== null ? last : host;
      return last;
    });
  });

const drawn = fc.record({
  hosts: fc.tuple(...HOSTS.map(() => weeksOfHost)),
  profiles: fc.array(fc.nat(PROFILES.length - 1), { minLength: 10, maxLength: 10 }),
  steady: fc.boolean(),
});

interface Story {
  readonly weeks: readonly Week[];
  /** Numbers of `PROFILES`, so that a failure can be read. */
  readonly chosen: readonly number[];
}

function profileIn({ chosen }: Story, week: number): BoundProfile | null {
  return PROFILES[chosen[week] ?? 0] ?? null;
}

const stories: fc.Arbitrary<Story> = drawn.map(({ hosts, profiles, steady }) => {
  const length = Math.min(...hosts.map((weeks) => weeks.length));
  const weeks = Array.from({ length }, (_, week) =>
    Object.fromEntries(
      HOSTS.flatMap((host, index) => {
        const told = hosts[index]?.[week] ?? null;
        return told === null ? [] : [[host, told] as const];
      }),
    ),
  );
  // A profile is often the same for months.
  const chosen = profiles.map((index, week) => (steady ? (profiles[week - (week % 4)] ?? 0) : index));
  return { weeks, chosen };
});

function toldOf(weeks: readonly Week[], week: number, { address, protocol, port }: Finding): string | null {
  const host = weeks[week]?.[address];
  if (host === undefined || host.presence !== undefined || port === null) return null;
  return host.ports?.[`${port}/${protocol}`] ?? null;
}

/** What the runs before this week proved of the port last; silence of an open UDP port is no proof. */
function lastProved(weeks: readonly Week[], week: number, finding: Finding): string | null {
  for (let before = week - 1; before >= 0; before--) {
    const told = toldOf(weeks, before, finding);
    if (told !== null && told !== "none") return told;
  }
  return null;
}

function isInDoubt(week: Week = {}): boolean {
  return Object.values(week).some(({ ports = {} }) =>
    Object.values(ports).some((told) => told === "doubt" || told === "tarpit"),
  );
}

function live(story: Story, each: (week: number, findings: Findings) => void): Findings {
  const findings = new Findings();
  viewsOf(story.weeks).forEach((view, week) => {
    findings.live(view, profileIn(story, week));
    each(week, findings);
  });
  return findings;
}

const RUNS = { numRuns: 12000 };

describe("over any sequence of runs", () => {
  test("an open port's finding is closed by a proof of that run only, and silence is believed in two", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { weeks } = story;
        const findings = live(story, () => undefined);
        for (const { fingerprint, to, run, why } of findings.transitions) {
          const finding = findings.known.get(fingerprint);
          if (finding === undefined) throw new RangeError("a transition of nothing");
          const told = toldOf(weeks, run - 1, finding);
          if (to === "closed" && OPEN_PORT.has(finding.rule) && finding.port !== null) {
            expect(told).toBe("closed");
          }
          if (to === "closed" && finding.rule === "wrong-service")
            expect(told).toMatch(/^closed$|^open|^doubt$/);
          if (why !== "silent, and believed so") continue;
          expect(told).toBe("silent");
          const confirmRuns = profileIn(story, run - 1)?.profile.defaults.confirmRuns ?? 2;
          if (confirmRuns === 2) expect(lastProved(weeks, run - 1, finding)).toBe("silent");
        }
      }),
      RUNS,
    );
  });

  test("no finding is lost, and its transitions are one chain that ends with its status", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const seen = new Set<string>();
        const findings = live(story, (_week, { known }) => {
          for (const fingerprint of seen) expect(known.has(fingerprint)).toBe(true);
          for (const fingerprint of known.keys()) seen.add(fingerprint);
        });
        const last = new Map<string, string>();
        for (const { fingerprint, from, to } of findings.transitions) {
          expect(from).toBe(last.get(fingerprint) ?? null);
          expect(to).not.toBe(from);
          last.set(fingerprint, to);
        }
        for (const [fingerprint, { status }] of findings.known) expect(last.get(fingerprint)).toBe(status);
      }),
      RUNS,
    );
  });

  test("what a run lists is what stands of the hosts it asked, judged or carried, and dated to it", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { weeks } = story;
        const findings = new Findings();
        viewsOf(weeks).forEach((view, week) => {
          const { judgement, touched } = findings.live(view, profileIn(story, week));
          const now = startOf(week) + 3_600_000;
          const asked = new Set(view.hosts.map(({ address }) => address));
          const standing = [...findings.known.values()].filter(
            ({ status, address }) => (status === "open" || status === "accepted") && asked.has(address),
          );
          const listed = new Set(judgement.findings.map(({ fingerprint }) => fingerprint));
          expect(standing.filter(({ fingerprint }) => !listed.has(fingerprint))).toEqual([]);
          expect(new Set(touched.map(({ fingerprint }) => fingerprint)).size).toBe(touched.length);
          expect(touched).toHaveLength(judgement.findings.length + judgement.settled.length);
          for (const finding of judgement.findings) {
            expect(["open", "accepted"]).toContain(finding.status);
            expect(finding.carried === null).toBe(finding.run === view.run.id);
            expect(finding.ageDays).toBe(Math.max(0, Math.floor((now - finding.firstSeen) / DAY)));
            const { due, status, exception: by } = finding;
            expect(finding.overdue).toBe(status === "open" && due !== null && due < now);
            if (status !== "accepted") continue;
            const profile = profileIn(story, week);
            const is = profile?.profile.exceptions.find(({ id }) => id === by?.id);
            if (profile) expect(is !== undefined && exceptionEnd(is, profile.zone) >= now).toBe(true);
            expect(by).not.toBeNull();
          }
          for (const { status, overdue, carried } of judgement.settled) {
            expect(["closed", "silenced", "profile-changed"]).toContain(status);
            expect({ overdue, carried }).toEqual({ overdue: false, carried: null });
          }
        });
      }),
      RUNS,
    );
  });

  test("editing the profile alone closes nothing", () => {
    const any = fc.nat(PROFILES.length - 1);
    fc.assert(
      fc.property(stories, any, any, ({ weeks }, used, edited) => {
        // Had the profile changed before, a change of the network might be told of only now.
        const profile = PROFILES[used] ?? null;
        if (profile === null) return;
        const findings = new Findings();
        viewsOf(weeks).forEach((view, week) => {
          findings.live(view, profile);
          // What a run left in doubt is a change of the network that is not told of yet.
          if (isInDoubt(weeks[week])) return;
          const again = viewsOf([...weeks.slice(0, week + 1), weeks[week] ?? {}]).at(-1);
          if (again === undefined) throw new RangeError("no weeks");
          const { transitions } = findings.look(again, PROFILES[edited] ?? null);
          expect(transitions.filter(({ to }) => to === "closed")).toEqual([]);
        });
      }),
      RUNS,
    );
  });

  test("nothing depends on the order in which findings were kept, nor on who looks", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { weeks } = story;
        const findings = new Findings();
        viewsOf(weeks).forEach((view, week) => {
          const profile = profileIn(story, week);
          const run = { view, profile, judgement: judge(view, profile) };
          const before = [...findings.known.values()];
          const forwards = liveOn(run, before, "anna");
          const backwards = liveOn(run, before.toReversed(), "anna");
          expect(backwards.judgement).toEqual(forwards.judgement);
          findings.live(view, profile);
        });
      }),
      { numRuns: 2000 },
    );
  });
});
