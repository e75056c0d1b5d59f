import { describe, expect, it } from "vitest";
import { type ObservationFormat, renderObservations } from "../../src/report/observations.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, UNSAFE } from "./hostile.js";
import { row, service } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
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
];
const hostile = (text: string) => [
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
];

describe("renderObservations", () => {
  it("draws a table", () => {
    expect(renderObservations(ROWS, "text", LOOK)).toMatchSnapshot();
  });

  it("says that no row is no proof", () => {
    expect(renderObservations([], "text", LOOK)).toContain("Without coverage nothing is known");
  });

  it("says what the caller has to say where nothing fits", () => {
    expect(renderObservations([], "text", { ...LOOK, noRows: "Nothing is unowned." })).toBe(
      "Nothing is unowned.\n",
    );
    expect(renderObservations([], "csv", { ...LOOK, noRows: "x" })).not.toContain("x\n");
  });

  it("shows owners and systems only where one is known, and within the width", () => {
    const [title = ""] = renderObservations(ROWS.slice(0, 1), "text", LOOK).split("\n");
    expect(title).not.toMatch(/OWNER|SYSTEM/);
    const narrow = renderObservations(ROWS, "text", { ...LOOK, width: 80 }).split("\n");
    expect(narrow[0]).toMatch(/ADDRESS.*PORT.*OWNER/);
    for (const line of narrow) expect(textWidth(line)).toBeLessThanOrEqual(80);
  });

  it("prints who answers for a row as JSON", () => {
    const { rows } = JSON.parse(renderObservations(ROWS, "json", LOOK));
    expect(rows[1]).toMatchObject({
      owner: "打印组",
      host: "prn-3f",
      system: "Office",
      tags: ["printer", "third floor"],
    });
    expect(Object.keys(rows[1]).slice(-4)).toEqual(["owner", "host", "system", "tags"]);
  });

  it("prints design.md's rows as JSON", () => {
    const { schemaVersion, rows } = JSON.parse(renderObservations(ROWS, "json", LOOK));
    expect(schemaVersion).toBe(1);
    expect(rows[0]).toEqual({
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
    expect(JSON.parse(renderObservations([], "json", LOOK))).toEqual({ schemaVersion: 1, rows: [] });
  });

  it("prints one row a line as JSON lines", () => {
    const lines = renderObservations(ROWS, "jsonl", LOOK).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).address)).toEqual(ROWS.map(({ address }) => address));
    expect(renderObservations([], "jsonl", LOOK)).toBe("");
  });

  it("prints CSV with a title line and bare numbers", () => {
    expect(renderObservations(ROWS, "csv", LOOK)).toMatchSnapshot();
  });

  it.each(
    Object.entries(HOSTILE).flatMap(([name, text]) =>
      (["text", "json", "jsonl", "csv"] as const).map((format) => [name, format, text] as const),
    ),
  )("prints a banner of %s safely as %s", (_, format: ObservationFormat, text) => {
    const printed = renderObservations(hostile(text), format, LOOK);
    expect(printed).not.toMatch(UNSAFE);
    if (format !== "json") expect(printed.trimEnd().split("\n")).toHaveLength(format === "jsonl" ? 1 : 2);
  });

  it("neutralises formulas in every text cell of the CSV", () => {
    const [, line = ""] = renderObservations(hostile("=1+1"), "csv", LOOK).split("\n");
    expect(line).toBe(
      "10.30.0.10,tcp,22,open,'=1+1,'=1+1,'=1+1,'=1+1,'=1+1,'=1+1,14,2026-08-25T01:14:00Z,2026-11-25T01:30:20Z,2026-11-25T01:30:20Z,confirmed,'=1+1,'=1+1,'=1+1,'=1+1;'=1+1",
    );
  });
});
