import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReportData } from "../../src/report/reportData.js";
import { renderText } from "../../src/report/text.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";
import {
  address,
  change,
  cleanReport,
  emptyReport,
  exception,
  finding,
  firstReport,
  fullReport,
  host,
  interruptedReport,
  judged,
  row,
  run,
  runningReport,
  START,
} from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const REPORTS: Readonly<Record<string, () => ReportData>> = {
  "a full run": fullReport,
  "a first run without a profile": firstReport,
  "a clean run": cleanReport,
  "an interrupted run": interruptedReport,
  "a running run": runningReport,
  "a run that nothing answered": emptyReport,
};

describe("renderText", () => {
  it.each(Object.entries(REPORTS))("reads well for %s", (_, report) => {
    expect(renderText(report(), LOOK)).toMatchSnapshot();
  });

  it("reads well on 80 columns, without Unicode", () => {
    expect(renderText(fullReport(), { ...LOOK, width: 80, unicode: false })).toMatchSnapshot();
  });

  it.each(Object.entries(REPORTS))("keeps within every width for %s", (_, report) => {
    for (const width of [60, 72, 80, 100, 132, 200]) {
      for (const line of renderText(report(), { ...LOOK, width }).split("\n")) {
        expect(textWidth(line), line).toBeLessThanOrEqual(width);
      }
    }
  });

  it("says the same with colour as without", () => {
    const colored = renderText(fullReport(), { ...LOOK, color: true });
    expect(colored).toMatch(/\x1b\[/);
    expect(stripVTControlCharacters(colored)).toBe(renderText(fullReport(), LOOK));
  });

  it("needs no sign beyond ASCII where the terminal has none", () => {
    expect(renderText(emptyReport(), { ...LOOK, unicode: false })).toMatch(/^[\n\x20-\x7e]+$/);
  });

  it.each(Object.entries(REPORTS))("calls nothing down, dead or absent-for-sure in %s", (_, report) => {
    const text = renderText(report(), LOOK);
    expect(text).not.toMatch(/\b(down|dead|offline|unreachable)\b/i);
  });

  it("says closed of nothing but a proved change", () => {
    const silent = fullReport();
    const text = renderText(
      {
        ...silent,
        view: {
          ...silent.view,
          changes: [change("went-silent", "10.30.0.12", 21, { before: "open", after: "filtered" })],
        },
        judgement: {
          ...silent.judgement,
          findings: [],
          settled: silent.judgement.settled.filter(({ status }) => status !== "closed"),
        },
      },
      LOOK,
    );
    expect(
      text.replaceAll(/not known to\s+be closed|neither open nor\s+closed|not proved\s+closed/g, ""),
    ).not.toContain("closed");
  });

  it.each(Object.entries(HOSTILE))("prints a foreign text of %s as text, in every place", (_, text) => {
    for (const report of Object.values(REPORTS)) {
      const printed = renderText(poison(report(), text), LOOK);
      expect(printed).not.toMatch(UNSAFE);
      expect(printed.length).toBeLessThan(60_000);
    }
  });

  it("forges no line from a name with a line break in it", () => {
    const lines = renderText(poison(fullReport(), "x\nNOT KNOWN  nothing"), LOOK).split("\n");
    expect(lines.filter((line) => line.startsWith("NOT KNOWN"))).toHaveLength(1);
  });

  it("prints nothing that a terminal obeys, whatever the hosts say", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        return !UNSAFE.test(renderText(poison(fullReport(), text), LOOK));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["closed", "closed: proved"],
    ["silenced", "silenced: no longer answers; not proved closed"],
    ["profile-changed", "profile changed: still open; the profile no longer minds"],
    ["closed-by-plan", "closed by plan: proved"],
  ] as const)("says of a finding that is %s just that, and nothing of the others", (status, words) => {
    const report = fullReport();
    const settled = [finding("forbidden-open", "high", "10.30.0.12", 21, "21/tcp", { status })];
    const text = renderText({ ...report, judgement: { ...report.judgement, settled } }, LOOK);
    const section = text.slice(text.indexOf("\nSETTLED"), text.indexOf("\nUNREVIEWED"));
    expect(section).toContain(`\n  ${words}\n`);
    expect(section.match(/closed: proved|silenced:|profile changed:|closed by plan:/g)).toHaveLength(1);
  });

  it("never says that a missing port was closed when it is back", () => {
    const report = fullReport();
    const settled = (["required-missing", "host-missing", "host-unknown"] as const).map((rule) =>
      finding(rule, "low", "10.30.0.12", null, "it is back", { status: "closed" }),
    );
    const text = renderText({ ...report, judgement: { ...report.judgement, settled } }, LOOK);
    expect(text).toContain("\n  put right: seen as it should be\n");
    expect(text).not.toContain("closed: proved");
  });

  it("says why a finding still stands that this run did not see, and since when one is overdue", () => {
    const text = renderText(fullReport(), { ...LOOK, width: 200 });
    expect(text).toContain("still stands, last seen 2026-11-18 09:14; not covered in this run");
    expect(text).toContain("overdue since 2026-11-09 (16 d)");
    expect(text).toContain("dmz.profile.yaml:31 · due 2026-12-02");
  });

  it("marks the exceptions that end within two weeks of the run, and those alone", () => {
    const at = (expires: string) => {
      const report = fullReport();
      const findings = [
        finding("forbidden-open", "high", "10.30.0.77", 23, "23/tcp is open", {
          status: "accepted",
          exception: exception({ expires }),
        }),
      ];
      return renderText({ ...report, judgement: { ...report.judgement, findings } }, LOOK);
    };
    expect(at("2026-11-25")).toContain("2026-11-25, ends today");
    expect(at("2026-12-09")).toContain("2026-12-09, 14 d left");
    expect(at("2026-12-09")).toContain("1 ends within two weeks");
    expect(at("2026-12-10")).not.toMatch(/2026-12-10,|within two weeks/);
  });

  it("names a host as the profile does, and by the DNS where that says more", () => {
    const called = (host: string | null) => {
      const report = fullReport();
      const findings = [finding("unexpected-open", "low", "10.30.0.12", 23, "23/tcp is open", { host })];
      return renderText({ ...report, judgement: { ...report.judgement, findings, settled: [] } }, LOOK);
    };
    expect(called("app12")).toContain("\n  10.30.0.12  app12.dmz.example\n");
    expect(called("order-entry")).toContain("\n  10.30.0.12  order-entry (app12.dmz.example)\n");
    expect(called(null)).toContain("\n  10.30.0.12  app12.dmz.example\n");
  });

  it("labels the bastion's own ports as no exposure", () => {
    expect(renderText(fullReport(), LOOK)).toContain("(the bastion itself, through loopback: not exposure)");
  });

  it("tells the first seen from the newly opened", () => {
    const text = renderText(firstReport(), LOOK);
    expect(text).toContain("7 ports are seen for the first time here, not newly opened");
    expect(text).not.toMatch(/\d opened/);
  });

  it("never states a bare 100 % for recall", () => {
    const report = {
      ...fullReport(),
      recall: { estimate: 1, lower: 1, upper: 1, source: "from 400,000 witnesses" },
    };
    expect(renderText(report, LOOK)).toMatch(/Recall +at least over 99\.9 %|Recall +at least 99\.9/);
    expect(renderText(report, LOOK)).not.toMatch(/Recall.*100 %/);
  });

  it("is headed by the hosts that fell silent, with when they answered and what they got last", () => {
    const lines = renderText(fullReport(), { ...LOOK, width: 200 }).split("\n");
    const at = lines.findIndex((line) => line.startsWith("FELL SILENT  1 host answered in this run and not"));
    expect(at).toBe(2);
    expect(lines[at + 1]).toBe(
      "  - 10.30.0.77 (打印机-三楼.dmz.example) answered at 09:19:00 for the last time; last sent to it: ports T:9100 (identify) at 09:19:01.",
    );
    expect(renderText(cleanReport(), LOOK)).not.toContain("FELL SILENT");
  });

  it("counts those of many hosts that it does not name", () => {
    const silenced = Array.from({ length: 25 }, (_, i) => {
      return { address: address(`10.30.1.${i}`), lastAnswer: START, lastSent: null };
    });
    const report = fullReport();
    const text = renderText({ ...report, view: { ...report.view, run: run({ silenced }) } }, LOOK);
    expect(text.replaceAll(/\s+/g, " ")).toContain("nothing but questions for a sign of life was sent to it");
    expect(text).toContain("10.30.1.19 ");
    expect(text).not.toContain("10.30.1.20 ");
    expect(text).toContain("5 more: portreeve runs show 14");
  });

  it("counts as changes nothing that a tarpit opened, and says how much it left out", () => {
    const report = fullReport();
    const ports = Array.from({ length: 300 }, (_, i) => i + 1);
    const opened = ports.map((port) => change("opened", "10.30.0.99", port));
    const text = renderText(
      { ...report, view: { ...report.view, changes: [...report.view.changes, ...opened] } },
      LOOK,
    );
    expect(text).toContain("3 changes · 1 port seen for the first time here");
    expect(text).toContain("300 ports of a tarpit left out: see NOT KNOWN.");
    expect(text).not.toContain("10.30.0.99  ");
  });

  it("says what it does not believe, and why", () => {
    expect(renderText(fullReport(), { ...LOOK, width: 200 })).toContain(
      "  - Not believed: 10.30.0.99 (tarpit): all 1,000 TCP ports asked are open.",
    );
  });

  it("shows where the changes differ in their last covering run", () => {
    const report = fullReport();
    const changes = [
      change("opened", "10.30.0.12", 8080),
      change("opened", "10.30.0.10", 80, { timeFrom: Date.parse("2026-10-01T00:00:00Z") }),
    ];
    const text = renderText({ ...report, view: { ...report.view, changes } }, LOOK);
    expect(text).toContain("since the last run that covered each port");
    expect(text).toContain("after 2026-10-01 08:00");
    expect(text).toContain("after 2026-11-18 09:14");
  });

  it("counts what it does not list, and lists every finding", () => {
    const hosts = Array.from({ length: 300 }, (_, i) =>
      host(`10.9.${i >> 8}.${i & 255}`, { ports: [row(`10.9.${i >> 8}.${i & 255}`, 22)] }),
    );
    const report: ReportData = {
      ...fullReport(),
      view: {
        run: run(),
        hosts,
        silentCount: 0,
        changes: hosts.map((one) => change("opened", one.address, 22)),
      },
      judgement: {
        findings: hosts.map((one) => finding("unexpected-open", "medium", one.address, 23, "23/tcp is open")),
        settled: [],
        ports: hosts.flatMap((one) => judged(one, "allowed")),
        notes: [],
      },
    };
    const text = renderText(report, LOOK);
    expect(text).toContain("… and 100 more: portreeve report --run 14 --format json");
    expect(text).toContain("… and 240 hosts more: portreeve query open --at 14");
    expect(text.match(/unexpected-open/g)).toHaveLength(300);
  });

  it("is pure: the same data give the same text, and are not touched", () => {
    const report = fullReport();
    const before = structuredClone(report);
    expect(renderText(report, LOOK)).toBe(renderText(report, LOOK));
    expect(report).toEqual(before);
  });
});
