import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import type { HostView } from "../../src/facts/view.js";
import type { BoundProfile } from "../../src/profile/bind.js";
import { bind, type Place } from "../profile/bound.js";
import { DAY, END, makeHost, makeRow, makeView, openHost, START } from "./views.js";

/** The run of `makeView` is on 2026-03-09, 02:30 to 03:30 UTC. */
function excepting(exceptions: string, rest = "", place: Place = {}): BoundProfile {
  const text = `version: 1\ngroups: [{id: lan, match: {network: 10.0.0.0/8}, forbidden: [81/tcp]}]\n${rest}\nexceptions:\n${exceptions}\n`;
  return bind(text, { "app.example": ["10.0.0.7"] }, place);
}

const EXC = (more: string) =>
  `  - {id: EXC-1, match: {address: 10.0.0.5}, owner: li.wei, reason: vendor console, ticket: CHG-1, approved_by: ciso, ${more}}`;

function brief(hosts: readonly HostView[], profile: BoundProfile) {
  return judge(makeView(hosts), profile).findings.map(
    ({ rule, status, address, port }) => `${rule} ${status} ${address} ${port}`,
  );
}

describe("a finding that an exception covers", () => {
  test("is accepted while the exception holds, and says which", () => {
    const { findings } = judge(
      makeView([openHost("10.0.0.5", "80/tcp", "81/tcp", "82/tcp")]),
      excepting(EXC("ports: [80/tcp, 81/tcp], expires: 2026-03-09")),
    );
    expect(findings).toMatchObject([
      { rule: "forbidden-open", port: 81, status: "accepted", owner: null, overdue: false },
      { rule: "unexpected-open", port: 80, status: "accepted" },
      { rule: "unexpected-open", port: 82, status: "open", exception: null },
    ]);
    expect(findings[0]?.exception).toEqual({
      id: "EXC-1",
      owner: "li.wei",
      reason: "vendor console",
      ticket: "CHG-1",
      approvedBy: "ciso",
      expires: "2026-03-09",
      line: { file: "p.yaml", line: 5 },
    });
  });

  test("is open again the day after, and an exception-expired stands beside it", () => {
    const { findings } = judge(
      makeView([openHost("10.0.0.5", "80/tcp")]),
      excepting(EXC("ports: [80/tcp], expires: 2026-03-01")),
    );
    expect(findings).toMatchObject([
      {
        rule: "exception-expired",
        severity: "medium",
        status: "open",
        address: "10.0.0.5",
        protocol: "tcp",
        port: 80,
        owner: "li.wei",
        firstSeen: Date.UTC(2026, 2, 2) - 1,
        lastSeen: END,
        ageDays: 7,
        profile: { file: "p.yaml", line: 5 },
        exception: { id: "EXC-1" },
        evidence: "exception `EXC-1` of li.wei ended on 2026-03-01 (CHG-1) and unexpected-open still stands",
      },
      { rule: "unexpected-open", status: "open", exception: { id: "EXC-1" }, owner: null },
    ]);
  });

  test("ends with its last day in the configured zone", () => {
    const host = [openHost("10.0.0.5", "80/tcp")];
    const text = EXC("ports: [80/tcp], expires: 2026-03-08");
    // 03:30 UTC is still the evening of the 8th in New York and long the 9th in Berlin.
    expect(brief(host, excepting(text, "", { zone: "America/New_York" }))).toEqual([
      "unexpected-open accepted 10.0.0.5 80",
    ]);
    expect(brief(host, excepting(text, "", { zone: "Europe/Berlin" }))).toContain(
      "exception-expired open 10.0.0.5 80",
    );
  });

  test.each<[what: string, more: string, found: readonly string[]]>([
    ["of another rule", "rules: [forbidden-open]", ["unexpected-open open 10.0.0.5 80"]],
    ["of another vantage", "from: office", ["unexpected-open open 10.0.0.5 80"]],
    ["of this vantage", "from: [office, bastion]", ["unexpected-open accepted 10.0.0.5 80"]],
  ])("by an exception %s", (_what, more, found) => {
    expect(
      brief(
        [openHost("10.0.0.5", "80/tcp")],
        excepting(EXC(`ports: [80/tcp], ${more}, expires: 2026-12-31`)),
      ),
    ).toEqual(found);
  });

  test("of a host rule or a missing port is accepted where the rules say so", () => {
    const profile = bind(
      `version: 1
groups: [{id: one, match: {address: [10.0.0.5, 10.0.0.6]}, required: [22/tcp]}]
exceptions:
  - {id: A, match: {address: 10.0.0.6}, rules: [host-missing], owner: o, reason: r, expires: 2026-12-31}
  - {id: B, match: {address: 10.0.0.9}, rules: [host-unknown], owner: o, reason: r, expires: 2026-01-01}
  - {id: C, match: {address: 10.0.0.5}, rules: [required-missing], ports: [22/tcp], owner: o, reason: r, expires: 2026-12-31}
`,
    );
    const closed = makeRow("10.0.0.5", "22/tcp", { state: "closed", proof: "closed" });
    const hosts = [
      makeHost("10.0.0.5", { ports: [closed] }),
      makeHost("10.0.0.6", { presence: "silent" }),
      makeHost("10.0.0.9"),
    ];
    expect(brief(hosts, profile)).toEqual([
      "exception-expired open 10.0.0.9 null",
      "host-unknown open 10.0.0.9 null",
      "required-missing accepted 10.0.0.5 22",
      "host-missing accepted 10.0.0.6 null",
    ]);
  });

  test("two ended exceptions at one port are told of once, by the better one", () => {
    const { findings } = judge(
      makeView([openHost("10.0.0.5", "80/tcp")]),
      excepting(
        `  - {id: WIDE, match: {network: 10.0.0.0/8}, ports: [80/tcp], owner: o, reason: r, expires: 2026-03-01}
${EXC("ports: [80/tcp], expires: 2026-02-01")}`,
      ),
    );
    expect(findings.filter(({ rule }) => rule === "exception-expired")).toMatchObject([
      { exception: { id: "EXC-1" } },
    ]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
  });

  test("keeps its fingerprint, whether accepted or not", () => {
    const view = makeView([openHost("10.0.0.5", "80/tcp")]);
    const prints = ["2026-12-31", "2026-01-01"].map(
      (expires) =>
        judge(view, excepting(EXC(`ports: [80/tcp], expires: ${expires}`))).findings.find(
          ({ rule }) => rule === "unexpected-open",
        )?.fingerprint,
    );
    expect(prints[0]).toBe(prints[1]);
  });
});

describe("exceptions that end soon are noted", () => {
  const notesOf = (exceptions: string, place: Place = {}) =>
    judge(makeView([]), excepting(exceptions, "", place)).notes.filter((note) => note.includes("exception"));
  const ending = (id: string, expires: string, more = "") =>
    `  - {id: ${id}, match: {address: 10.0.0.5}, ports: [80/tcp], owner: li.wei, reason: r, expires: ${expires}${more}}`;

  test.each<[expires: string, note: string | null]>([
    ["2026-03-08", null],
    ["2026-03-09", "exception EXC-1 of li.wei ends on 2026-03-09, today"],
    ["2026-03-10", "exception EXC-1 of li.wei ends on 2026-03-10, in 1 day"],
    ["2026-03-18", "exception EXC-1 of li.wei ends on 2026-03-18, in 9 days"],
    ["2026-03-22", "exception EXC-1 of li.wei ends on 2026-03-22, in 13 days"],
    ["2026-03-23", "exception EXC-1 of li.wei ends on 2026-03-23, in 14 days"],
    ["2026-03-24", null],
    ["2026-12-31", null],
  ])("one that ends on %s: %s", (expires, note) => {
    expect(notesOf(ending("EXC-1", expires))).toEqual(note === null ? [] : [note]);
  });

  test("the first to end first, ten at most, and those of other vantages not", () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      ending(`E${String(index).padStart(2, "0")}`, "2026-03-20"),
    );
    const notes = notesOf(
      [...many, ending("SOON", "2026-03-10"), ending("OFF", "2026-03-09", ", from: office")].join("\n"),
    );
    expect(notes).toHaveLength(11);
    expect(notes[0]).toBe("exception SOON of li.wei ends on 2026-03-10, in 1 day");
    expect(notes[1]).toContain("exception E00 ");
    expect(notes.at(-1)).toBe("3 more exceptions end within 14 days");
  });
});

