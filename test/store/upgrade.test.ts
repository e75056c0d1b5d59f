import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { MIGRATIONS } from "../../src/store/migrations/all.js";
import { openStore } from "../../src/store/openStore.js";
import { finding, judgement, transition } from "./findings.js";
import { draft, observed, openCell, quietGroup, recordRun, scratchFolder, service } from "./sample.js";

const DAY = 86_400_000;
const later = (): number => Date.parse("2031-02-03T04:05:06Z");

/** A database as the first release left it: two runs that have ended and one that goes on. */
function schemaOne(): string {
  const path = join(scratchFolder(), "history.db");
  const store = openStore(path, { mode: "write", migrations: MIGRATIONS.slice(0, 1) });
  const ssh = service("ssh", "OpenSSH", { version: "9.2" });
  const host = observed("10.0.0.1", {
    cells: [openCell(22, { service: ssh }), openCell(80)],
    quiet: [quietGroup("closed", [1, 2, 3])],
  });
  recordRun(store, DAY, [host, observed("10.0.0.2", { cells: [openCell(25)] })], { profileHash: "ab" });
  const closed = observed("10.0.0.1", { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] });
  recordRun(store, 2 * DAY, [closed], { realm: "default" });
  const { run } = store.beginRun(draft(3 * DAY, { vantage: "internet" }));
  store.recordHosts(run, [observed("10.0.0.1", { cells: [openCell(443)] })]);
  store.close();
  return path;
}

test("the first step is as it was released: databases out there are made by it", () => {
  const sha = createHash("sha256")
    .update(MIGRATIONS[0]?.sql ?? "")
    .digest("hex");
  expect(sha).toBe("663e6edde2b8bf58f2892a743b85681912cab0d13cd2280c5822d39fffd24c19");
});

test("a database of the first schema is copied beside itself and brought up to date, all it knew is there", () => {
  const path = schemaOne();
  const before = openStore(path, { mode: "read", now: later, migrations: MIGRATIONS.slice(0, 1) });
  const views = before.listRuns().map(({ id }) => before.runView(id));
  expect(views.flatMap(({ changes }) => changes).map(({ kind }) => kind)).toContain("closed");
  before.close();

  const store = openStore(path, { mode: "write", now: later });
  const copy = `${path}.schema-1-20310203T040506Z`;
  expect(readdirSync(dirname(path)).map((name) => join(dirname(path), name))).toContain(copy);
  expect(store.listRuns().map(({ id }) => store.runView(id))).toEqual(views);
  const old = openStore(copy, { mode: "read", now: later, migrations: MIGRATIONS.slice(0, 1) });
  expect(old.listRuns().map(({ id }) => old.runView(id))).toEqual(views);
  old.close();

  // What is new begins empty, and works on the old runs.
  expect([store.findings(), store.assetsAt(), store.judgingBasis(1)]).toEqual([[], [], null]);
  expect(store.getRun(1).profileHash).toBe("ab");
  const open = finding({ firstSeen: DAY, lastSeen: DAY });
  store.recordJudgement(1, judgement({ findings: [open], transitions: [transition(open)] }));
  expect(store.findingsBefore(2)).toEqual([open]);
  expect(store.openedSince(2 * DAY, { vantage: "bastion" }).map(({ port }) => port)).toEqual([22]);
  store.close();
  const database = new Sqlite(path, { readonly: true });
  expect(database.pragma("user_version", { simple: true })).toBe(MIGRATIONS.length);
  expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(database.pragma("foreign_key_check")).toEqual([]);
  database.close();
});

test("a reader of a database of the first schema is told, and one of the first release of a newer one", () => {
  const path = schemaOne();
  const read = (migrations = MIGRATIONS) => openStore(path, { mode: "read", migrations });
  expect(() => read()).toThrow(/has the older schema 1, this portreeve reads 2/);
  openStore(path, { mode: "write", now: later }).close();
  expect(() => read(MIGRATIONS.slice(0, 1))).toThrow(/is from the future: it has schema 2/);
});
