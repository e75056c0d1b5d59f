import { statSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { renderSqlAnswer } from "../../../src/report/sqlAnswer.js";
import { VIEWS } from "../../../src/store/views/fillViews.js";
import { draft, observed, openCell, recordRun, scratchFolder, scratchStore } from "../sample.js";
import { documentedColumns, documentedQuestions } from "./sqlDocs.js";
import { weeks } from "./weeks.js";

const LOOK = { zone: "UTC", color: false, width: 110 };

/** The contract as it was released: a name may be added here, and none may ever be taken away. */
const CONTRACT: Readonly<Record<string, string>> = {
  v1_open_now:
    "address port port_number protocol state service product version vantage realm first_seen last_seen last_covered evidence_days confidence run",
  v1_spans:
    "address port port_number protocol state reason valid_from valid_to last_seen product version vantage realm from_run to_run",
  v1_changes:
    "run valid_from valid_to address port port_number protocol kind before after vantage realm audit operator",
  v1_findings:
    "fingerprint rule severity status address port port_number protocol vantage realm owner host system tags first_seen last_seen age_days confirmed due overdue evidence exception exception_expires run",
  v1_coverage: "address vantage realm coverage run last_covered age_days ports ever_covered presence",
  v1_runs:
    "run vantage realm audit operator source outcome why started_at ended_at targets ports address_count coverage cells_due cells_covered nmap_version file file_hash imported_at dated recall recall_lower recall_upper recall_source silenced disbelieved",
  v1_assets: "address name owner system tags names realm",
};

describe("the documented tables", () => {
  test.each(Object.entries(CONTRACT))("%s has the columns of the contract", (name, columns) => {
    const answer = weeks().askSql(`SELECT * FROM ${name} LIMIT 1`);
    for (const column of columns.split(" ")) expect(answer.columns).toContain(column);
  });

  test("are all in docs/sql.md, column by column", () => {
    expect([...documentedColumns()]).toEqual(
      VIEWS.map(({ name, columns }) => [name, columns.map((each) => each.name)]),
    );
  });

  test.each(documentedQuestions())("answer: $question", ({ sql, answer }) => {
    expect(renderSqlAnswer(weeks().askSql(sql), "text", LOOK).trimEnd()).toBe(answer);
  });

  test("answer ten questions", () => {
    expect(documentedQuestions().length).toBeGreaterThanOrEqual(10);
  });

  test("hold what a run in progress has found so far", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(Date.now()));
    store.recordHosts(run, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    expect(store.askSql("SELECT address, port FROM v1_open_now").rows).toEqual([["10.0.0.1", "22/tcp"]]);
  });
});

describe("a statement", () => {
  test.each([
    "INSERT INTO v1_runs (run) VALUES (9)",
    "UPDATE v1_runs SET run = 9",
    "DELETE FROM v1_runs",
    "DROP TABLE v1_runs",
    "CREATE TABLE x (y)",
    "ATTACH DATABASE '/tmp/x.db' AS x",
    "PRAGMA query_only = OFF",
    "VACUUM INTO '/tmp/x.db'",
    "WITH x AS (SELECT 9 AS run) INSERT INTO v1_runs (run) SELECT run FROM x",
    "SELECT 1; DELETE FROM v1_runs",
    "/* SELECT */ REPLACE INTO v1_runs (run) VALUES (9)",
    "BEGIN IMMEDIATE",
    "SELECT load_extension('/tmp/x.so')",
    "SELECT writefile('/tmp/x', 'y')",
    "",
  ])("that is more than a question is refused: %s", (sql) => {
    const store = weeks();
    const { mtimeMs } = statSync(store.path);
    expect(() => store.askSql(sql)).toThrow(/^SQL: /);
    expect(statSync(store.path).mtimeMs).toBe(mtimeMs);
    expect(store.listRuns()).toHaveLength(3);
  });

  test("with a slip in it is told in SQLite's words, with the tables there are", () => {
    expect(() => weeks().askSql("SELECT nonsense FROM v1_runs")).toThrow(/no such column: nonsense/);
    expect(() => weeks().askSql("SELECT * FROM span")).toThrow(/no such table: span/);
  });

  test("may begin with a comment, name a column twice, and hold any kind of value", () => {
    const answer = weeks().askSql(
      "-- a note\nSELECT 1 AS a, 2 AS a, x'00ff' AS b, 9007199254740993 AS c, NULL AS d",
    );
    expect(answer).toEqual({
      columns: ["a", "a_2", "b", "c", "d"],
      rows: [[1, 2, "00ff", "9007199254740993", null]],
    });
  });
});

describe("a published copy", () => {
  test("is a plain database with the same answers and indices, and is replaced in one piece", () => {
    const store = weeks();
    const file = join(scratchFolder(), "copy.db");
    store.publish(file);
    store.publish(file);
    const copy = new Sqlite(file, { readonly: true });
    for (const { name } of VIEWS) {
      const rows = copy.prepare(`SELECT * FROM ${name}`).raw().all();
      expect(rows).toEqual(store.askSql(`SELECT * FROM ${name}`).rows);
    }
    expect(
      copy.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'index'").pluck().get(),
    ).toBeGreaterThan(6);
    copy.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("is not written over the database, nor over anything else", () => {
    const store = weeks();
    expect(() => store.publish(store.path)).toThrow(/is no published copy/);
    const other = scratchStore();
    expect(() => store.publish(other.path)).toThrow(/is no published copy/);
    expect(() => store.publish("/nonexistent/copy.db")).toThrow();
  });

  test("is whole though a run writes between", () => {
    const store = weeks();
    const file = join(scratchFolder(), "copy.db");
    const { run } = store.beginRun(draft(Date.now()));
    store.recordHosts(run, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    store.publish(file);
    recordRunAfter(store, run);
    const copy = new Sqlite(file, { readonly: true });
    expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(copy.prepare("SELECT outcome FROM v1_runs WHERE run = ?").pluck().get(run.id)).toBe("running");
    copy.close();
  });
});

function recordRunAfter(store: ReturnType<typeof weeks>, run: { readonly id: number }): void {
  store.endRun(run, {
    outcome: "complete",
    why: null,
    endedAt: Date.now(),
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
    warnings: [],
  });
  recordRun(store, Date.now() + 1, [observed("10.0.0.2")]);
}
