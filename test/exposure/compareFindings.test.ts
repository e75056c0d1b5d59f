import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareFindings } from "../../src/exposure/compareFindings.js";
import { fingerprintOf } from "../../src/exposure/fingerprint.js";
import type { Address } from "../../src/facts/address.js";
import type { Finding } from "../../src/facts/finding.js";

const EXCEPTION = {
  id: "EXC-1",
  owner: "li.wei",
  reason: "until the migration",
  ticket: null,
  approvedBy: null,
  expires: "2026-12-31",
  line: { file: "a.yaml", line: 40 },
} as const;

function finding(given: Partial<Finding> = {}): Finding {
  const about = {
    realm: "default",
    vantage: "bastion",
    rule: "unexpected-open" as const,
    address: "10.0.0.5" as Address,
    protocol: "tcp" as const,
    port: 22 as number | null,
    ...given,
  };
  return {
    severity: "medium",
    status: "open",
    owner: null,
    host: null,
    system: null,
    tags: [],
    firstSeen: 0,
    lastSeen: 0,
    ageDays: 0,
    run: 1,
    evidence: "22/tcp is open",
    confirmed: true,
    due: null,
    overdue: false,
    exception: null,
    profile: { file: "a.yaml", line: 3 },
    carried: null,
    ...about,
    fingerprint: fingerprintOf(about),
  };
}

describe("compareFindings", () => {
  it("tells what only the second judging has, what only the first has, and what both have", () => {
    const shared = finding({ port: 80 });
    const only = { before: finding({ port: 22 }), after: finding({ port: 443 }) };
    const found = compareFindings([only.before, shared], [shared, only.after]);
    expect(found).toEqual({
      opened: [only.after],
      settled: [only.before],
      changed: [],
      same: 1,
      hosts: ["10.0.0.5"],
    });
  });

  it.each<[string, Partial<Finding>]>([
    ["severity", { severity: "high" }],
    ["status", { status: "accepted", exception: EXCEPTION }],
    ["owner", { owner: "dba-team" }],
    ["due date", { due: 86_400_000 }],
  ])("calls another %s a change", (_, given) => {
    const pair = { before: finding(), after: finding(given) };
    expect(compareFindings([pair.before], [pair.after])).toMatchObject({ changed: [pair], same: 0 });
  });

  it("calls an exception that ends on another day a change, and one of another name none", () => {
    const accepted = (expires: string, id = "EXC-1") =>
      finding({ status: "accepted", exception: { ...EXCEPTION, id, expires } });
    expect(compareFindings([accepted("2026-12-31")], [accepted("2027-03-31")]).changed).toHaveLength(1);
    expect(compareFindings([accepted("2026-12-31")], [accepted("2026-12-31", "EXC-2")]).same).toBe(1);
  });

  it("minds neither the line of the profile nor the wording of the evidence", () => {
    const moved = finding({ profile: { file: "b.yaml", line: 90 }, evidence: "22/tcp is open, ssh" });
    expect(compareFindings([finding()], [moved])).toMatchObject({ changed: [], same: 1 });
  });

  it("shows another rule for the same port as one finding settled and one opened", () => {
    const [unlisted, forbidden] = [finding(), finding({ rule: "forbidden-open" })];
    expect(compareFindings([unlisted], [forbidden])).toMatchObject({
      opened: [forbidden],
      settled: [unlisted],
    });
  });

  it("orders by address as a number, the host before its ports", () => {
    const after = [
      finding({ address: "10.0.0.10" as Address, port: 9 }),
      finding({ address: "10.0.0.9" as Address, port: 443 }),
      finding({ address: "10.0.0.9" as Address, port: 53, protocol: "udp" }),
      finding({ address: "10.0.0.9" as Address, port: null, protocol: null, rule: "host-unknown" }),
      finding({ address: "10.0.0.9" as Address, port: 80 }),
    ];
    const { opened, hosts } = compareFindings([], after);
    expect(opened.map(({ address, port }) => [address, port])).toEqual([
      ["10.0.0.9", null],
      ["10.0.0.9", 80],
      ["10.0.0.9", 443],
      ["10.0.0.9", 53],
      ["10.0.0.10", 9],
    ]);
    expect(hosts).toEqual(["10.0.0.9", "10.0.0.10"]);
  });

  it("the other way round, opened and settled change places, and nothing is lost", () => {
    const some = fc.uniqueArray(
      fc.record({ port: fc.integer({ min: 1, max: 6 }), severity: fc.constantFrom("low", "high") }),
      { selector: ({ port }) => port },
    );
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [before, after] = [a, b].map((list) => list.map((given) => finding(given as Partial<Finding>)));
        const there = compareFindings(before ?? [], after ?? []);
        const back = compareFindings(after ?? [], before ?? []);
        expect(back.opened).toEqual(there.settled);
        expect(back.settled).toEqual(there.opened);
        expect(back.changed).toEqual(
          there.changed.map((pair) => ({ before: pair.after, after: pair.before })),
        );
        expect(there.settled.length + there.changed.length + there.same).toBe(a.length);
        expect(there.opened.length + there.changed.length + there.same).toBe(b.length);
      }),
    );
  });
});
