import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import type { ImportFile } from "../../src/store/imports.js";
import { xmlPath } from "../../src/store/keptXml.js";
import { openStore } from "../../src/store/openStore.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import type { Store } from "../../src/store/store.js";
import { compileScript } from "./compiled.js";
import { dump } from "./dump.js";
import { finding, judgement, transition } from "./findings.js";
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
const H = "10.0.0.1";

function fileOf(name: string, more: Partial<ImportFile> = {}): ImportFile {
  const hash = createHash("sha256").update(name).digest("hex");
  return { name, hash, bytes: 10, scanner: "nmap 7.93", args: "nmap -p- 10.0.0.0/24", dated: true, ...more };
}

function take(
  store: Store,
  day: number,
  hosts: readonly HostObservation[],
  file: ImportFile = fileOf(`day ${day}`),
): number {
  const begun = store.beginImport(draft(day * DAY, { source: "import" }), file);
  if (begun.import === null) return begun.known.id;
  begun.import.add(stageHosts(hosts));
  return begun.import.end(ending(day * DAY + 3_600_000)).id;
}

const open = (...ports: number[]): HostObservation =>
  observed(H, { cells: ports.map((port) => openCell(port, { confidence: "imported" })) });
const shut = (...ports: number[]): HostObservation => observed(H, { quiet: [quietGroup("closed", ports)] });
const kinds = (store: Store, run: number): unknown[] =>
  store.changesOf(run).map(({ port, kind, timeFrom }) => [port, kind, timeFrom]);

