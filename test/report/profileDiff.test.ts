import { describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { Finding } from "../../src/facts/finding.js";
import { type ProfileDiff, renderProfileDiff } from "../../src/report/profileDiff.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const DAY = 86_400_000;
const START = Date.parse("2026-11-25T01:14:00Z");

function finding(given: Partial<Finding> = {}): Finding {
  return {
    fingerprint: "0123456789abcdef",
    rule: "unexpected-open",
    severity: "medium",
    status: "open",
    address: "10.30.0.10" as Address,
    protocol: "tcp",
    port: 8080,
    vantage: "bastion",
    realm: "default",
    owner: "web-team",
    host: null,
    system: null,
    tags: [],
    firstSeen: START - 9 * DAY,
    lastSeen: START,
    ageDays: 9,
    run: 14,
    evidence:
      "8080/tcp is open (http nginx 1.24.0); no group of this host lists it; unlisted ports are forbidden",
    confirmed: true,
    due: START + 5 * DAY,
    overdue: false,
    exception: null,
    profile: { file: "new.yaml", line: 31 },
    carried: null,
    ...given,
  };
}

const EXCEPTION = {
  id: "EXC-2026-014",
  owner: "li.wei",
  reason: "legacy vendor console until migration",
  ticket: "CHG-4711",
  approvedBy: "ciso",
  expires: "2026-12-31",
  line: { file: "new.yaml", line: 60 },
};

const DIFF: ProfileDiff = {
  run: { id: 14, vantage: "bastion", realm: "default", startedAt: START },
  a: { file: "profile.yaml", hash: "a".repeat(64), kept: true },
  b: { file: "new.yaml", hash: "b".repeat(64), kept: false },
  opened: [
    finding({ host: "web01" }),
    finding({
      address: "10.30.0.11" as Address,
      rule: "forbidden-open",
      port: 23,
      severity: "high",
      status: "accepted",
      exception: EXCEPTION,
    }),
  ],
  settled: [
    finding({
      rule: "required-missing",
      port: 22,
      severity: "low",
      profile: { file: "profile.yaml", line: 12 },
    }),
  ],
  changed: [
    {
      before: finding({ address: "10.30.0.11" as Address, port: 443, owner: null }),
      after: finding({
        address: "10.30.0.11" as Address,
        port: 443,
        severity: "high",
        status: "accepted",
        exception: EXCEPTION,
        due: START + 2 * DAY,
      }),
    },
  ],
  same: 1203,
  hosts: ["10.30.0.10", "10.30.0.11"],
};

describe("renderProfileDiff", () => {
  it("begins with the counts and tells host by host what would become of each finding", () => {
    expect(renderProfileDiff(DIFF, "text", LOOK)).toMatchSnapshot();
  });

  it("puts the text below its head where the terminal is narrow", () => {
    const text = renderProfileDiff(DIFF, "text", { ...LOOK, width: 60 });
    expect(text).toMatchSnapshot();
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it("says so where nothing changes", () => {
    const same = { ...DIFF, opened: [], settled: [], changed: [], hosts: [], same: 1 };
    expect(renderProfileDiff(same, "text", LOOK).split("\n")[0]).toBe(
      "Run 14: no finding would open, be settled or change; 1 stays",
    );
  });

  it("names a judging without a profile", () => {
    const bare = { ...DIFF, a: { file: null, hash: null, kept: true } };
    expect(renderProfileDiff(bare, "text", LOOK)).toContain(
      "before  no profile: the high-risk list alone (what run 14 was judged by)",
    );
  });

  it("gives programs the three lists as finding rows", () => {
    const json = JSON.parse(renderProfileDiff(DIFF, "json", LOOK));
    expect(json).toMatchObject({
      schemaVersion: 1,
      run: 14,
      a: { file: "profile.yaml", kept: true },
      b: { file: "new.yaml", kept: false },
      opened: [{ address: "10.30.0.10", port: 8080, rule: "unexpected-open" }, { port: 23 }],
      settled: [{ rule: "required-missing", profile: { file: "profile.yaml", line: 12 } }],
      changed: [{ before: { status: "open", severity: "medium" }, after: { status: "accepted" } }],
      same: 1203,
    });
    expect(json.opened[0].firstSeen).toBe("2026-11-16T01:14:00Z");
  });

  it.each(Object.entries(HOSTILE))("prints %s safely", (_, text) => {
    const hostile = poison({ ...DIFF, opened: DIFF.opened.map((one) => ({ ...one, host: text })) }, text);
    for (const one of [...hostile.opened, ...hostile.settled]) expect(one.evidence).toBe(text);
    expect(renderProfileDiff(hostile, "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderProfileDiff(hostile, "text", { ...LOOK, unicode: false })).not.toContain("…");
    expect(renderProfileDiff(hostile, "json", LOOK)).not.toMatch(UNSAFE);
  });
});
