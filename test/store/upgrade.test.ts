import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { liveKey } from "../../src/history/runKey.js";
import { MIGRATIONS } from "../../src/store/migrations/all.js";
import { openStore } from "../../src/store/openStore.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import { compileScript } from "./compiled.js";
import { finding, judgement, transition } from "./findings.js";
import { draft, ending, observed, openCell, quietGroup, scratchFolder } from "./sample.js";

const DAY = 86_400_000;
const later = (): number => Date.parse("2031-02-03T04:05:06Z");
const RELEASED = join(import.meta.dirname, "released");

/** A database as an older portreeve left it: two runs that have ended and one whose process died. */
function released(schema: number): string {
  const path = join(scratchFolder(), "history.db");
  const database = new Sqlite(path);
  database.exec(readFileSync(join(RELEASED, `schema-${schema}.sql`), "utf8"));
  database.close();
  return path;
}

/** What the portreeve of that time told of the two runs. */
const VIEWS = JSON.parse(readFileSync(join(RELEASED, "views.json"), "utf8"));
/** What runs have said of themselves since schema 4. */
const UNSAID = { recall: null, silenced: [], disbelieved: [] };

test("released steps are as they were: databases out there are made by them", () => {
  const hashes = MIGRATIONS.slice(0, 3).map(({ sql }) => createHash("sha256").update(sql).digest("hex"));
  expect(hashes).toEqual([
    "663e6edde2b8bf58f2892a743b85681912cab0d13cd2280c5822d39fffd24c19",
    "76276ab32840dfe5db6e1fae6c85484b5660f249bacde713f832549f0abbb633",
    "bb4be1a6e7b21f38d4d428550bd7a16269e525eb45cc3406112fe369ff24c2e8",
  ]);
});

