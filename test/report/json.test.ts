import { describe, expect, it } from "vitest";
import { renderFindings } from "../../src/report/findings.js";
import { renderJson, runJson, scanSummary } from "../../src/report/json.js";
import { jsonText } from "../../src/report/jsonText.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";
import { address, emptyReport, fullReport, run, runningReport } from "./sample.js";

const FINDING_KEYS = [
  "fingerprint",
  "rule",
  "severity",
  "status",
  "address",
  "protocol",
  "port",
  "vantage",
  "owner",
  "firstSeen",
  "lastSeen",
  "ageDays",
  "evidence",
  "profile",
  "realm",
  "host",
  "system",
  "tags",
  "confirmed",
  "due",
  "overdue",
  "exception",
  "carried",
  "run",
];

describe("renderJson", () => {
  it("holds run, coverage, recall, changes, findings and ports", () => {
    expect(renderJson(fullReport())).toMatchSnapshot();
  });

  it("keeps first-seen ports out of the changes", () => {
    const { changes, firstSeen } = renderJson(fullReport());
    expect(changes.map(({ kind }) => kind)).toEqual(["opened", "closed", "service-changed"]);
    expect(firstSeen.map(({ kind }) => kind)).toEqual(["first-seen"]);
  });

  it("tells whose each judged port is, and nothing of the others", () => {
    const report = fullReport();
    const ports = report.judgement.ports.map((port) => ({
      ...port,
      hostName: "db01",
      system: "x",
      tags: ["prod"],
    }));
    const rows = renderJson({ ...report, judgement: { ...report.judgement, ports } }).ports;
    expect(rows.find(({ port }) => port === 3306)).toMatchObject({
      host: "db01",
      system: "x",
      tags: ["prod"],
    });
    expect(rows.find(({ port }) => port === 631)).toMatchObject({ host: null, system: null, tags: [] });
  });

  it("states what is not known as null, not as zero", () => {
    const running = renderJson(runningReport());
    expect(running.coverage).toMatchObject({ share: null, cellsDue: null, cellsCovered: null });
    expect(running.run.endedAt).toBeNull();
    expect(running.recall).toEqual({ estimate: null, lower: null, upper: null, source: "not measured" });
    expect(renderJson(emptyReport()).ports).toEqual([]);
  });
});

describe("scanSummary", () => {
  it("has design.md's keys in their order, then what the run settled", () => {
    const summary = scanSummary(fullReport());
    expect(Object.keys(summary)).toEqual([
      "schemaVersion",
      "run",
      "outcome",
      "coverage",
      "recall",
      "findings",
      "settled",
      "silenced",
      "disbelieved",
    ]);
    expect(summary).toMatchObject({ schemaVersion: 1, run: 14, outcome: "complete", coverage: 0.9981 });
    for (const finding of [...summary.findings, ...summary.settled]) {
      expect(Object.keys(finding)).toEqual(FINDING_KEYS);
    }
    expect(summary.settled.map(({ status }) => status)).toEqual([
      "closed",
      "silenced",
      "profile-changed",
      "closed",
    ]);
    expect(Object.keys(summary.recall)).toEqual(["estimate", "lower", "upper", "source"]);
    expect(summary.findings[0]?.profile).toEqual({ file: "/etc/portreeve/dmz.profile.yaml", line: 31 });
  });
});

describe("a run that knows what it missed and whom it harmed", () => {
  const LAST = Date.parse("2026-11-25T01:20:00Z");
  const own = run({
    recall: { estimate: 0.999, lower: 0.99, upper: 1, source: "40,130 witnesses" },
    silenced: [
      {
        address: address("10.30.0.77"),
        lastAnswer: LAST,
        lastSent: { stage: "sweep", ports: "T:9100", at: LAST + 1000 },
      },
    ],
    disbelieved: [{ place: "10.30.0.99", flag: "tarpit", why: "all 1,000 TCP ports asked are open" }],
  });

  it("says so to programs, times in RFC 3339, in the report, the summary and the run", () => {
    const told = {
      silenced: [
        {
          address: "10.30.0.77",
          lastAnswer: "2026-11-25T01:20:00Z",
          lastSent: { stage: "sweep", ports: "T:9100", at: "2026-11-25T01:20:01Z" },
        },
      ],
      disbelieved: [{ place: "10.30.0.99", flag: "tarpit", why: "all 1,000 TCP ports asked are open" }],
    };
    const full = fullReport();
    const data = { ...full, view: { ...full.view, run: own } };
    expect(renderJson(data)).toMatchObject({ ...told, run: { ...told, recall: own.recall } });
    expect(scanSummary(data)).toMatchObject(told);
    expect(JSON.parse(jsonText(runJson(own)))).toMatchObject(told);
  });
});

describe("jsonText", () => {
  it.each(Object.entries(HOSTILE))("gives %s back unharmed and prints it harmless", (_, text) => {
    const printed = jsonText(renderJson(poison(fullReport(), text)));
    expect(printed).not.toMatch(UNSAFE);
    const read = JSON.parse(printed) as { findings: { evidence: string }[] };
    expect(read.findings[0]?.evidence).toBe(text);
  });

  it("writes one line on request", () => {
    expect(jsonText({ a: [1, "x\u0085"] }, 0)).toBe('{"a":[1,"x\\u0085"]}\n');
  });
});

describe("renderFindings", () => {
  it("prints what scan prints, as JSON", () => {
    const look = { zone: "UTC", color: false };
    expect(JSON.parse(renderFindings(fullReport(), "json", look))).toEqual(scanSummary(fullReport()));
  });

  it("prints the findings alone, as text", () => {
    const text = renderFindings(fullReport(), "text", { zone: "UTC", color: false });
    expect(text).toMatch(
      /^Run 14: 6 findings: 1 high, 4 medium, 1 low \(1 overdue, 1 not confirmed yet\); 2 accepted; 4 settled\n/,
    );
    expect(text).not.toContain("WHAT CHANGED");
    expect(text).toContain("\nACCEPTED  2 findings");
    expect(text).toContain("\nSETTLED  4 findings");
  });

  it("counts what is accepted apart from what is open", () => {
    const report = fullReport();
    const findings = report.judgement.findings.filter(({ status }) => status === "accepted");
    const judgement = { ...report.judgement, findings, settled: [] };
    const text = renderFindings({ ...report, judgement }, "text", { zone: "UTC", color: false });
    expect(text).toMatch(/^Run 14: no open findings; 2 accepted\n/);
    expect(text).toContain("nothing but what somebody answers for: 2 findings accepted");
  });

  it("gives a row each, the settled ones last", () => {
    const look = { zone: "UTC", color: false };
    const csv = renderFindings(fullReport(), "csv", look).trimEnd().split("\n");
    expect(csv[0]).toBe(FINDING_KEYS.join(","));
    expect(csv).toHaveLength(1 + 8 + 4);
    const rows = renderFindings(fullReport(), "jsonl", look).trimEnd().split("\n");
    expect(rows.map((row) => JSON.parse(row).status).slice(-5)).toEqual([
      "accepted",
      "closed",
      "silenced",
      "profile-changed",
      "closed",
    ]);
  });
});
