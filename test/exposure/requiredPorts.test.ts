import { describe, expect, test } from "vitest";
import { judge } from "../../src/exposure/judge.js";
import type { HostView } from "../../src/facts/view.js";
import { parsePort } from "../../src/scope/port.js";
import { emptyPortSet, portSetOf } from "../../src/scope/portSet.js";
import { bindGroups } from "../profile/bound.js";
import { DAY, END, makeHost, makeRow, makeView, quiet, START } from "./views.js";

const HOST = "10.0.0.5";
const BOUND = bindGroups(
  `{id: a, match: {network: 10.0.0.0/8}, owner: ops, required: [22/tcp, {port: 53/udp, severity: high}]}`,
);

function judgeHost(some: Partial<HostView>) {
  const { findings, notes } = judge(makeView([makeHost(HOST, some)]), BOUND);
  return {
    found: findings.map(({ rule, severity, port, evidence }) => `${rule} ${severity} ${port}: ${evidence}`),
    findings,
    notes,
  };
}

const CLOSED = { state: "closed", proof: "closed" } as const;
const OPEN_DNS = makeRow(HOST, "53/udp");

describe("a required port is missing", () => {
  test.each<[what: string, some: Partial<HostView>, evidence: string]>([
    ["closed, and never open before", { quiet: [quiet("closed", "22/tcp")] }, "closed"],
    ["refused by a filter", { quiet: [quiet("refused", "22/tcp")] }, "refused by a filter"],
    ["silent between anchors", { quiet: [quiet("silent", "22/tcp")] }, "no answer while the host answers"],
    [
      "closed since it was open",
      { ports: [makeRow(HOST, "22/tcp", { state: "closed", proof: "closed" })] },
      "closed",
    ],
  ])("where it is %s", (_what, some, evidence) => {
    const { found } = judgeHost({ ...some, ports: [OPEN_DNS, ...(some.ports ?? [])] });
    expect(found).toEqual([
      `required-missing low 22: ${evidence}: required by \`22/tcp\` in group \`a\` (network 10.0.0.0/8)`,
    ]);
  });

  test("with the severity of its entry", () => {
    const { findings } = judgeHost({ ports: [makeRow(HOST, "22/tcp")], quiet: [quiet("closed", "53/udp")] });
    expect(findings).toMatchObject([
      { rule: "required-missing", severity: "high", protocol: "udp", port: 53, owner: "ops" },
    ]);
  });

  test("since the row says so, else since this run", () => {
    const row = makeRow(HOST, "22/tcp", {
      state: "closed",
      proof: "closed",
      firstSeen: START - 9 * DAY,
      confidence: "single",
    });
    expect(judgeHost({ ports: [OPEN_DNS, row] }).findings).toMatchObject([
      { firstSeen: START - 9 * DAY, ageDays: 9, confirmed: true, lastSeen: END },
    ]);
    expect(judgeHost({ ports: [OPEN_DNS], quiet: [quiet("closed", "22/tcp")] }).findings).toMatchObject([
      { firstSeen: START, ageDays: 0, confirmed: true },
    ]);
  });

  test("unconfirmed while its closing was seen once", () => {
    const row = makeRow(HOST, "22/tcp", {
      state: "closed",
      proof: "closed",
      firstSeen: START + 1,
      confidence: "single",
    });
    expect(judgeHost({ ports: [OPEN_DNS, row] }).findings).toMatchObject([{ confirmed: false }]);
  });
});

describe("a required port is not missing", () => {
  test.each<[what: string, some: Partial<HostView>, unknown: number]>([
    ["open", { ports: [makeRow(HOST, "22/tcp"), OPEN_DNS] }, 0],
    ["open and reset in one run", { ports: [makeRow(HOST, "22/tcp", { proof: "unstable" }), OPEN_DNS] }, 0],
    ["not covered", { ports: [OPEN_DNS] }, 1],
    [
      "last known closed and not covered",
      { ports: [OPEN_DNS, makeRow(HOST, "22/tcp", { state: "closed", proof: "closed", covered: false })] },
      1,
    ],
    [
      "silent without coverage",
      { ports: [OPEN_DNS], quiet: [quiet("silent", "22/tcp")], covered: emptyPortSet },
      2,
    ],
    [
      "asked, and silent on UDP, so that the last state stands",
      {
        ports: [makeRow(HOST, "22/tcp"), makeRow(HOST, "53/udp", { ...CLOSED, covered: false })],
        covered: portSetOf([parsePort("22/tcp"), parsePort("53/udp")]),
      },
      1,
    ],
    ["proved nothing of", { ports: [OPEN_DNS], quiet: [quiet("none", "22/tcp")] }, 1],
    ["silent UDP", { ports: [makeRow(HOST, "22/tcp")], quiet: [quiet("silent", "53/udp")] }, 1],
    [
      "silent UDP that once was open",
      {
        ports: [
          makeRow(HOST, "22/tcp"),
          makeRow(HOST, "53/udp", { state: "open|filtered", proof: "silent" }),
        ],
      },
      1,
    ],
  ])("where it is %s", (_what, some, unknown) => {
    const { found, notes } = judgeHost(some);
    expect(found).toEqual([]);
    const told =
      unknown === 0 ? [] : [`not covered in this run: ${unknown} required port${unknown === 1 ? "" : "s"}`];
    expect(notes).toEqual(told);
  });

  test.each(["silent", "vanished"] as const)("on a host that is %s: the host is", (presence) => {
    const { found, notes } = judgeHost({ presence });
    expect(found).toEqual([]);
    expect(notes).toEqual([]);
  });
});
