import { describe, expect, test } from "vitest";
import { silentAddresses } from "../../src/exposure/askedAddresses.js";
import { judge } from "../../src/exposure/judge.js";
import type { Run } from "../../src/facts/run.js";
import type { HostView } from "../../src/facts/view.js";
import { addressSetOf } from "../../src/scope/addressSet.js";
import { bind, bindGroups } from "../profile/bound.js";
import { address, DAY, END, makeHost, makeView, START } from "./views.js";

const LAN = "{id: lan, match: {network: 10.0.0.0/24}, owner: ops, severity: high}";
const ONE = "{id: one, match: {address: [10.0.0.5, 10.0.0.6]}}";

describe("host-unknown", () => {
  test("is a host that answers and that no group matches", () => {
    const { findings } = judge(makeView([makeHost("192.0.2.1"), makeHost("10.0.0.1")]), bindGroups(LAN));
    expect(findings).toMatchObject([
      {
        rule: "host-unknown",
        severity: "medium",
        address: "192.0.2.1",
        protocol: null,
        port: null,
        firstSeen: START - 30 * DAY,
        lastSeen: END,
        ageDays: 30,
        confirmed: true,
        profile: null,
        evidence: "the host answers (echo-reply) and no group of the profile matches it",
      },
    ]);
  });

  test.each<[what: string, host: HostView]>([
    ["that is silent", makeHost("192.0.2.1", { presence: "silent" })],
    ["that was not covered", makeHost("192.0.2.1", { presence: "not-covered" })],
    ["that vanished", makeHost("192.0.2.1", { presence: "vanished" })],
  ])("is no host %s", (_what, host) => {
    expect(judge(makeView([host]), bindGroups(LAN)).findings).toEqual([]);
  });

  test("is not judged without a profile, and a group without a match matches every host", () => {
    expect(judge(makeView([makeHost("192.0.2.1")]), null).findings).toEqual([]);
    expect(judge(makeView([makeHost("192.0.2.1")]), bindGroups("{id: all}")).findings).toEqual([]);
  });
});

describe("host-missing", () => {
  test.each(["silent", "vanished"] as const)("is a host named by address that is %s", (presence) => {
    const host = makeHost("10.0.0.5", { presence, lastAlive: START - 7.2 * DAY });
    const { findings } = judge(makeView([host]), bindGroups(LAN, ONE));
    expect(findings).toMatchObject([
      {
        rule: "host-missing",
        severity: "high",
        address: "10.0.0.5",
        port: null,
        owner: "ops",
        firstSeen: START - 7.2 * DAY,
        lastSeen: END,
        ageDays: 7,
        confirmed: true,
        profile: { file: "p.yaml", line: 4 },
        evidence:
          "the host answers nothing and group `one` of the profile names it; it last answered on 2026-03-01",
      },
    ]);
  });

  test("is low by default, and a host named by name is one", () => {
    const bound = bind("version: 1\ngroups: [{id: a, match: {name: a.example}}]", {
      "a.example": ["10.0.0.9"],
    });
    const { findings } = judge(
      makeView([makeHost("10.0.0.9", { presence: "silent", lastAlive: null })]),
      bound,
    );
    expect(findings).toMatchObject([{ rule: "host-missing", severity: "low", firstSeen: START, ageDays: 0 }]);
    expect(findings[0]?.evidence).toContain("it never answered");
  });

  test.each<[what: string, host: HostView]>([
    ["that answers", makeHost("10.0.0.5")],
    ["that was not covered", makeHost("10.0.0.5", { presence: "not-covered" })],
    ["of a network, which names nobody", makeHost("10.0.0.7", { presence: "silent" })],
  ])("is no host %s", (_what, host) => {
    expect(judge(makeView([host]), bindGroups(LAN, ONE)).findings).toEqual([]);
  });

  test("is one that the view only counts, where the caller says that it was asked and silent", () => {
    const silent = addressSetOf(["10.0.0.5", "10.0.0.7", "10.0.0.8"].map(address));
    const { findings } = judge(makeView([makeHost("10.0.0.6")]), bindGroups(LAN, ONE), { silent });
    expect(findings.map((finding) => `${finding.rule} ${finding.address}`)).toEqual([
      "host-missing 10.0.0.5",
    ]);
    const host = makeHost("10.0.0.5", { presence: "silent" });
    expect(judge(makeView([host]), bindGroups(LAN, ONE), { silent }).findings).toHaveLength(1);
    expect(judge(makeView([]), bindGroups(LAN, ONE)).findings).toEqual([]);
  });

  test.each<[what: string, run: Partial<Run>, isTold: boolean]>([
    ["asked it", {}, true],
    ["excluded it", { exclusions: ["10.0.0.5-6"] }, false],
    ["excluded a name, which may be it", { exclusions: ["db.example"] }, false],
    ["did not end", { outcome: "interrupted" }, false],
    ["is a file's", { source: "import" }, false],
  ])(
    "is told of one that the view only counts, only where the run surely asked it: a run that %s",
    (_what, run, isTold) => {
      const view = makeView([makeHost("10.0.0.6")], { targets: ["10.0.0.0/24"], ...run });
      const { findings } = judge(view, bindGroups(LAN, ONE), { silent: silentAddresses(view) });
      expect(findings.map(({ rule }) => rule)).toEqual(isTold ? ["host-missing"] : []);
    },
  );
});
