/** Every answer of the history in every format: shape, widths, and hostile text. */
import { describe, expect, test } from "vitest";
import type {
  CoverageRow,
  LoggedChange,
  OpenRow,
  PeriodRow,
  RunComparison,
  SinceRow,
} from "../../src/facts/answer.js";
import { logLine } from "../../src/report/changeLog.js";
import { renderChanges } from "../../src/report/changeRows.js";
import { renderCoverage } from "../../src/report/coverageRows.js";
import { renderPeriods, renderSince } from "../../src/report/periodRows.js";
import { LIST_FORMATS } from "../../src/report/rowList.js";
import { renderRunDiff } from "../../src/report/runDiff.js";
import { renderSqlAnswer } from "../../src/report/sqlAnswer.js";
import { renderStates } from "../../src/report/stateRows.js";
import { textWidth } from "../../src/report/width.js";
import { portSetOf } from "../../src/scope/portSet.js";
import { HOSTILE, UNSAFE } from "./hostile.js";
import { row, run, service } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const T = Date.UTC(2026, 10, 25, 1, 14);

const ports = portSetOf([{ protocol: "tcp", port: 22 }]);
const state = (text: string): OpenRow => ({
  ...row("10.30.0.10", 22, { service: service(text, text, text), vantage: text, realm: text, reason: text }),
  state: "unknown",
  lastState: "open",
  certainty: "unknown",
  changedBy: null,
  evidenceAge: 40 * 86_400_000,
});
const period = (text: string): PeriodRow => ({
  ...{ address: row("10.30.0.10", 22).address, protocol: "tcp", port: 22, state: "open", reason: text },
  ...{ from: T, fromRun: 3, lastSeen: T, until: T, untilRun: 5, vantage: text, realm: text },
});
const since = (text: string): SinceRow => ({
  ...{ address: row("10.30.0.10", 22).address, protocol: "tcp", port: 22, vantage: text, realm: text },
  ...{
    state: "open",
    lastState: "open",
    since: T,
    sinceRun: 3,
    changedAfter: T,
    lastSeen: T,
    lastCovered: T,
    run: 4,
  },
  ...{ before: period(text), earlierOpen: [period(text)] },
});
const change = (text: string): LoggedChange => ({
  ...{ run: 4, timeFrom: T, timeTo: T, address: row("10.30.0.10", 22).address, protocol: "tcp", port: 22 },
  ...{ kind: "service-changed", before: text, after: text, vantage: text, operator: text, realm: text },
  ...{ audit: text, recordedAt: T, act: "told", serial: 0, supersedes: null, isForgotten: false },
});
const coverage = (text: string): CoverageRow => ({
  ...{ address: row("10.30.0.10", 22).address, vantage: text, realm: text, coverage: "covered", run: 4 },
  ...{ lastCovered: T, age: 1, ports, everCovered: ports, askedBy: 4, presence: "alive" },
});
const compared = (text: string): RunComparison => ({
  before: { ...run(), vantage: text },
  after: { ...run(), vantage: text },
  changes: [change(text)],
  firstSeen: [change(text)],
  notComparable: [{ address: row("10.30.0.10", 22).address, ports, coveredBy: 14, why: "only-one-covered" }],
});

