/** Processes killed and terminals lost in the middle of a run: it is marked rightly, and nothing is called closed. */
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesOf, type Lab, openLab, openOf, topTcp, until, whyNoLab } from "./lab.js";

const reason = whyNoLab();
/** Slow enough that there is time to hit a run in each of its stages. */
const SLOW = ["--rate", "300", "--no-identify"];
const FAST = ["--rate", "4000", "--no-identify"];

/** No `nmap --version`: without that there would be no run. */
const isShard = ({ argv }: { argv: readonly string[] }) => argv.includes("-oX");
const isSweep = ({ argv }: { argv: readonly string[] }) => argv.includes("-sS") && argv.includes("-p");

function integrityOf(lab: Lab): unknown {
  const db = new Database(lab.database, { readonly: true });
  try {
    return db.pragma("integrity_check", { simple: true });
  } finally {
    db.close();
  }
}

/** No run after the first may have seen a change: nothing changed in this lab. */
function expectNoChanges(lab: Lab): void {
  for (const { id } of lab.runs()) {
    expect(`run ${id}: ${changesOf(lab.view(id)).join("; ")}`).toBe(`run ${id}: `);
  }
  expect(integrityOf(lab)).toBe("ok");
}

describe.skipIf(reason !== null)(`kills and signals${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  // One lab and one history for all: the longer the history, the more there is that a killed run could spoil.
  let lab: Lab;
  let close = async () => {};
  let scanArgs: string[] = [];
  beforeAll(async () => {
    ({ lab, close } = await openLab(["--hosts", "4", "--seed", "2", "--udp", "0"]));
    scanArgs = ["scan", ...lab.truth.hosts.map((host) => host.address), "-p", await topTcp(90, "")];
    expect(await scan(...FAST)).toMatchObject({ code: 0, stderr: "" });
  });
  afterAll(() => close());

  const scan = (...more: string[]) => lab.portreeve(...scanArgs, ...more);
  const startScan = (...more: string[]) => lab.startPortreeve(...scanArgs, ...more);
  const newest = () => lab.runs()[0];

  it("tries the shard of a killed nmap again: the run is complete", async () => {
    const running = await startScan(...SLOW);
    await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");
    const victim = (await lab.nmaps()).find(isSweep);
    expect(await lab.signal(victim?.pid ?? 0, "SIGKILL")).toBe(true);
    expect(await running.ended).toMatchObject({ code: 0 });
    const id = newest()?.id ?? 0;
    expect(newest()).toMatchObject({ outcome: "complete", coverage: 1 });
    expect(openOf(lab.view(id))).toEqual(openOf(lab.view(1)));
    const shards = lab.read((store) => store.shardsOf(id));
    const killed = shards.filter((shard) => shard.signal === "SIGKILL");
    expect(killed).toMatchObject([{ attempt: 1, state: "failed" }]);
    expect(shards).toContainEqual(
      expect.objectContaining({ id: killed[0]?.id, attempt: 2, state: "done", exitCode: 0 }),
    );
    expectNoChanges(lab);
  }, 60_000);

  it.each([10, 250])(
    "calls nothing closed when every nmap is killed, each %i ms: the run is partial or failed",
    async (pause) => {
      const running = await startScan(...FAST);
      let isOver = false;
      running.ended.then(() => {
        isOver = true;
      });
      let kills = 0;
      while (!isOver) {
        for (const { pid } of (await lab.nmaps()).filter(isShard))
          if (await lab.signal(pid, "SIGKILL")) kills++;
        await new Promise((done) => setTimeout(done, pause));
      }
      expect(kills).toBeGreaterThan(3);
      expect(await running.ended).toMatchObject({ code: 3 });
      expect(["partial", "failed"]).toContain(newest()?.outcome);
      expectNoChanges(lab);
    },
    60_000,
  );

  it("survives kill -9 at any moment: no nmap outlives it, the next run marks the old one interrupted", async () => {
    const first = lab.runs().length;
    // Once while it starts, then at moments of the run, whatever the machine has to do meanwhile.
    for (const wait of [null, 0, 400, 1000, 1800, 3000]) {
      const before = lab.runs().length;
      const running = await startScan(...SLOW);
      if (wait !== null) await until(() => lab.runs().length > before, 20_000, "the run has begun");
      await new Promise((done) => setTimeout(done, (wait ?? 250) * (0.8 + 0.4 * Math.random())));
      await running.signal("SIGKILL");
      expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
      await until(async () => (await lab.nmaps()).length === 0, 1000, "every nmap is gone");
      expect(integrityOf(lab)).toBe("ok");
      if (lab.runs().length > before) expect(newest()?.outcome).toBe("running");
    }
    const killed = lab.runs().length - first;
    expect(killed).toBeGreaterThanOrEqual(5);
    expect(await scan(...FAST)).toMatchObject({ code: 0 });
    const [last, ...before] = lab.runs();
    expect(last).toMatchObject({ outcome: "complete", coverage: 1 });
    expect(before.slice(0, killed).map((run) => run.outcome)).toEqual(Array(killed).fill("interrupted"));
    expectNoChanges(lab);
  }, 90_000);

  it("stops at SIGTERM: exit 130, its nmaps ended, what was proved kept", async () => {
    const running = await startScan(...SLOW);
    await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");
    const before = Date.now();
    await running.signal("SIGTERM");
    const ended = await running.ended;
    expect(Date.now() - before).toBeLessThan(5000);
    expect(ended).toMatchObject({ code: 130, signal: null });
    expect(ended.stderr).toContain("SIGTERM: stopping now");
    expect(await lab.nmaps()).toEqual([]);
    expect(newest()).toMatchObject({ outcome: "interrupted", why: "stopped by SIGTERM" });
    expect(lab.view(newest()?.id ?? 0).hosts.some((host) => host.presence === "alive")).toBe(true);
    expectNoChanges(lab);
  }, 60_000);

  it("goes on to its end when the terminal is closed", async () => {
    const runs = lab.runs().length;
    const line = lab.commandLine(...scanArgs, ...SLOW).join(" ");
    const terminal = await lab.start(["script", "-qfec", line, "/dev/null"]);
    await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");
    // The terminal goes without a word: the kernel hangs up on everything in it.
    await terminal.signal("SIGKILL");
    await until(() => newest()?.outcome !== "running", 60_000, "the run ends");
    expect(lab.runs()).toHaveLength(runs + 1);
    expect(newest()).toMatchObject({ outcome: "complete", coverage: 1 });
    expectNoChanges(lab);
  }, 90_000);

  it("lets one run at a time hold the database: a second exits 11, or waits; reports show the first as running", async () => {
    const id = (newest()?.id ?? 0) + 1;
    const first = await startScan(...SLOW);
    await until(() => newest()?.outcome === "running", 20_000, "the first run has begun");
    const second = await scan(...FAST);
    expect(second.code).toBe(11);
    expect(second.stderr).toContain(`run ${id}`);
    const waiting = await startScan(...FAST, "--wait", "2m");
    const report = await lab.portreeve("report", "--run", String(id), "--format", "json");
    expect(report.code).toBe(0);
    expect(JSON.parse(report.stdout).run).toMatchObject({ id, outcome: "running", coverage: null });
    expect((await lab.portreeve("report", "--run", String(id))).stdout).toMatch(/running/i);
    expect(await first.ended).toMatchObject({ code: 0 });
    const waited = await waiting.ended;
    expect(waited).toMatchObject({ code: 0 });
    expect(waited.stderr).toContain("waiting");
    expect(
      lab
        .runs()
        .slice(0, 2)
        .map((run) => [run.id, run.outcome]),
    ).toEqual([
      [id + 1, "complete"],
      [id, "complete"],
    ]);
    expect(openOf(lab.view(id + 1))).toEqual(openOf(lab.view(1)));
    expectNoChanges(lab);
  }, 90_000);
});
