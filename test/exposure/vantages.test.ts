import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import { bind } from "../profile/bound.js";
import { makeView, openHost } from "./views.js";

const PROFILE = `version: 1
defaults: {unlisted: allowed, severity: {high_risk: critical}, high_risk: [445/tcp]}
groups:
  - id: db
    match: {network: 10.0.0.0/8}
    owner: dba
    required: [{port: 5432/tcp, from: [bastion]}]
    allowed: [{port: 22/tcp, closed_from: [office]}, {port: 445/tcp, from: [bastion]}]
    forbidden: [{port: 9999/tcp, from: [office]}]
`;

function seenFrom(vantage: string, ...ports: readonly string[]) {
  return judge(makeView([openHost("10.0.0.5", ...ports)], { vantage }), bind(PROFILE, {}, { vantage }));
}

describe("vantage-violation", () => {
  test("is an open port that from here may not be open, and nothing where it may", () => {
    expect(seenFrom("bastion", "22/tcp", "445/tcp", "5432/tcp", "9999/tcp").findings).toEqual([]);
    const { findings } = seenFrom("office", "22/tcp", "5432/tcp", "9999/tcp");
    expect(findings).toMatchObject([
      {
        rule: "vantage-violation",
        severity: "high",
        port: 22,
        owner: "dba",
        vantage: "office",
        profile: { line: 8 },
      },
      { rule: "vantage-violation", severity: "high", port: 5432, profile: { line: 7 } },
      { rule: "forbidden-open", severity: "high", port: 9999 },
    ]);
  });

  test("is as grave as the high-risk list says, if that is graver", () => {
    expect(seenFrom("office", "445/tcp").findings).toMatchObject([
      { rule: "vantage-violation", severity: "critical" },
    ]);
  });

  test("keeps its own severity where the list says less", () => {
    const text = PROFILE.replace("high_risk: critical", "high_risk: low");
    const { findings } = judge(
      makeView([openHost("10.0.0.5", "445/tcp")], { vantage: "office" }),
      bind(text, {}, { vantage: "office" }),
    );
    expect(findings).toMatchObject([{ rule: "vantage-violation", severity: "high" }]);
  });

  test("and no required port is missing elsewhere", () => {
    expect(seenFrom("office").findings).toEqual([]);
  });

  test("has one fingerprint a vantage", () => {
    const [office] = seenFrom("office", "22/tcp").findings;
    const [internet] = seenFrom("internet", "5432/tcp").findings;
    expect(office?.rule).toBe(internet?.rule);
    expect(office?.fingerprint).not.toBe(internet?.fingerprint);
  });
});
