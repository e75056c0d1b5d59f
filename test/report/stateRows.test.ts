import { describe, expect, it } from "vitest";
import type { ObservationRow } from "../../src/facts/view.js";
import type { ListFormat } from "../../src/report/rowList.js";
import { renderStates } from "../../src/report/stateRows.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, UNSAFE } from "./hostile.js";
import { row, service } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const DAY = 86_400_000;
/** As it stands when no run came after: proved three days before the moment asked for. */
const asOf = <T extends ObservationRow>(row: T) => ({
  ...row,
  lastState: row.state,
  certainty: "last-known" as const,
  changedBy: null,
  evidenceAge: 3 * DAY,
});
const ROWS = [
  row("10.30.0.10", 22, { service: service("ssh", "OpenSSH", "9.2p1") }),
  {
    ...row("10.30.0.77", 9100, { service: service("jetdirect"), confidence: "single" as const }),
    owner: "打印组",
    host: "prn-3f",
    system: "Office",
    tags: ["printer", "third floor"],
  },
  row("2001:db8::7", 161, {
    protocol: "udp",
    reason: "udp-response",
    service: service("snmp", "net-snmp", null),
  }),
].map(asOf);
const hostile = (text: string) =>
  [
    {
      ...row("10.30.0.10", 22, {
        service: service(text, text, text),
        vantage: text,
        realm: text,
        reason: text,
      }),
      owner: text,
      host: text,
      system: text,
      tags: [text, text],
    },
  ].map(asOf);

describe("renderStates", () => {
  it("draws a table", () => {
    expect(renderStates(ROWS, "text", LOOK)).toMatchSnapshot();
  });

  it("says that no row is no proof", () => {
    expect(renderStates([], "text", LOOK)).toContain("Without coverage nothing is known");
  });

  it("says what the caller has to say where nothing fits", () => {
    expect(renderStates([], "text", { ...LOOK, noRows: "Nothing is unowned." })).toBe(
      "Nothing is unowned.\n",
    );
    expect(renderStates([], "csv", { ...LOOK, noRows: "x" })).not.toContain("x\n");
  });

  it("shows owners and systems only where one is known, and within the width", () => {
    const [title = ""] = renderStates(ROWS.slice(0, 1), "text", LOOK).split("\n");
    expect(title).not.toMatch(/OWNER|SYSTEM/);
    const narrow = renderStates(ROWS, "text", { ...LOOK, width: 80 }).split("\n");
    expect(narrow[0]).toMatch(/ADDRESS.*PORT.*OWNER/);
    for (const line of narrow) expect(textWidth(line)).toBeLessThanOrEqual(80);
  });

  it("tells what has changed since, and what is too old to be believed", () => {
    const [first] = ROWS;
    if (first === undefined) throw new Error("no row");
    const changed = { ...first, certainty: "changed" as const, changedBy: 15 };
    const old = { ...first, state: "unknown" as const, certainty: "unknown" as const };
    const printed = renderStates([changed, old], "text", { ...LOOK, width: 140 });
    expect(printed).toContain("changed by run 15");
    expect(printed).toMatch(/unknown .*last open/);
  });

  it("prints who answers for a row as JSON", () => {
    const { rows } = JSON.parse(renderStates(ROWS, "json", LOOK));
    expect(rows[1]).toMatchObject({
      owner: "打印组",
      host: "prn-3f",
      system: "Office",
      tags: ["printer", "third floor"],
    });
    const [titles = ""] = renderStates(ROWS, "csv", LOOK).split("\n");
    expect(titles.split(",").slice(-4)).toEqual(["owner", "host", "system", "tags"]);
  });

  it("prints design.md's rows as JSON", () => {
    const { schemaVersion, rows } = JSON.parse(renderStates(ROWS, "json", LOOK));
    expect(schemaVersion).toBe(1);
    expect(rows[0]).toEqual({
      lastState: "open",
      certainty: "last-known",
      changedBy: null,
      evidenceAgeDays: 3,
      address: "10.30.0.10",
      protocol: "tcp",
      port: 22,
      state: "open",
      reason: "syn-ack",
      service: "ssh",
      product: "OpenSSH",
      version: "9.2p1",
      vantage: "bastion",
      realm: "default",
      run: 14,
      firstSeen: "2026-08-25T01:14:00Z",
      lastSeen: "2026-11-25T01:30:20Z",
      lastCovered: "2026-11-25T01:30:20Z",
      confidence: "confirmed",
      owner: null,
      host: null,
      system: null,
      tags: [],
    });
    expect(JSON.parse(renderStates([], "json", LOOK))).toEqual({ schemaVersion: 1, rows: [] });
  });

  it("prints one row a line as JSON lines", () => {
    const lines = renderStates(ROWS, "jsonl", LOOK).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).address)).toEqual(ROWS.map(({ address }) => address));
    expect(renderStates([], "jsonl", LOOK)).toBe("");
  });

  it("prints CSV with a title line and bare numbers", () => {
    expect(renderStates(ROWS, "csv", LOOK)).toMatchSnapshot();
  });

  it.each(
    Object.entries(HOSTILE).flatMap(([name, text]) =>
      (["text", "json", "jsonl", "csv"] as const).map((format) => [name, format, text] as const),
    ),
  )("prints a banner of %s safely as %s", (_, format: ListFormat, text) => {
    const printed = renderStates(hostile(text), format, LOOK);
    expect(printed).not.toMatch(UNSAFE);
    if (format !== "json") expect(printed.trimEnd().split("\n")).toHaveLength(format === "jsonl" ? 1 : 2);
  });

  it("neutralises formulas in every text cell of the CSV", () => {
    const [, line = ""] = renderStates(hostile("=1+1"), "csv", LOOK).split("\n");
    expect(line).toBe(
      "10.30.0.10,tcp,22,open,'=1+1,'=1+1,'=1+1,'=1+1,'=1+1,'=1+1,14,2026-08-25T01:14:00Z,2026-11-25T01:30:20Z,2026-11-25T01:30:20Z,open,last-known,,3,confirmed,'=1+1,'=1+1,'=1+1,'=1+1;'=1+1",
    );
  });
});