describe("due dates", () => {
  test("follow the severity, count from the first sight, and spare what was accepted", () => {
    const profile = excepting(
      EXC("ports: [82/tcp], expires: 2026-12-31"),
      "defaults: {due: {high: 2d, medium: 4w}}",
    );
    const host = makeHost("10.0.0.5", {
      ports: [
        makeRow("10.0.0.5", "81/tcp", { firstSeen: START - 3 * DAY }),
        makeRow("10.0.0.5", "80/tcp", { firstSeen: START - 3 * DAY }),
        makeRow("10.0.0.5", "82/tcp", { firstSeen: START - 300 * DAY }),
      ],
    });
    expect(
      judge(makeView([host]), profile).findings.map(({ port, due, overdue }) => ({ port, due, overdue })),
    ).toEqual([
      { port: 81, due: START - DAY, overdue: true },
      { port: 80, due: START + 25 * DAY, overdue: false },
      { port: 82, due: START - 272 * DAY, overdue: false },
    ]);
  });

  test("are none where the severity has no days, and without a profile", () => {
    const view = makeView([openHost("10.0.0.5", "23/tcp")]);
    const profile = excepting(EXC("ports: [82/tcp], expires: 2026-12-31"), "defaults: {due: {low: 2d}}");
    for (const bound of [profile, null]) {
      expect(judge(view, bound).findings).toMatchObject([{ due: null, overdue: false }]);
    }
  });
});
