import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { openStore } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";
import { compileScript } from "./compiled.js";
import { draft, ending, observed, openCell, recordRun, scratchFolder } from "./sample.js";

/** Runs the writing child, and kills it `extra` ms after a line of its after which `isEnough` of so many lines is true. */
async function writeUntilKilled(
  script: string,
  path: string,
  isEnough: (lines: number) => boolean,
  extra: number,
): Promise<string[]> {
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let isDue = false;
  child.stdout.on("data", (data: Buffer) => {
    text += data.toString();
    if (isDue || !isEnough(text.split("\n").length - 1)) return;
    isDue = true;
    setTimeout(() => child.kill("SIGKILL"), extra);
  });
  const lifeline = setTimeout(() => child.kill("SIGKILL"), 40_000);
  await once(child, "close");
  clearTimeout(lifeline);
  // The last line may be cut.
  return text.split("\n").slice(0, -1);
}

function expectSound(path: string): void {
  const database = new Sqlite(path);
  expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(database.pragma("foreign_key_check")).toEqual([]);
  database.close();
}

/** All that was reported as committed is there, and nothing is called closed that the child did not record as such. */
function expectKept(store: Store, lines: readonly string[]): void {
  for (const line of lines) {
    const [what, run, address, port] = line.split(" ");
    const outcome = store.getRun(Number(run)).outcome;
    if (what === "ended") expect(outcome).toBe("complete");
    if (what === "judged") expect(store.judgingBasis(Number(run))).not.toBeNull();
    if (what !== "recorded") continue;
    const rows = store.openRows({ run: Number(run) }).filter((row) => row.address === address);
    expect(rows.map((row) => row.port)).toContain(Number(port));
  }
  // A judgement is all there or not at all.
  const judged = store.listRuns().filter(({ id }) => store.judgingBasis(id) !== null);
  const findings = store.findings();
  expect(findings.map(({ run }) => run)).toEqual(judged.length === 0 ? [] : Array(5).fill(judged[0]?.id));
  for (const { fingerprint } of findings)
    expect(store.transitionsOf(fingerprint)).toHaveLength(judged.length);
  for (const run of store.listRuns()) {
    const recorded = lines.filter((line) => line.startsWith(`recorded ${run.id} `)).length;
    const view = store.runView(run.id);
    // The line of the last commit may not have been printed any more.
    expect([recorded, recorded + 1]).toContain(view.hosts.length);
  }
}

describe("kill -9 of a writer", () => {
  test("at any moment leaves a sound database with all that was committed, and the run is settled", async () => {
    const script = compileScript("writingChild.ts");
    const path = join(scratchFolder(), "history.db");
    const lines: string[] = [];
    for (const [after, extra] of [
      [1, 0],
      [5, 3],
      [23, 1],
      [40, 7],
      [22, 2],
      [61, 5],
    ] as const) {
      lines.push(...(await writeUntilKilled(script, path, (count) => count >= after, extra)));
      // A copy of the files as they lie there is what a power cut would leave.
      for (const end of ["", "-wal"])
        if (existsSync(path + end)) copyFileSync(path + end, `${path}.copy${end}`);
      expectSound(`${path}.copy`);
      expectSound(path);
      const store = openStore(path, { mode: "write" });
      expect(store.listRuns({ outcomes: ["running"] })).toEqual([]);
      store.settleDeadRuns();
      expectKept(store, lines);
      store.close();
    }
    expect(lines.filter((line) => line.startsWith("recorded")).length).toBeGreaterThan(100);
  }, 60_000);
});

describe("two writers", () => {
  test("at once lose nothing: each waits for the other's transaction, and one run holds the lock", async () => {
    const script = compileScript("writingChild.ts");
    const path = join(scratchFolder(), "history.db");
    let locked = 0;
    let begun = 0;
    // The child goes on until both have met: on a busy machine it may be long before we have our turn.
    const haveMet = () => begun >= 3 && locked > 0;
    const lines = writeUntilKilled(script, path, (count) => count >= 200 && haveMet(), 0);
    const store = openStore(path, { mode: "write" });
    // The child is between two runs now and then: take the lock there.
    const deadline = Date.now() + 35_000;
    while (!haveMet() && Date.now() < deadline) {
      await new Promise((done) => setTimeout(done, 5));
      try {
        const { run } = store.beginRun(draft(Date.now(), { vantage: "office" }));
        begun += 1;
        store.recordHosts(run, [observed("10.9.9.9", { cells: [openCell(22)] })]);
        store.endRun(run, ending(Date.now()));
      } catch (error) {
        if (!(error instanceof PortreeveError) || error.code !== "locked") throw error;
        locked += 1;
      }
    }
    const told = await lines;
    store.settleDeadRuns();
    expect(locked).toBeGreaterThan(0);
    expect(begun).toBeGreaterThanOrEqual(3);
    expectSound(path);
    expect(store.listRuns({ vantage: "office" })).toHaveLength(begun);
    expectKept(
      store,
      told.filter((line) => !line.includes("10.9.9.9")),
    );
    store.close();
  }, 60_000);

  test("a lock that is not given back is told, not waited for without end", () => {
    const path = join(scratchFolder(), "history.db");
    const store = openStore(path, { mode: "write", patience: 300 });
    const other = new Sqlite(path);
    other.exec("BEGIN IMMEDIATE");
    const started = Date.now();
    expect(() => store.beginRun(draft(1000))).toThrow(expect.objectContaining({ code: "locked" }));
    expect(Date.now() - started).toBeLessThan(3000);
    other.exec("ROLLBACK");
    expect(store.beginRun(draft(1000)).run.id).toBe(1);
    other.close();
    store.close();
  });
});

describe("a full disk", () => {
  test("is told, and what was committed before is intact", ({ skip }) => {
    const folder = scratchMount();
    if (folder === null) return skip("needs root, to mount a small tmpfs");
    const path = join(folder, "history.db");
    const store = openStore(path, { mode: "write" });
    const first = recordRun(store, 1000, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    const { run } = store.beginRun(draft(2000));
    const written = recordUntilFault(store, run.id);
    expect(written.fault).toMatchObject({
      code: "failed",
      message: expect.stringContaining("the disk is full"),
    });
    expect(written.fault).toBeInstanceOf(PortreeveError);
    expect(store.runView(first).hosts).toHaveLength(1);
    expect(store.runView(run.id).hosts).toHaveLength(written.hosts);
    const xml = Array.from({ length: 300_000 }, () => Math.random().toString(36)).join("");
    expect(() => store.keepXml("ef".repeat(32), xml)).toThrow(/the disk is full/);
    expect(readdirSync(`${path}.xml/ef`)).toEqual([]);
    store.close();
    expectSound(path);
  });
});

function recordUntilFault(store: Store, run: number): { hosts: number; fault: unknown } {
  for (let hosts = 0; hosts < 5000; hosts++) {
    const cells = Array.from({ length: 40 }, (_, index) => openCell(1 + index * 1601 + (hosts % 1601)));
    try {
      store.recordHosts(run, [observed(`10.1.${hosts >> 8}.${hosts & 255}`, { cells })]);
    } catch (fault) {
      return { hosts, fault };
    }
  }
  return { hosts: 5000, fault: null };
}

/** A file system of 2 MB for one test, null where it cannot be mounted. */
function scratchMount(): string | null {
  if (process.getuid?.() !== 0) return null;
  const folder = scratchFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", folder]).status !== 0)
    return null;
  // Registered after the folder's removal, and so run before it.
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}