describe("an imported file", () => {
  test("that is there already is told, and writes nothing", () => {
    const store = scratchStore();
    const first = take(store, 1, [open(22)]);
    const before = dump(store.path);
    expect(take(store, 1, [open(23)])).toBe(first);
    expect(dump(store.path)).toEqual(before);
    const elsewhere = draft(DAY, { source: "import", vantage: "internet" });
    expect(store.beginImport(elsewhere, fileOf("day 1")).known).toBeNull();
  });

  test("keeps where it comes from, its grade and its warnings", () => {
    const store = scratchStore({ now: () => 5 * DAY });
    const begun = store.beginImport(draft(DAY, { source: "import" }), fileOf("cut.xml"));
    begun.import?.add(stageHosts([open(22)]));
    const run = begun.import?.end(
      ending(2 * DAY, { outcome: "partial", why: "cut after 10.0.0.1", warnings: ["bytes before <?xml"] }),
    );
    expect(run).toMatchObject({ source: "import", outcome: "partial", why: "cut after 10.0.0.1" });
    expect(run?.warnings).toEqual(["bytes before <?xml"]);
    expect(store.importOf(run?.id ?? 0)).toEqual({
      ...fileOf("cut.xml"),
      run: run?.id,
      importedAt: 5 * DAY,
    });
  });

  test("without a date is a run that covers nothing and changes nothing", () => {
    const store = scratchStore();
    take(store, 1, [open(22)]);
    const before = dump(store.path);
    const id = take(store, 9, [shut(22)], fileOf("undated", { dated: false }));
    const { run: _, import: __, ...after } = dump(store.path);
    expect(before).toMatchObject(after);
    expect(store.openRows().map(({ state }) => state)).toEqual(["open"]);
    expect([store.changesOf(id), store.observationOf(id, ip(H))]).toEqual([[], null]);
    expect(store.runView(id).hosts).toEqual([]);
    expect(store.lastRun()?.id).not.toBe(id);
    store.forgetRun(id);
    expect(dump(store.path)).toEqual(before);
  });

  test("from between two runs makes a change's window narrower, and may take one back", () => {
    const store = scratchStore({ now: () => 100 * DAY });
    take(store, 1, [open(22, 80)]);
    const last = take(store, 9, [shut(22, 80)]);
    take(store, 5, [observed(H, { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] })]);
    expect(kinds(store, last)).toEqual([[22, "closed", 5 * DAY + 3_600_000]]);
    expect(
      store
        .changeLog({ run: last })
        .map(({ port, kind, act, serial, supersedes, recordedAt }) => [
          port,
          kind,
          act,
          serial,
          supersedes,
          recordedAt,
        ]),
    ).toEqual([
      [22, "closed", "told", 0, null, 100 * DAY],
      [80, "closed", "told", 0, null, 100 * DAY],
      [80, "closed", "retracted", 1, 0, 100 * DAY],
    ]);
  });

  test("from before makes a first sighting earlier: the later run's line is taken back, its own is told, none is lost", () => {
    const store = scratchStore({ now: () => 100 * DAY });
    const fifth = take(store, 5, [open(22)]);
    const told = store.changeLog();
    const third = take(store, 3, [open(22)]);
    const first = take(store, 1, [shut(22)]);
    const lines = (run: number): unknown[] =>
      store.changeLog({ run }).map(({ kind, serial, supersedes }) => [kind, serial, supersedes]);
    expect(lines(fifth)).toEqual([
      ["first-seen", 0, null],
      ["first-seen", 1, 0],
    ]);
    // Found open before it was known to have been closed, then opened.
    expect(lines(third)).toEqual([
      ["first-seen", 0, null],
      ["first-seen", 1, 0],
      ["opened", 0, null],
    ]);
    // The window is looked up: what came in between made it narrower.
    const narrower = { ...told[0], timeFrom: 3 * DAY + 3_600_000 };
    expect([lines(first), store.changeLog({ run: fifth })[0]]).toEqual([[], narrower]);
    expect([first, third, fifth].map((run) => kinds(store, run).length)).toEqual([0, 1, 0]);
    store.forgetRun(third);
    expect(lines(fifth)).toEqual([
      ["first-seen", 0, null],
      ["first-seen", 1, 0],
      ["opened", 0, null],
    ]);
  });

  test("that is older than others is not the newest run", () => {
    const store = scratchStore();
    const newest = take(store, 9, [open(22)]);
    take(store, 1, [open(22)]);
    expect(store.lastRun()?.id).toBe(newest);
  });

  test("given up leaves nothing", () => {
    const store = scratchStore();
    const before = dump(store.path);
    const begun = store.beginImport(draft(DAY, { source: "import" }), fileOf("x"));
    begun.import?.add(stageHosts([open(22)]));
    begun.import?.abandon();
    expect([dump(store.path), store.listRuns()]).toEqual([before, []]);
  });

  test("larger than memory goes through a temporary file, and is the same", () => {
    const odd = Array.from({ length: 16_000 }, (_, port) => 1 + port * 2);
    const host = (index: number): HostObservation =>
      observed(`10.0.${index >> 8}.${index & 255}`, {
        cells: [openCell(40_000 + index, { confidence: "imported" })],
        quiet: [quietGroup("closed", odd.slice(index % 7)), quietGroup("refused", [50_000])],
      });
    const store = scratchStore();
    const begun = store.beginImport(draft(DAY, { source: "import" }), fileOf("big"));
    for (let index = 0; index < 300; index++) begun.import?.add(stageHosts([host(index)]));
    // Said of a host that lies in the file already.
    begun.import?.add(stageHosts([{ ...host(2), names: ["again"] }]));
    const run = begun.import?.end(ending(2 * DAY));
    expect(store.openRows({ run: run?.id ?? 0 })).toHaveLength(300);
    const rosters = store.coverageRows({ run: run?.id ?? 0 });
    expect(rosters.filter(({ coverage }) => coverage === "covered")).toHaveLength(300);
    const view = (index: number) => store.observationOf(run?.id ?? 0, host(index).address);
    for (const index of [0, 2, 299]) {
      const { cells, quiet, covered } = host(index);
      expect(view(index)?.covered).toEqual(covered);
      expect(view(index)?.cells.map(({ port }) => port)).toEqual(cells.map(({ port }) => port));
      expect(view(index)?.quiet).toHaveLength(quiet.length);
    }
    expect([view(0)?.names, view(2)?.names]).toEqual([[], ["again"]]);
  });

  test("with an address that is named twice says what was said last, in the order of ports", () => {
    const store = scratchStore();
    const cells = (...ports: number[]) => ports.map((port) => openCell(port, { confidence: "imported" }));
    const id = take(store, 1, [
      observed(H, { cells: cells(22) }),
      observed(H, { cells: cells(443, 80), quiet: [quietGroup("closed", [22])] }),
    ]);
    expect(store.openRows({ run: id }).map(({ port }) => port)).toEqual([80, 443]);
    expect(kinds(store, id)).toEqual([
      [80, "first-seen", null],
      [443, "first-seen", null],
    ]);
  });
});

