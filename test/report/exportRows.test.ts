import { describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import type { Run } from "../../src/facts/run.js";
import { exportRows, renderExport } from "../../src/report/exportRows.js";
import { draft, observed, openCell, quietGroup, service, silentHost } from "../store/observations.js";

const START = Date.UTC(2026, 10, 25, 9, 14, 3);
const run: Run = {
  ...draft(START),
  startedAt: START,
  id: 12,
  endedAt: START + 60_000,
  outcome: "partial",
  why: "1 of 10 cells is missing",
  warnings: [],
  coverage: 0.9,
  cellsDue: 10,
  cellsCovered: 9,
  recall: null,
  silenced: [],
  disbelieved: [],
};
const web = openCell(80, { service: service("http", "nginx", { version: "1.24.0" }) });
const host = observed("10.0.0.5", {
  cells: [web],
  quiet: [quietGroup("closed", [1, 2, 3, 9]), quietGroup("silent", [53, 69], "udp")],
});

describe("rows of an export", () => {
  test("are one a port that was open and one a group, with the keys of an observation row", () => {
    expect(exportRows(run, host)).toEqual([
      {
        address: "10.0.0.5",
        protocol: "tcp",
        port: 80,
        ports: null,
        state: "open",
        reason: "syn-ack",
        proof: "open",
        service: "http",
        product: "nginx",
        version: "1.24.0",
        vantage: "bastion",
        realm: "default",
        run: 12,
        firstSeen: null,
        lastSeen: "2026-11-25T09:14:03Z",
        lastCovered: "2026-11-25T09:14:03Z",
        confidence: "confirmed",
        owner: null,
      },
      expect.objectContaining({
        protocol: "tcp",
        port: null,
        ports: "T:1-3,9",
        state: "closed",
        confidence: null,
      }),
      expect.objectContaining({ protocol: "udp", ports: "U:53,69", state: "open|filtered", proof: "silent" }),
    ]);
  });

  test("tell a group of several protocols apart", () => {
    const [{ ports: tcp }, { ports: udp }] = [quietGroup("closed", [1]), quietGroup("closed", [2], "udp")];
    const both = { ...quietGroup("closed", []), ports: { ...tcp, udp: udp.udp } };
    const rows = exportRows(run, observed("10.0.0.5", { quiet: [both] }));
    expect(rows.map(({ ports }) => ports)).toEqual(["T:1", "U:2"]);
  });

  test("say of a host of which nothing was proved that it is unknown", () => {
    const [row, ...others] = exportRows(run, silentHost("10.0.0.9"));
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      state: "unknown",
      reason: "silent",
      port: null,
      ports: null,
      lastCovered: null,
    });
  });
});

describe("an export as JSON Lines", () => {
  test("begins with the run", () => {
    const [first, ...rows] = lines([host, silentHost("10.0.0.9")], "jsonl").map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      schemaVersion: 1,
      run: { id: 12, outcome: "partial", startedAt: "2026-11-25T09:14:03Z", ports: "T:1-100" },
    });
    expect(rows.map(({ address, state }) => `${address} ${state}`)).toEqual([
      "10.0.0.5 open",
      "10.0.0.5 closed",
      "10.0.0.5 open|filtered",
      "10.0.0.9 unknown",
    ]);
  });
});

describe("an export as CSV", () => {
  test("has the same keys", () => {
    const [titles, first, second] = lines([host], "csv");
    expect(titles).toBe(Object.keys(exportRows(run, host)[0] ?? {}).join(","));
    expect(first).toBe(
      "10.0.0.5,tcp,80,,open,syn-ack,open,http,nginx,1.24.0,bastion,default,12,,2026-11-25T09:14:03Z,2026-11-25T09:14:03Z,confirmed,",
    );
    expect(second).toMatch(/^10\.0\.0\.5,tcp,,"T:1-3,9",closed,reset,closed,/);
  });

  test("starts no formula", () => {
    const cell = openCell(80, { service: service("http", "=cmd|' /C calc'!A0\n,x") });
    const text = lines([observed("10.0.0.5", { cells: [cell] })], "csv").join("\n");
    expect(text).toContain(`"'=cmd|' /C calc'!A0\\n,x"`);
  });
});

function lines(hosts: readonly HostObservation[], format: "jsonl" | "csv"): string[] {
  return [...renderExport(run, hosts, format)].join("").trimEnd().split("\n");
}
