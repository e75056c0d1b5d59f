import { describe, expect, test } from "vitest";
import type { FindingRule } from "../../src/facts/finding.js";
import { exceptionEnd, exceptionsOf, findException } from "../../src/profile/exceptionRules.js";
import { parseAddress } from "../../src/scope/address.js";
import { parsePort } from "../../src/scope/port.js";
import { asset, bind, type Place } from "./bound.js";

const NOON = Date.parse("2026-06-15T12:00:00Z");

interface Written {
  readonly id: string;
  readonly match: string;
  readonly rest?: string;
  readonly expires?: string;
}

function bound(exceptions: readonly Written[], place: Place = {}, head = "") {
  const lines = exceptions.map(
    ({ id, match, rest = "ports: 8080/tcp", expires = "2026-12-31" }) =>
      `  - {id: ${id}, match: ${match}, ${rest}, owner: o, reason: r, expires: ${expires}}\n`,
  );
  return bind(`version: 1\n${head}exceptions:\n${lines.join("")}`, { "app.example": ["10.0.0.7"] }, place);
}

/** The id of what covers the finding, with `!` where its last day is over. */
function covering(
  profile: ReturnType<typeof bound>,
  {
    address = "10.0.0.7",
    port = "8080/tcp",
    rule = "unexpected-open",
    at = NOON,
  }: { address?: string; port?: string | null; rule?: FindingRule; at?: number } = {},
): string | null {
  const about = { address: parseAddress(address), port: port === null ? null : parsePort(port), rule };
  const cover = findException(profile, about, at);
  return cover === null ? null : `${cover.exception.id}${cover.active ? "" : "!"}`;
}

describe("an exception covers a finding", () => {
  test("by its hosts, ports and rules", () => {
    const profile = bound([
      { id: "E1", match: "{host: app.example}", rest: "ports: [8080/tcp, 8000-8010/tcp, dns]" },
      { id: "E2", match: "{network: 10.0.1.0/24}", rest: "ports: 22/tcp, rules: required-missing" },
    ]);
    expect(covering(profile)).toBe("E1");
    expect(covering(profile, { port: "8005/tcp" })).toBe("E1");
    expect(covering(profile, { port: "53/udp" })).toBe("E1");
    expect(covering(profile, { port: "8080/udp" })).toBeNull();
    expect(covering(profile, { address: "10.0.0.8" })).toBeNull();
    expect(covering(profile, { address: "10.0.1.8", port: "22/tcp", rule: "required-missing" })).toBe("E2");
    expect(covering(profile, { address: "10.0.1.8", port: "22/tcp" })).toBeNull();
  });

  test.each<[rule: FindingRule, covered: boolean]>([
    ["unexpected-open", true],
    ["forbidden-open", true],
    ["wrong-service", true],
    ["vantage-violation", true],
    ["firewall-hole", true],
    ["unconfirmed", true],
    ["required-missing", false],
    ["exception-expired", false],
    ["exception-unused", false],
  ])("without `rules`, of %s: %s", (rule, covered) => {
    expect(covering(bound([{ id: "E1", match: "{address: 10.0.0.7}" }]), { rule })).toBe(
      covered ? "E1" : null,
    );
  });

  test("about the host itself, where its rules name that and it has no ports", () => {
    const profile = bound([
      { id: "E1", match: "{address: 10.0.0.7}", rest: "rules: [host-unknown, host-missing]" },
      { id: "E2", match: "{address: 10.0.0.7}" },
    ]);
    expect(covering(profile, { port: null, rule: "host-missing" })).toBe("E1");
    expect(covering(profile)).toBe("E2");
  });

  test("as seen from its vantages, in its realm", () => {
    const head = "vantages: {bastion: , office: }\n";
    const exceptions = [
      { id: "E1", match: "{address: 10.0.0.7, realm: lab}", rest: "ports: 8080/tcp, from: office" },
    ];
    const at = (vantage: string, realm: string) => covering(bound(exceptions, { vantage, realm }, head));
    expect([at("office", "lab"), at("bastion", "lab"), at("office", "default")]).toEqual(["E1", null, null]);
  });

  test("of every address of the host, and by its tags", () => {
    const head = "hosts: {app: {addresses: [10.0.0.7, 10.9.0.7], tags: [legacy]}}\n";
    const exceptions = [
      { id: "E1", match: "{host: app}" },
      { id: "E2", match: "{tags: Legacy}", rest: "ports: 9090/tcp" },
    ];
    expect(covering(bound(exceptions, {}, head), { address: "10.9.0.7" })).toBe("E1");
    expect(covering(bound(exceptions, {}, head), { address: "10.9.0.7", port: "9090/tcp" })).toBe("E2");
    const assets = [asset(["10.8.0.1"], { tags: ["legacy"] })];
    expect(covering(bound(exceptions, { assets }, head), { address: "10.8.0.1", port: "9090/tcp" })).toBe(
      "E2",
    );
  });
});

