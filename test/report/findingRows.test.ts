import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { findingJson, renderFindingRows, renderListedRows } from "../../src/report/findingRows.js";
import { HOSTILE, UNSAFE } from "./hostile.js";
import { exception, finding, START } from "./sample.js";

const ACCEPTED = finding("forbidden-open", "high", "10.0.0.1", 23, "23/tcp is open", {
  status: "accepted",
  host: "db01",
  system: "Orders",
  tags: ["prod", "linux"],
  owner: "dba",
  due: START,
  exception: exception(),
});

describe("renderFindingRows", () => {
  it("gives the exception and its line as JSON", () => {
    expect(findingJson(ACCEPTED).exception).toEqual({
      id: "EXC-2026-014",
      owner: "li.wei",
      expires: "2027-03-31",
      ticket: "CHG-4711",
      approvedBy: "ciso",
      reason: "legacy vendor console until migration",
      file: "/etc/portreeve/dmz.profile.yaml",
      line: 71,
    });
  });

  it("wraps rows for JSON, and has one a line for JSON lines", () => {
    expect(JSON.parse(renderFindingRows([ACCEPTED], "json"))).toEqual({
      schemaVersion: 1,
      rows: [findingJson(ACCEPTED)],
    });
    const lines = renderFindingRows([ACCEPTED, ACCEPTED], "jsonl").split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1] ?? "")).toEqual(findingJson(ACCEPTED));
    expect(renderFindingRows([], "jsonl")).toBe("");
  });

  it("has plain cells under the same keys as CSV", () => {
    const [row] = parse(renderFindingRows([ACCEPTED], "csv"), { columns: true }) as Record<string, string>[];
    expect(Object.keys(row ?? {})).toEqual(Object.keys(findingJson(ACCEPTED)));
    expect(row).toMatchObject({
      port: "23",
      profile: "/etc/portreeve/dmz.profile.yaml:31",
      tags: "prod;linux",
      confirmed: "true",
      overdue: "false",
      due: "2026-11-25T01:14:00Z",
      exception: "EXC-2026-014",
      carried: "",
    });
    expect(renderFindingRows([], "csv").split("\n")).toHaveLength(2);
  });

  it("tells since when a listed finding has its status, also where there is none", () => {
    const listed = { ...ACCEPTED, statusSince: START };
    expect(JSON.parse(renderListedRows([listed], "jsonl")).statusSince).toBe("2026-11-25T01:14:00Z");
    expect(renderListedRows([listed], "csv")).toMatch(/,run,statusSince\n.*,14,2026-11-25T01:14:00Z\n$/);
    expect(renderListedRows([], "csv")).toMatch(/,statusSince\n$/);
  });

  it.each(Object.entries(HOSTILE))("gives %s to programs unharmed and to spreadsheets as text", (_, text) => {
    const hostile = {
      ...ACCEPTED,
      owner: text,
      system: text,
      tags: ["a", text],
      host: text,
      evidence: text,
      carried: text,
      exception: exception({ id: text, owner: text, reason: text, ticket: text, approvedBy: text }),
    };
    const json = renderFindingRows([hostile], "json");
    expect(json).not.toMatch(UNSAFE);
    expect(JSON.parse(json).rows[0]).toEqual(findingJson(hostile));
    const csv = renderFindingRows([hostile], "csv");
    expect(csv).not.toMatch(UNSAFE);
    const [row] = parse(csv, { columns: true }) as Record<string, string>[];
    for (const cell of Object.values(row ?? {})) expect(cell).not.toMatch(/(^|;)\s*[=+\-@]/);
  });
});
