import { describe, expect, it } from "vitest";
import type { HostHistory } from "../../src/facts/view.js";
import { renderHost } from "../../src/report/host.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";
import { address, DAY, fullReport, host, LAST_WEEK, START } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const view = fullReport().view.hosts[2] ?? host("10.30.0.12");
const HISTORY: HostHistory = {
  vantage: "bastion",
  realm: "default",
  view: { ...view, mac: "52:54:00:12:34:56", vendor: "QEMU virtual NIC" },
  history: [
    { protocol: "tcp", port: 21, state: "open", from: START - 90 * DAY, until: START, lastSeen: LAST_WEEK },
    { protocol: "tcp", port: 21, state: "closed", from: START, until: null, lastSeen: START },
    {
      protocol: "tcp",
      port: 8080,
      state: "closed",
      from: START - 90 * DAY,
      until: START,
      lastSeen: LAST_WEEK,
    },
  ],
  runs: [
    { id: 14, startedAt: START, covered: { tcp: [[1, 1000]], udp: [[53, 53]], sctp: [] } },
    { id: 13, startedAt: LAST_WEEK, covered: { tcp: [], udp: [], sctp: [] } },
  ],
};

const IDENTITY = {
  name: "app12",
  names: ["app12", "app.example"],
  addresses: [address("10.30.0.12"), address("10.40.0.12"), address("203.0.113.12")],
  owner: "dba-team",
  system: "Order entry",
  tags: ["prod", "linux"],
};
const KNOWN = {
  ...HISTORY,
  identity: IDENTITY,
  ownerOf: ({ port }: { readonly port: number }) => ({
    owner: port === 22 ? "platform" : "dba-team",
    host: "app12",
    system: "Order entry",
    tags: ["prod", "linux"],
  }),
};

describe("renderHost", () => {
  it("shows identity, ports, what was before and the runs", () => {
    expect(renderHost([HISTORY], "text", LOOK)).toMatchSnapshot();
  });

  it("shows who answers for it, its other addresses, and ports that are another's", () => {
    expect(renderHost([KNOWN], "text", LOOK)).toMatchSnapshot();
  });

  it("names no owner of ports where all are the host's own", () => {
    const own = { ...KNOWN, ownerOf: () => ({ owner: "dba-team" }) };
    const text = renderHost([own], "text", LOOK);
    expect(text).toMatch(/Owner +dba-team/);
    expect(text).not.toContain("OWNER");
  });

  it("gives programs who it is, and who answers for each port", () => {
    const { rows } = JSON.parse(renderHost([KNOWN, HISTORY], "json", LOOK));
    expect(rows[0]).toMatchObject({
      host: "app12",
      owner: "dba-team",
      system: "Order entry",
      tags: ["prod", "linux"],
      otherAddresses: ["10.40.0.12", "203.0.113.12"],
    });
    expect(rows[0].ports.map((row: { port: number; owner: string }) => [row.port, row.owner])).toContainEqual(
      [22, "platform"],
    );
    expect(rows[1]).toMatchObject({ host: null, owner: null, system: null, tags: [], otherAddresses: [] });
  });

  it("shows a host once for each vantage", () => {
    const text = renderHost([HISTORY, { ...HISTORY, vantage: "office", realm: "dmz" }], "text", LOOK);
    expect(text).toContain("seen from bastion");
    expect(text).toContain("seen from office, realm dmz");
  });

  it("calls a silent host unknown, and says nothing of an address that nobody asked", () => {
    const silent = { ...HISTORY, view: host("10.30.0.31", { presence: "silent" }) };
    expect(renderHost([silent], "text", LOOK)).toContain("unknown, not absent; last alive 2026-11-25");
    expect(renderHost([], "text", LOOK)).toBe(
      "No answer of this address is on record: no run asked it, or it kept silent. It is unknown, not absent.\n",
    );
    expect(JSON.parse(renderHost([], "json", LOOK))).toEqual({ schemaVersion: 1, rows: [] });
  });

  it("labels the bastion itself", () => {
    expect(renderHost([{ ...HISTORY, view: { ...view, local: true } }], "text", LOOK)).toContain(
      "not exposure",
    );
  });

  it("gives programs spans and coverage", () => {
    const { rows } = JSON.parse(renderHost([HISTORY], "json", LOOK));
    expect(rows[0]).toMatchObject({
      address: "10.30.0.12",
      mac: "52:54:00:12:34:56",
      runs: [
        { run: 14, covered: "T:1-1000,U:53" },
        { run: 13, covered: "" },
      ],
    });
    expect(rows[0].history[1]).toEqual({
      protocol: "tcp",
      port: 21,
      state: "closed",
      from: "2026-11-25T01:14:00Z",
      until: null,
      lastSeen: "2026-11-25T01:14:00Z",
    });
  });

  it.each(Object.entries(HOSTILE))("prints %s safely and within the width", (_, text) => {
    const printed = renderHost([poison(HISTORY, text)], "text", { ...LOOK, width: 80 });
    expect(printed).not.toMatch(UNSAFE);
    for (const line of printed.split("\n").slice(1)) expect(textWidth(line)).toBeLessThanOrEqual(80);
    expect(renderHost([poison(HISTORY, text)], "json", LOOK)).not.toMatch(UNSAFE);
    const known = {
      ...poison(HISTORY, text),
      identity: poison(IDENTITY, text),
      ownerOf: () => ({ owner: text }),
    };
    const shown = renderHost([known], "text", { ...LOOK, width: 80 });
    expect(shown).not.toMatch(UNSAFE);
    for (const line of shown.split("\n").slice(1)) expect(textWidth(line)).toBeLessThanOrEqual(80);
    expect(renderHost([known], "json", LOOK)).not.toMatch(UNSAFE);
  });
});