describe.each([1, 2, 3])("a database of schema %i", (schema) => {
  test("is copied beside itself and brought up to date, and all it knew is there", () => {
    const path = released(schema);
    const store = openStore(path, { mode: "write", now: later });
    const copy = `${path}.schema-${schema}-20310203T040506Z`;
    expect(readdirSync(dirname(path)).map((name) => join(dirname(path), name))).toContain(copy);
    const views = [2, 1].map((id) => store.runView(id));
    // Judging run 1 is what the second schema was for: it names another profile then.
    const profile = schema === 1 ? {} : { profileHash: VIEWS[1].run.profileHash };
    const told = views.map((view) => ({
      ...view,
      run: { ...view.run, ...(view.run.id === 1 ? profile : {}) },
    }));
    expect(JSON.parse(JSON.stringify(told))).toEqual(
      VIEWS.map((view: { run: object }) => ({ ...view, run: { ...view.run, ...UNSAID } })),
    );
    const old = new Sqlite(copy, { readonly: true });
    expect(old.pragma("user_version", { simple: true })).toBe(schema);
    old.close();

    store.settleDeadRuns();
    expect(store.listRuns().map(({ outcome }) => outcome)).toEqual(["interrupted", "complete", "complete"]);
    expect(store.runView(3).hosts.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([443]);
    expect(store.observationOf(1, "10.0.0.2" as never)).toMatchObject({
      aliveReason: "echo-reply",
      cells: [{ port: 25 }],
    });
    expect(store.openedSince(2 * DAY, { vantage: "bastion" }).map(({ port }) => port)).toEqual([22]);
    store.close();
    const database = new Sqlite(path, { readonly: true });
    expect(database.pragma("user_version", { simple: true })).toBe(MIGRATIONS.length);
    expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(database.pragma("foreign_key_check")).toEqual([]);
    database.close();
  });

  test("goes on: findings, later runs, and a file from between two runs", () => {
    const store = openStore(released(schema), { mode: "write", now: later });
    const open = finding({ firstSeen: DAY, lastSeen: DAY });
    store.recordJudgement(1, judgement({ findings: [open], transitions: [transition(open)] }));
    expect(store.findingsBefore(2)).toEqual([open]);
    const file = { name: "a", hash: "a".repeat(64), bytes: 1, scanner: "nmap 7.93", args: "", dated: true };
    const begun = store.beginImport(draft(1.5 * DAY, { source: "import" }), file);
    const between = observed("10.0.0.1", {
      cells: [openCell(22, { confidence: "imported" })],
      quiet: [quietGroup("closed", [80])],
    });
    begun.import?.add(stageHosts([between]));
    const run = begun.import?.end(ending(1.5 * DAY + 1000));
    expect(store.changesOf(run?.id ?? 0).map(({ port, kind }) => [port, kind])).toEqual([[80, "closed"]]);
    expect(store.changesOf(2)).toEqual([]);
    store.forgetRun(run?.id ?? 0);
    expect(JSON.parse(JSON.stringify(store.changesOf(2)))).toEqual(VIEWS[0].changes);
    store.close();
  });

  test("is refused to a reader, and a newer one to the portreeve of that time", () => {
    const path = released(schema);
    const read = (migrations = MIGRATIONS) => openStore(path, { mode: "read", migrations });
    expect(() => read()).toThrow(`has the older schema ${schema}, this portreeve reads ${MIGRATIONS.length}`);
    openStore(path, { mode: "write", now: later }).close();
    expect(() => read(MIGRATIONS.slice(0, schema))).toThrow(
      `is from the future: it has schema ${MIGRATIONS.length}`,
    );
  });
});

test("where there is no room for a copy, nothing is done, and how much is needed is told", () => {
  const path = released(2);
  const before = readFileSync(path);
  const open = (free: number) => openStore(path, { mode: "write", freeBytes: () => free });
  expect(() => open(2 * before.length - 1)).toThrow(
    /is to be brought up to date, which needs \d+\.\d MB beside it: \d+\.\d MB are free/,
  );
  expect(readdirSync(dirname(path)).filter((name) => name.includes("schema-"))).toEqual([]);
  const database = new Sqlite(path, { readonly: true });
  expect(database.pragma("user_version", { simple: true })).toBe(2);
  database.close();
  open(2 * before.length).close();
});

test("killed half way it leaves the database as it was, with a whole copy beside it, and the next one does it", async () => {
  const path = released(2);
  const before = dumpOf(path);
  const child = spawn(process.execPath, [compileScript("upgradingChild.ts"), path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child.stdout, "data");
  const reader = new Sqlite(path, { readonly: true });
  expect(reader.pragma("user_version", { simple: true })).toBe(2);
  reader.close();
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(dumpOf(path)).toEqual(before);
  const copies = readdirSync(dirname(path)).filter((name) => name.includes(".schema-2-"));
  expect(copies.map((name) => dumpOf(join(dirname(path), name)))).toEqual([before]);
  const store = openStore(path, { mode: "write", now: later });
  expect(store.check().flatMap(({ faults }) => faults)).toEqual([]);
  expect(store.listRuns()).toHaveLength(3);
  store.close();
}, 30_000);

/** All rows of all tables. */
function dumpOf(path: string): unknown {
  const database = new Sqlite(path, { readonly: true });
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  const rows = tables.map((table) => [table, database.prepare(`SELECT * FROM "${table}"`).raw().all()]);
  database.close();
  return rows;
}

test("the keys of schema 3 keep the order and the milliseconds of the older ones", () => {
  const path = released(2);
  openStore(path, { mode: "write", now: later }).close();
  const database = new Sqlite(path, { readonly: true });
  const keys = database.prepare("SELECT key FROM run ORDER BY id").pluck().all();
  expect(keys).toEqual([DAY, 2 * DAY + 7, 3 * DAY].map(liveKey));
  expect(database.prepare("SELECT DISTINCT key FROM finding_state").pluck().all()).toEqual([liveKey(DAY)]);
  database.close();
});
