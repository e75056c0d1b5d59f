import { describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { ExplainedRow, Explanation } from "../../src/report/explanation.js";
import { renderExplanation } from "../../src/report/profileExplanation.js";
import { HOSTILE, UNSAFE } from "./hostile.js";

const LOOK = { zone: "UTC", color: false, width: 80 };
const line = { file: "profile.yaml", line: 12 };

function row(port: number, given: Partial<ExplainedRow["expectation"]> = {}): ExplainedRow {
  return {
    protocol: "tcp",
    from: port,
    to: port,
    text: `${port}/tcp`,
    exception: null,
    expectation: {
      verdict: "required",
      entry: { from: null, closedFrom: [], service: null, product: null, version: null, reason: null },
      elsewhere: null,
      line,
      groupId: "web",
      owner: "web-team",
      severity: null,
      highRisk: false,
      why: "required by `ssh` of group `web` (address 10.30.0.10)",
      runnersUp: [],
      ...given,
    },
  };
}

const EXCEPTION = {
  id: "EXC-1",
  rules: null,
  owner: "li.wei",
  reason: "legacy console until the migration",
  ticket: "CHG-4711",
  approvedBy: "ciso",
  expires: "2026-12-31",
  line: { ...line, line: 60 },
};

const EXPLAINED: Explanation = {
  address: "10.30.0.10",
  vantage: "office",
  realm: "default",
  at: Date.parse("2026-11-25T01:14:00Z"),
  identity: {
    name: "Web01",
    names: ["web01", "web01.example"],
    addresses: ["203.0.113.5", "10.30.0.10"] as Address[],
    owner: "web-team",
    system: "shop",
    tags: ["linux", "pci"],
  },
  groups: [
    { group: { id: "web", line }, how: "address 10.30.0.10" },
    { group: { id: "base", line: { ...line, line: 4 } }, how: "network servers (10.30.0.0/24)" },
  ],
  hostExceptions: [
    { exception: { ...EXCEPTION, id: "EXC-2", rules: ["host-missing"], ticket: null }, active: false },
  ],
  rows: [
    row(22, {
      runnersUp: [
        {
          verdict: "allowed",
          elsewhere: null,
          line: { ...line, line: 4 },
          groupId: "base",
          why: "address 10.30.0.10 is more specific than network servers (10.30.0.0/24)",
        },
      ],
    }),
    row(5432, {
      verdict: "forbidden",
      elsewhere: "closed-from",
      entry: {
        from: ["bastion", "backup"],
        closedFrom: ["office"],
        service: "postgresql",
        product: "PostgreSQL DB",
        version: ">=14",
        reason: "the shop's data",
      },
      why: "required by `5432/tcp` in group `web` (address 10.30.0.10), but not from office (closed_from)",
    }),
    {
      ...row(8080, {
        verdict: "unlisted",
        entry: null,
        owner: null,
        why: "no group of this host lists it; unlisted ports are forbidden",
      }),
      exception: { exception: EXCEPTION, active: true },
    },
  ],
};

describe("renderExplanation", () => {
  it("shows who the host is, and for each port the line, why, from where, until when, and what does not apply", () => {
    expect(renderExplanation(EXPLAINED, "text", LOOK)).toMatchSnapshot();
  });

  it("says so where nothing is known of the host", () => {
    const unknown = { ...EXPLAINED, identity: null, groups: [], hostExceptions: [], rows: [], realm: "west" };
    expect(renderExplanation(unknown, "text", LOOK)).toBe(
      [
        "10.30.0.10  seen from office in realm west",
        "  groups    none matches this host",
        "",
        "  The profile lists no port for this host.",
        "",
      ].join("\n"),
    );
  });

  it("tells an exception that is over from one that holds", () => {
    const over = EXPLAINED.rows.map((each) => ({
      ...each,
      exception: { exception: EXCEPTION, active: false },
    }));
    const text = renderExplanation({ ...EXPLAINED, rows: over }, "text", LOOK);
    expect(text).toContain("exception EXC-1 ended after 2026-12-31");
    expect(text).not.toContain("EXC-1 until");
  });

  it("gives programs the same, the address and the rows at the top", () => {
    const json = JSON.parse(renderExplanation(EXPLAINED, "json", LOOK));
    expect(json).toMatchObject({
      schemaVersion: 1,
      address: "10.30.0.10",
      vantage: "office",
      at: "2026-11-25T01:14:00Z",
      host: { name: "Web01", owner: "web-team" },
      groups: [{ id: "web", how: "address 10.30.0.10", line }, { id: "base" }],
      hostExceptions: [{ id: "EXC-2", active: false, rules: ["host-missing"] }],
    });
    expect(json.rows[1]).toMatchObject({
      text: "5432/tcp",
      verdict: "forbidden",
      elsewhere: "closed-from",
      vantages: { from: ["bastion", "backup"], closedFrom: ["office"] },
      expects: { service: "postgresql", version: ">=14" },
    });
    expect(json.rows[2]).toMatchObject({
      verdict: "unlisted",
      vantages: null,
      exception: { id: "EXC-1", active: true, expires: "2026-12-31" },
    });
    expect(json.rows[0].runnersUp).toMatchObject([{ verdict: "allowed", group: "base" }]);
  });

  /** Words of ours; every other text of an explanation comes out of a profile or an asset list. */
  const OURS = new Set(["protocol", "verdict", "elsewhere", "text", "address", "addresses"]);
  function spoil<T>(value: T, text: string, key = ""): T {
    if (typeof value === "string") return (OURS.has(key) ? value : text) as T;
    if (Array.isArray(value)) return value.map((item) => spoil(item, text, key)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, spoil(item, text, k)])) as T;
  }

  it.each(Object.entries(HOSTILE))("prints %s safely, wherever it stands", (_, text) => {
    const hostile = spoil(EXPLAINED, text);
    expect(hostile.rows[1]?.expectation.entry?.closedFrom).toEqual([text]);
    expect(renderExplanation(hostile, "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderExplanation(hostile, "json", LOOK)).not.toMatch(UNSAFE);
  });
});