describe("a run taken back", () => {
  test("leaves what was there before it, and only the log names it", () => {
    const store = scratchStore({ now: () => 100 * DAY });
    take(store, 1, [open(22)]);
    take(store, 9, [open(22)]);
    const before = dump(store.path);
    const id = take(store, 5, [shut(22)]);
    expect(kinds(store, 2).map((change) => (change as unknown[])[1])).toEqual(["reopened"]);
    store.forgetRun(id);
    expect(dump(store.path)).toEqual(before);
    expect(kinds(store, 2)).toEqual([]);
    expect(store.changeLog({ run: id }).map(({ act, isForgotten }) => [act, isForgotten])).toEqual([
      ["corrected", true],
      ["retracted", true],
    ]);
    expect(() => store.getRun(id)).toThrow(/no run/);
  });

  test("is no run that goes on", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(DAY));
    expect(() => store.forgetRun(run)).toThrow(/is going on/);
  });

  test("takes its findings' states back too, and the log of findings keeps what it said", () => {
    const store = scratchStore();
    const id = take(store, 1, [open(22)]);
    const found = finding({ run: id, firstSeen: DAY, lastSeen: DAY });
    store.recordJudgement(
      id,
      judgement({ findings: [found], transitions: [transition(found, { run: id })] }),
    );
    store.forgetRun(id);
    expect([store.listRuns(), store.findings()]).toEqual([[], []]);
    expect(store.transitionsOf(found.fingerprint)).toEqual([]);
    const next = take(store, 2, [open(22)]);
    const again = { ...found, run: next };
    store.recordJudgement(next, judgement({ findings: [again], transitions: [] }));
    expect(store.findings()).toHaveLength(1);
  });

  test("that judged what later runs carry stays", () => {
    const store = scratchStore();
    const id = take(store, 1, [open(22)]);
    const found = finding({ run: id, firstSeen: DAY, lastSeen: DAY });
    store.recordJudgement(id, judgement({ findings: [found], transitions: [] }));
    const later = take(store, 2, []);
    store.recordJudgement(later, judgement({ findings: [found], transitions: [] }));
    expect(() => store.forgetRun(id)).toThrow(/later runs carry findings/);
  });

  test("takes its XML with it, where no other run has it", async () => {
    const store = scratchStore();
    const file = fileOf("kept");
    await store.keepXmlFrom(file.hash, Readable.from(["<nmaprun/>"]));
    expect(store.readXml(file.hash)).toBe("<nmaprun/>");
    const here = take(store, 1, [open(22)], file);
    const begun = store.beginImport(draft(DAY, { source: "import", vantage: "internet" }), file);
    const there = begun.import?.end(ending(2 * DAY)).id ?? 0;
    store.forgetRun(here);
    expect(existsSync(xmlPath(store.path, file.hash))).toBe(true);
    store.forgetRun(there);
    expect(existsSync(xmlPath(store.path, file.hash))).toBe(false);
  });
});

