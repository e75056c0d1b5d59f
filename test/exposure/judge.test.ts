import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../src/exposure/fingerprint.js";
import { judge } from "../../src/exposure/judge.js";
import { bind, bindGroups } from "../profile/bound.js";
import { makeHost, makeView, openHost } from "./views.js";

describe("findings", () => {
  test("come gravest first, then by address as a number, protocol and port", () => {
    const bound = bindGroups("{id: a, match: {network: 10.0.0.0/8}, forbidden: [81/tcp]}");
    const view = makeView([
      openHost("10.0.0.10", "90/tcp", "81/tcp", "80/udp", "9/tcp"),
      openHost("10.0.0.9", "90/tcp"),
      openHost("192.0.2.1", "90/tcp"),
      openHost("2001:db8::1"),
    ]);
    expect(
      judge(view, bound).findings.map(
        ({ severity, address, port, protocol }) => `${severity} ${address} ${port}/${protocol}`,
      ),
    ).toEqual([
      "high 10.0.0.10 81/tcp",
      "medium 10.0.0.9 90/tcp",
      "medium 10.0.0.10 9/tcp",
      "medium 10.0.0.10 90/tcp",
      "medium 10.0.0.10 80/udp",
      "medium 192.0.2.1 null/null",
      "medium 192.0.2.1 90/tcp",
      "medium 2001:db8::1 null/null",
    ]);
  });

  test("are the same, whatever the order of hosts", () => {
    const hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address) =>
      openHost(address, "23/tcp", "80/tcp"),
    );
    const all = judge(makeView(hosts), bindGroups("{id: a}")).findings;
    fc.assert(
      fc.property(fc.shuffledSubarray(hosts, { minLength: hosts.length }), (shuffled) => {
        expect(judge(makeView(shuffled), bindGroups("{id: a}")).findings).toEqual(all);
      }),
      { numRuns: 20 },
    );
  });

  test("have a fingerprint that is the start of a SHA-256, and one each", () => {
    const about = {
      realm: "default",
      vantage: "bastion",
      rule: "forbidden-open",
      address: makeHost("10.0.0.1").address,
      protocol: "tcp",
      port: 23,
    } as const;
    const text = '["default","bastion","forbidden-open","10.0.0.1","tcp",23]';
    expect(fingerprintOf(about)).toBe(createHash("sha256").update(text).digest("hex").slice(0, 16));
    const { findings } = judge(
      makeView([openHost("10.0.0.1", "23/tcp", "80/tcp", "80/udp"), openHost("10.0.0.2", "23/tcp")]),
      bind("version: 1"),
    );
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
  });

  test("keep their fingerprint when severity, owner, run and profile line change", () => {
    const view = (id: number) => makeView([openHost("10.0.0.1", "80/tcp")], { id });
    const [before] = judge(view(7), bindGroups("{id: a, forbidden: [80/tcp]}")).findings;
    const [after] = judge(
      view(8),
      bindGroups(
        "{id: x}",
        "{id: b, owner: me, severity: low, match: {network: 10.0.0.0/8}, forbidden: [80/tcp]}",
      ),
    ).findings;
    expect(after).toMatchObject({ severity: "low", owner: "me", run: 8 });
    expect(after?.fingerprint).toBe(before?.fingerprint);
  });

  test("of a run that goes on are aged to its start", () => {
    const { findings } = judge(makeView([openHost("10.0.0.1", "23/tcp")], { endedAt: null }), null);
    expect(findings).toMatchObject([{ ageDays: 21 }]);
  });

  test("are none for an empty run; names without an address are told of", () => {
    const names = Array.from({ length: 7 }, (_, index) => `h${index}.example`);
    const { findings, ports, notes } = judge(
      makeView([]),
      bind(`version: 1\ngroups: [{id: a, match: {name: [${names.join(", ")}]}}]`),
    );
    expect({ findings, ports }).toEqual({ findings: [], ports: [] });
    expect(notes).toEqual([
      "7 names of the profile without an address match no host: h0.example, h1.example, h2.example, h3.example, h4.example, …",
    ]);
  });
});
