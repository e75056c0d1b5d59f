import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import type { HostView } from "../../src/facts/view.js";
import { bindGroups } from "../profile/bound.js";
import { DAY, END, makeHost, makeView, START } from "./views.js";

function hole(port: number, protocol: "tcp" | "udp" = "tcp"): HostView["holes"][number] {
  return {
    protocol,
    port,
    silentShare: 0.9876,
    neighboursAsked: 20,
    neighboursAnswered: 0,
    firstSeen: START - 3 * DAY,
  };
}

function holesFound(profile: ReturnType<typeof bindGroups> | null, ...ports: readonly number[]) {
  return judge(makeView([makeHost("10.0.0.5", { holes: ports.map((port) => hole(port)) })]), profile)
    .findings;
}

describe("firewall-hole", () => {
  test("is a finding with and without a profile", () => {
    const expected = {
      rule: "firewall-hole",
      severity: "medium",
      port: 8080,
      firstSeen: START - 3 * DAY,
      lastSeen: END,
      ageDays: 3,
      confirmed: true,
    };
    expect(holesFound(null, 8080)).toMatchObject([expected]);
    expect(holesFound(bindGroups("{id: a}"), 8080)).toMatchObject([expected]);
    expect(holesFound(null, 8080)[0]?.evidence).toContain("98.7 % of the host is silent");
  });

  test("is not port 113", () => {
    expect(holesFound(null, 113)).toEqual([]);
  });

  test("is no port that the profile allows or requires: that is a stopped service", () => {
    const bound = bindGroups(
      "{id: a, allowed: [80/tcp, {port: 83/tcp, owner: unreviewed}], required: [81/tcp], forbidden: [82/tcp]}",
    );
    expect(holesFound(bound, 80, 81, 82, 83, 84).map(({ port }) => port)).toEqual([82, 83, 84]);
  });

  test("is information on the bastion itself", () => {
    const host = makeHost("10.0.0.5", { holes: [hole(80)], local: true });
    expect(judge(makeView([host]), null).findings).toMatchObject([{ severity: "info" }]);
  });

  test("that cannot be judged is told of, by reason, for hosts that answer", () => {
    const hosts = [
      makeHost("10.0.0.1", { holesUnjudged: "resets everything" }),
      makeHost("10.0.0.2", { holesUnjudged: "resets everything" }),
      makeHost("10.0.0.3", { holesUnjudged: "connect scan" }),
      makeHost("10.0.0.4", { holesUnjudged: "connect scan", presence: "silent" }),
      makeHost("10.0.0.5"),
    ];
    expect(judge(makeView(hosts), bindGroups("{id: a}")).notes).toEqual([
      "firewall holes cannot be judged on 2 hosts (resets everything)",
      "firewall holes cannot be judged on 1 host (connect scan)",
    ]);
  });
});