describe.each(Object.entries(HOSTILE))("a text of %s is safe", (_, text) => {
  test.each(LIST_FORMATS)("as %s", (format) => {
    const printed = [
      renderStates([state(text)], format, LOOK),
      renderPeriods([period(text)], format, LOOK),
      renderSince([since(text)], format, LOOK),
      renderChanges([change(text)], format, LOOK),
      renderCoverage([coverage(text)], format, LOOK),
      renderSqlAnswer({ columns: [text, "b"], rows: [[text, 1]] }, format === "csv" ? "json" : format, LOOK),
      renderRunDiff(compared(text), format, LOOK),
    ];
    for (const each of printed) expect(each).not.toMatch(UNSAFE);
    for (const each of printed.slice(0, 5)) {
      if (format === "jsonl") expect(each.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  test.each(["text", "jsonl", "syslog"] as const)("as a line of the log, %s", (format) => {
    const line = logLine(change(text), format, { zone: "UTC", hostname: text });
    expect(line).not.toMatch(UNSAFE);
    expect(line.match(/\n/g)).toHaveLength(1);
  });
});

describe("the change log as syslog", () => {
  test("is RFC 5424, with what could end a value escaped", () => {
    const line = logLine({ ...change('x" ] \\'), kind: "opened" }, "syslog", {
      zone: "UTC",
      hostname: "bastion 1",
    });
    expect(line).toBe(
      '<108>1 2026-11-25T01:14:00.000Z bastion1 portreeve - change [change@32473 run="4" address="10.30.0.10" port="22/tcp" kind="opened" before="x\\" \\] \\\\" after="x\\" \\] \\\\" timeFrom="2026-11-25T01:14:00.000Z" timeTo="2026-11-25T01:14:00.000Z" vantage="x\\" \\] \\\\" realm="x\\" \\] \\\\" operator="x\\" \\] \\\\" audit="x\\" \\] \\\\" act="told"] 10.30.0.10 22/tcp opened: x" ] \\ -> x" ] \\\n',
    );
  });

  test("says what a correction takes back, which is no alarm, and that a run was taken back", () => {
    const taken: LoggedChange = {
      ...change("a"),
      ...{ kind: "opened", serial: 1, act: "retracted", supersedes: 0, isForgotten: true },
      recordedAt: T + 1000,
    };
    expect(logLine(taken, "text", { zone: "UTC", hostname: "h" })).toMatch(
      /taken back: it did not happen, its run was taken back/,
    );
    expect(logLine(taken, "syslog", { zone: "UTC", hostname: "h" })).toMatch(
      /^<109>1 2026-11-25T01:14:01\.000Z .*act="retracted" supersedes="0" forgotten="true"/,
    );
    expect(JSON.parse(logLine(taken, "jsonl", { zone: "UTC", hostname: "h" }))).toMatchObject({
      ...{ act: "retracted", serial: 1, supersedes: 0, forgotten: true },
      ...{ recordedAt: "2026-11-25T01:14:01Z", kind: "opened", run: 4 },
    });
    const late: LoggedChange = {
      ...taken,
      serial: 0,
      act: "corrected",
      supersedes: null,
      isForgotten: false,
    };
    expect(logLine(late, "syslog", { zone: "UTC", hostname: "h" })).toMatch(/^<109>1 /);
    expect(logLine(late, "text", { zone: "UTC", hostname: "h" })).toMatch(
      /^2026-11-25 01:14 \+00:00 .*opened: a -> a, a correction: it was not known before {2}\(after /,
    );
  });
});

describe("tables", () => {
  test("keep within the width, wide characters counted by their columns", () => {
    const wide = { ...state("核心数据库"), owner: "数据库组", system: "订单系统" };
    for (const width of [80, 100]) {
      const lines = renderStates([wide, state("x")], "text", { ...LOOK, width }).split("\n");
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      // Whatever has to go for it, the age of the evidence is there.
      expect(lines[0]).toMatch(/EVIDENCE/);
      expect(lines[1]).toMatch(/40 d/);
    }
    const answer = renderSqlAnswer(
      {
        columns: ["主机", "n"],
        rows: [
          ["数据库", 1],
          ["a", 22],
        ],
      },
      "text",
      LOOK,
    );
    const [title = "", first = "", second = ""] = answer.split("\n");
    expect(textWidth(first)).toBe(textWidth(second));
    expect(textWidth(title)).toBe(textWidth(first));
  });

  test("say unknown and since when, never closed, where the evidence is old", () => {
    const text = renderStates([state("ssh")], "text", LOOK);
    expect(text).toMatch(/unknown.*40 d.*last open/);
    expect(renderPeriods([], "text", LOOK)).toMatch(/unknown, not closed/);
  });
});
