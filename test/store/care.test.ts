import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { emptyPortSet } from "../../src/scope/portSet.js";
import { xmlPath } from "../../src/store/keptXml.js";
import { openStore } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";
import {
  draft,
  ending,
  ip,
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
      "UPDATE host_span SET until_key = from_key + 1",
      /does not end where/,
    ],
    ["spans that cannot be read", "UPDATE tracks SET packed = x'0105'", /not the tracks|in the middle/],
    [
      "changes that cannot be read",
      "DROP TRIGGER published_is_final; UPDATE published SET lines = x'07'",
      /the changes of run/,
    ],
    ["a host that a question for a port would miss", "DELETE FROM port_hosts", /who-has would not find it/],
    ["two spans of one state", "UPDATE value SET proof = 'open'", /two spans of one state/],
    ["a set that cannot be read", "UPDATE hostset SET members = x'07'", /hostset \d+: not a host set/],
    [
      "a row that names nothing",
      "PRAGMA foreign_keys = OFF; UPDATE tracks SET host = 99",
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
        addresses: [ip(A)],
        pace: 1,
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
    expect(store.stats().tables.find(({ table }) => table === "tracks")).toMatchObject({ rows: 1 });
  });

  test("of an imported file is pruned by the end of what it tells of", async () => {
    const store = scratchStore();
    for (const day of [1, 40]) {
      const hash = String(day).padEnd(64, "0");
      await store.keepXmlFrom(hash, Readable.from(["<nmaprun/>"]));
      const file = { name: "a", hash, bytes: 10, scanner: "nmap 7.93", args: "", dated: true };
      const begun = store.beginImport(draft(day * DAY, { source: "import" }), file);
      begun.import?.end(ending(day * DAY + 1));
    }
    // Brought in today: where XML is kept for a time, that begins now.
    expect(store.pruneRaw(20 * DAY, "by import")).toEqual([]);
    expect(store.pruneRaw(20 * DAY).map(({ sha256 }) => sha256)).toEqual(["1".padEnd(64, "0")]);
    expect(store.stats().rawFiles).toBe(1);
    expect(store.importOf(1)).toMatchObject({ hash: "1".padEnd(64, "0") });
  });

  test("that a killed process left without a run is told by a check, and goes when it is a day old", () => {
    const store = scratchStore();
    const sha = "4".repeat(64);
    store.keepXml(sha, "<nmaprun/>");
    const whole = xmlPath(store.path, sha);
    const half = `${whole}.123-0a.part`;
    writeFileSync(half, "half");
    const faults = (): string[] => store.check().flatMap((each) => each.faults);
    expect([faults(), store.pruneRaw(DAY)]).toEqual([[], []]);
    const before = (Date.now() - 2 * DAY) / 1000;
    for (const path of [whole, half]) utimesSync(path, before, before);
    expect(faults().sort()).toEqual(
      [whole, half].map((path) => `no run names ${path}: \`portreeve db prune\` removes it`).sort(),
    );
    expect(
      store
        .pruneRaw(DAY)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([whole, half].sort());
    expect([existsSync(whole), existsSync(half), faults()]).toEqual([false, false, []]);
  });
});