describe("two processes", () => {
  const lines = (child: ChildProcess, into: string[]): void => {
    let rest = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      const parts = `${rest}${chunk}`.split("\n");
      rest = parts.pop() ?? "";
      into.push(...parts);
    });
  };

  test("a live run goes on beside imports; killed at any moment, each file is there whole or not at all", async () => {
    const path = join(scratchFolder(), "history.db");
    openStore(path, { mode: "write" }).close();
    const scanning = compileScript("writingChild.ts");
    const importing = compileScript("importingChild.ts");
    let imported = 0;
    for (const delay of [300, 520, 890]) {
      const told: string[] = [];
      const live: string[] = [];
      const importer = spawn(process.execPath, [importing, path], { stdio: ["ignore", "pipe", "inherit"] });
      const scanner = spawn(process.execPath, [scanning, path], { stdio: ["ignore", "pipe", "inherit"] });
      onTestFinished(() => {
        for (const child of [importer, scanner]) child.kill("SIGKILL");
      });
      lines(importer, told);
      lines(scanner, live);
      await vi.waitFor(() => expect(Math.min(told.length, live.length)).toBeGreaterThan(0), 20_000);
      await new Promise((done) => setTimeout(done, delay));
      importer.kill("SIGKILL");
      scanner.kill("SIGKILL");
      await Promise.all([once(importer, "exit"), once(scanner, "exit")]);
      expect([told.length > 0, live.length > 0]).toEqual([true, true]);

      const store = openStore(path, { mode: "write" });
      store.settleDeadRuns();
      const runs = store.listRuns({ vantage: "files" });
      imported += told.length;
      expect(runs.length).toBeGreaterThanOrEqual(imported);
      for (const run of runs) {
        expect(run.outcome).toBe("complete");
        expect([...store.observationsOf(run.id)]).toHaveLength(60);
      }
      // What the last moment left is named by a run and whole, or a check tells of it and it can be removed.
      for (const run of runs.slice(0, 5)) {
        expect(store.readXml(store.importOf(run.id)?.hash ?? "")).toMatch(/\n$/);
      }
      imported = runs.length;
      store.close();
      const database = new Sqlite(path, { readonly: true });
      expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
      expect(database.pragma("foreign_key_check")).toEqual([]);
      database.close();
    }
    const store = openStore(path, { mode: "write", now: () => Date.now() + 2 * DAY });
    const left = readdirSync(`${path}.xml`, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.includes(".xml.gz"),
    );
    const faults = store.check().flatMap((each) => each.faults);
    const removed = store.pruneRaw(0);
    expect(faults).toHaveLength(removed.length);
    const names = store.listRuns({ vantage: "files" }).map(({ id }) => store.importOf(id)?.hash);
    expect(left).toHaveLength(names.length + removed.length);
    expect(store.check().flatMap((each) => each.faults)).toEqual([]);
    store.close();
  }, 60_000);

  test("a file waits for another writer as long as was said, and then says so", () => {
    const path = join(scratchFolder(), "history.db");
    const store = openStore(path, { mode: "write", patience: 400 });
    const other = new Sqlite(path);
    other.exec("BEGIN IMMEDIATE");
    const started = Date.now();
    expect(() => take(store, 1, [open(22)])).toThrow(
      expect.objectContaining({
        code: "locked",
        message: `another process is writing to ${path} and did not finish within 0.4 s`,
      }),
    );
    expect(Date.now() - started).toBeGreaterThanOrEqual(390);
    expect(Date.now() - started).toBeLessThan(5000);
    other.exec("ROLLBACK");
    other.close();
    expect(take(store, 1, [open(22)])).toBe(1);
    store.close();
  });

  test("a file that lies before a run in progress is there beside it", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(9 * DAY));
    store.recordHosts(run, [open(22)]);
    expect(kinds(store, run.id).map((change) => (change as unknown[])[1])).toEqual(["first-seen"]);
    take(store, 1, [shut(22)]);
    expect(kinds(store, run.id).map((change) => (change as unknown[])[1])).toEqual(["opened"]);
    expect(store.changeLog({ run: run.id })).toHaveLength(1);
    store.recordHosts(run, [shut(22)]);
    store.endRun(run, ending(10 * DAY));
    expect(kinds(store, run.id)).toEqual([]);
    expect(recordRun(store, 11 * DAY, [open(22)])).toBeGreaterThan(run.id);
  });
});
