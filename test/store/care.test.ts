import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { emptyPortSet } from "../../src/scope/portSet.js";
import { xmlPath } from "../../src/store/keptXml.js";
import { openStore } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";
import {
  draft,
  ending,
  observed,
  openCell,
  quietGroup,
  recordRun,
  scratchFolder,
  scratchStore,
} from "./sample.js";

const DAY = 86_400_000;
const A = "10.0.0.1";

function twoRuns(): Store {
  const store = scratchStore();
  recordRun(store, DAY, [observed(A, { cells: [openCell(22), openCell(80)] })]);
  recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] })]);
  return store;
}

describe("a check", () => {
  test("finds a sound store sound", () => {
    expect(
      twoRuns()
        .check()
        .flatMap(({ faults }) => faults),
    ).toEqual([]);
  });

  test.each([
    [
      "a span that does not end where the next begins",
      "UPDATE span SET until_key = until_key + 1 WHERE until_key IS NOT NULL",
      /does not end where/,
    ],
    [
      "a span that is still open though another follows",
      "UPDATE span SET until_key = NULL",
      /does not end where/,
    ],
    [
      "two spans of one state",
      "UPDATE span SET value = (SELECT id FROM value WHERE proof = 'open')",
      /two spans of one state/,
    ],
    [
      "a span that begins with no run",
      "UPDATE host_span SET from_key = from_key + 1",
      /begins or ends with no run/,
    ],
    [
      "a span that begins with a run that did not cover its port",
      "INSERT INTO portset SELECT max(id) + 1, 'T:9' FROM portset; UPDATE coverage SET portset = (SELECT max(id) FROM portset)",
      /run 1, which did not cover it/,
    ],
    ["a set that cannot be read", "UPDATE hostset SET members = x'07'", /hostset \d+: not a host set/],
    [
      "a row that names nothing",
      "PRAGMA foreign_keys = OFF; UPDATE span SET host = 99",
      /names a host that is not there/,
    ],
  ])("finds %s", (_, damage, fault) => {
    const store = twoRuns();
    const database = new Sqlite(store.path);
    database.exec(damage);
    database.close();
    expect(
      store
        .check()
        .flatMap(({ faults }) => faults)
        .join("\n"),
    ).toMatch(fault);
  });
});

describe("a backup", () => {
  test("is whole and private, though a run writes and goes on writing", async () => {
    const store = twoRuns();
    const { run } = store.beginRun(draft(3 * DAY));
    store.recordHosts(run, [observed(A, { cells: [openCell(22)] })]);
    const file = join(scratchFolder(), "backup.db");
    const going = store.backUp(file);
    for (let port = 100; port < 120; port++) {
      store.recordHosts(run, [observed("10.0.0.2", { cells: [openCell(port)] })]);
    }
    const { bytes } = await going;
    store.endRun(run, ending(3 * DAY + 1));
    expect(statSync(file).size).toBe(bytes);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(file))).toEqual(["backup.db"]);
    const copy = openStore(file, { mode: "read" });
    expect(copy.check().flatMap(({ faults }) => faults)).toEqual([]);
    expect(copy.openRows({ run: 1 })).toEqual(store.openRows({ run: 1 }));
    copy.close();
  });

  test("is not written over, and a place that is none is told", async () => {
    const store = twoRuns();
    await expect(store.backUp(store.path)).rejects.toThrow(/is there already/);
    await expect(store.backUp("/nonexistent/backup.db")).rejects.toThrow();
  });
});

describe("kept XML", () => {
  const keep = (store: Store, id: number, sha: string): void => {
    store.keepXml(sha, `<nmaprun n="${sha}"/>`);
    store.recordShard(id, {
      ...{
        id: sha.slice(0, 4),
        stage: "sweep",
        pass: 1,
        probe: "ports",
        attempt: 1,
        state: "done",
        hostCount: 1,
      },
      ...{ ports: emptyPortSet, argv: [], pid: null, startTicks: null, startedAt: null, endedAt: null },
      ...{
        exitCode: 0,
        signal: null,
        ended: null,
        form: "whole",
        xmlSha256: sha,
        xmlBytes: 10,
        warnings: [],
        error: null,
      },
    });
  };

  test("is pruned by the end of the runs that it is of, and nothing else is", () => {
    const store = scratchStore();
    const [old, both, stray] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [string, string, string];
    for (const [day, shas] of [
      [1, [old, both]],
      [40, [both]],
    ] as const) {
      const { run } = store.beginRun(draft(day * DAY));
      store.recordHosts(run, [observed(A, { cells: [openCell(22)] })]);
      for (const sha of shas) keep(store, run.id, sha);
      store.endRun(run, ending(day * DAY + 1));
    }
    store.keepXml(stray, "<nmaprun/>");
    const before = store.askSql("SELECT * FROM v1_spans");
    expect(store.stats()).toMatchObject({ rawFiles: 3, runs: 2, hosts: 1 });
    expect(store.pruneRaw(20 * DAY).map(({ sha256 }) => sha256)).toEqual([old]);
    expect([old, both, stray].map((sha) => existsSync(xmlPath(store.path, sha)))).toEqual([
      false,
      true,
      true,
    ]);
    expect(store.askSql("SELECT * FROM v1_spans")).toEqual(before);
    expect(() => store.readXml(old)).toThrow(/not kept any more/);
    expect(store.stats().tables.find(({ table }) => table === "span")).toMatchObject({ rows: 1 });
  });
});