describe("of several exceptions", () => {
  const wide = { match: "{network: 10.0.0.0/8}" };
  const narrow = { match: "{address: 10.0.0.7}" };

  test.each<[what: string, exceptions: readonly Written[], expected: string]>([
    [
      "the more specific wins",
      [
        { id: "E1", ...wide },
        { id: "E2", ...narrow },
      ],
      "E2",
    ],
    [
      "one that is over comes after one that holds, however specific it is",
      [
        { id: "E1", ...wide },
        { id: "E2", ...narrow, expires: "2026-06-14" },
      ],
      "E1",
    ],
    [
      "of equally specific ones that which ends later",
      [
        { id: "E1", ...wide, expires: "2026-08-01" },
        { id: "E2", ...wide, expires: "2026-09-01" },
      ],
      "E2",
    ],
    [
      "then the id",
      [
        { id: "E2", ...wide },
        { id: "E1", ...wide },
      ],
      "E1",
    ],
    [
      "of those that are over the more specific, then the one that ended later",
      [
        { id: "E1", ...wide, expires: "2026-06-01" },
        { id: "E2", ...narrow, expires: "2026-01-01" },
        { id: "E3", ...narrow, expires: "2026-02-01" },
      ],
      "E3!",
    ],
  ])("%s", (_what, exceptions, expected) => {
    expect(covering(bound(exceptions))).toBe(expected);
    expect(covering(bound(exceptions.toReversed()))).toBe(expected);
  });

  test("the answer is the same among many as among few", () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      id: `M${index}`,
      ...narrow,
      rest: `ports: ${9000 + index}/tcp`,
    }));
    const profile = bound([...many, { id: "E1", ...wide }]);
    for (const _again of [1, 2]) {
      expect(covering(profile, { port: "9008/tcp", rule: "required-missing" })).toBeNull();
      expect(covering(profile, { port: "9008/tcp" })).toBe("M8");
      expect(covering(profile)).toBe("E1");
      expect(covering(profile, { port: "9007/tcp" })).toBe("M7");
      expect(covering(profile, { port: "9007/udp" })).toBeNull();
      expect(covering(profile, { port: "9007/tcp", rule: "required-missing" })).toBeNull();
    }
  });

  test("all that are for a host are told, the best first", () => {
    const profile = bound([
      { id: "E1", ...wide, expires: "2020-01-01" },
      { id: "E2", ...narrow },
      { id: "E3", match: "{address: 10.0.0.8}" },
    ]);
    expect(exceptionsOf(profile, parseAddress("10.0.0.7")).map(({ id }) => id)).toEqual(["E2", "E1"]);
    expect(exceptionsOf(bind("version: 1\n"), parseAddress("10.0.0.7"))).toEqual([]);
  });
});

describe("the last day", () => {
  test.each([
    ["UTC", "2026-06-16T00:00:00.000Z"],
    ["Asia/Shanghai", "2026-06-15T16:00:00.000Z"],
    ["America/New_York", "2026-06-16T04:00:00.000Z"],
  ])("ends at midnight of %s", (zone, end) => {
    const profile = bound([{ id: "E1", match: "{address: 10.0.0.7}", expires: "2026-06-15" }], { zone });
    const over = Date.parse(end);
    expect(covering(profile, { at: over - 1 })).toBe("E1");
    expect(covering(profile, { at: over })).toBe("E1!");
    const [exception] = profile.profile.exceptions;
    expect(exception === undefined ? null : exceptionEnd(exception, zone)).toBe(over - 1);
  });
});
