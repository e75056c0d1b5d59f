import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import type { Shard } from "../../src/facts/run.js";
import { emptyPortSet } from "../../src/scope/portSet.js";
import { openStore } from "../../src/store/openStore.js";
import { startTicksOf } from "../../src/store/owner.js";
import { draft, ending, ip, observed, openCell, quietGroup, scratchStore } from "./sample.js";

const HOST = observed("10.0.0.1", { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] });
const SHARD: Shard = {
  id: "sweep-1",
  stage: "sweep",
  pass: 1,
  probe: "ports",
  addresses: [ip("10.0.0.1")],
  ports: emptyPortSet,
  rate: 100,
};

/** Changes the owner row of the run that goes on, as if another process had written it. */
function pretendOwner(path: string, columns: Record<string, string | number>): void {
  const database = new Sqlite(path);
  for (const [column, value] of Object.entries(columns)) {
    database.prepare(`UPDATE run_owner SET ${column} = ?`).run(value);
  }
  database.close();
}

describe("the run lock", () => {
  test("is held by one run, and a second one is told whose it is", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(Date.parse("2026-03-01T10:00:00Z"), { operator: "bob" }));
    const second = () => store.beginRun(draft(2000));
    expect(second).toThrow(PortreeveError);
    expect(second).toThrow(
      new RegExp(
        `run ${run.id} of bob is going on .* since 2026-03-01T10:00:00.000Z \\(process ${process.pid} on `,
      ),
    );
    try {
      second();
    } catch (error) {
      expect(error).toMatchObject({ code: "locked", hint: expect.stringContaining("--wait") });
    }
    store.endRun(run, ending(3000));
    expect(store.beginRun(draft(4000)).run.id).toBe(run.id + 1);
  });

  test("of a dead owner is taken over: its run is interrupted, what it proved stays, its shards are lost", async () => {
    let now = 10_000;
    const store = scratchStore({ now: () => now });
    const { run } = store.beginRun(draft(10_000));
    store.recordHosts(run, [HOST]);
    store.startShard(run, SHARD, 1, { pid: 4711, startTicks: 99 });
    now = 15_000;
    store.heartbeat(run);
    const child = spawn("true");
    await once(child, "exit");
    pretendOwner(store.path, { pid: child.pid ?? 0 });

    expect(store.listRuns()[0]).toMatchObject({ outcome: "interrupted", endedAt: 15_000 });
    const reader = openStore(store.path, { mode: "read" });
    expect(reader.getRun(run.id).why).toMatch(/^its process \(\d+ on .*\) died$/);
    expect(reader.runView(run.id).hosts[0]?.ports).toMatchObject([
      { port: 22, state: "open", covered: true },
    ]);
    reader.close();

    now = 20_000;
    const next = store.beginRun(draft(20_000));
    expect(next.deadShards).toEqual([
      { run: run.id, shard: "sweep-1", attempt: 1, pid: 4711, startTicks: 99 },
    ]);
    expect(store.getRun(run.id)).toMatchObject({ outcome: "interrupted", endedAt: 15_000 });
    expect(store.shardsOf(run.id)).toMatchObject([{ id: "sweep-1", state: "lost" }]);
    expect(store.runView(run.id).hosts[0]?.ports).toMatchObject([{ port: 22, state: "open", covered: true }]);
    expect(store.changesOf(run.id)).toMatchObject([{ kind: "first-seen", timeTo: 15_000 }]);
  });

  test("is not taken from a process whose number was given to another: start times are compared", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(1000));
    pretendOwner(store.path, { start_ticks: (startTicksOf(process.pid) ?? 0) + 1 });
    expect(store.settleDeadRuns()).toEqual([]);
    expect(store.getRun(run.id).outcome).toBe("interrupted");
  });

  test("of another machine or container is given up a minute after its last heartbeat", () => {
    let now = 100_000;
    const store = scratchStore({ now: () => now });
    const { run } = store.beginRun(draft(100_000));
    store.startShard(run, SHARD, 1, { pid: 4711, startTicks: 99 });
    pretendOwner(store.path, { pid_namespace: "pid:[1]", pid: 1 });
    now += 59_000;
    expect(() => store.beginRun(draft(now))).toThrow(PortreeveError);
    now += 2000;
    // Its pids mean nothing here.
    expect(store.beginRun(draft(now)).deadShards).toEqual([]);
    expect(store.getRun(run.id).outcome).toBe("interrupted");
  });

  test("lost is lost: who was settled as dead writes nothing any more", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(1000));
    pretendOwner(store.path, { start_ticks: 1 });
    store.settleDeadRuns();
    for (const write of [
      () => store.recordHosts(run, [HOST]),
      () => store.startShard(run, SHARD, 1, { pid: 1, startTicks: 1 }),
      () => store.heartbeat(run),
      () => store.endRun(run, ending(2000)),
    ]) {
      expect(write).toThrow(/run 1 has ended \(interrupted\)/);
    }
    expect(store.runView(run.id).hosts).toEqual([]);
  });

  test("settling is not shown by a zombie: it carries nothing out", () => {
    // A shell that waits leaves its killed child a zombie only for a moment; a stopped parent keeps it.
    const script = "sleep 30 & echo $!; kill -STOP $$";
    const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    return new Promise<void>((resolve, reject) => {
      parent.stdout.once("data", (data: Buffer) => {
        try {
          const pid = Number(data.toString().trim());
          expect(startTicksOf(pid)).toBeGreaterThan(0);
          process.kill(pid, "SIGKILL");
          spawnSync("sleep", ["0.2"]);
          expect(startTicksOf(pid)).toBeNull();
          resolve();
        } catch (error) {
          reject(error);
        } finally {
          parent.kill("SIGKILL");
        }
      });
    });
  });
});

describe("a run's key", () => {
  test("rises even where the clock was set back or stood still", () => {
    const store = scratchStore();
    const start = (at: number, ...ports: number[]) => {
      const { run } = store.beginRun(draft(at));
      store.recordHosts(run, [
        observed("10.0.0.1", {
          cells: ports.map((port) => openCell(port)),
          quiet: [quietGroup("closed", [1])],
        }),
      ]);
      store.endRun(run, ending(at + 1));
      return run.id;
    };
    start(5000, 22, 80);
    start(5000, 22, 80);
    const { run } = store.beginRun(draft(1000));
    store.recordHosts(run, [
      observed("10.0.0.1", { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] }),
    ]);
    store.endRun(run, ending(2000));
    expect(store.changesOf(run.id)).toMatchObject([{ port: 80, kind: "closed" }]);
    expect(store.openRows().map(({ port }) => port)).toEqual([22]);
  });
});
