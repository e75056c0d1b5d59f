/** Processes killed and terminals lost in the middle of a run: it is marked rightly, and nothing is called closed. */
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCli, changesOf, type Lab, openInTruth, openOf, topTcp, until, whyNoLab, withLab } from "./lab.js";

const reason = whyNoLab();
/** Slow enough that there is time to hit a run in each of its stages. */
const SLOW = ["--rate", "500", "--no-identify"];
const FAST = ["--rate", "4000", "--no-identify"];

interface Baseline {
  readonly lab: Lab;
  readonly scanArgs: readonly string[];
}

/** A lab with one complete run behind it, and the arguments that repeat it. */
async function afterOneRun(options: readonly string[], body: (baseline: Baseline) => Promise<void>) {
  const ports = await topTcp(300, "");
  await withLab(["--hosts", "4", "--udp", "0", ...options], async (lab) => {
    const targets = [...lab.truth.hosts.map((h) => h.address), ...lab.truth.absentExamples.slice(0, 2)];
    const scanArgs = ["scan", ...targets, "-p", ports];
    expect(await lab.portreeve(...scanArgs, ...FAST)).toMatchObject({ code: 0, stderr: "" });
    await body({ lab, scanArgs });
  });
}

const runsOf = (lab: Lab) => lab.runs().length;
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

async function expectNoNmapWithin(lab: Lab, ms: number): Promise<void> {
  await until(async () => (await lab.nmaps()).length === 0, ms, "every nmap is gone");
}

describe.skipIf(reason !== null)(`kills and signals${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  beforeAll(buildCli);

  it("tries the shard of a killed nmap again, and ends every other kill of nmaps without a false word", async () => {
    await afterOneRun(["--seed", "2"], async ({ lab, scanArgs }) => {
      const one = await lab.startPortreeve(...scanArgs, ...SLOW);
      await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");
      const victim = (await lab.nmaps()).find(isSweep);
      expect(await lab.signal(victim?.pid ?? 0, "SIGKILL")).toBe(true);
      expect(await one.ended).toMatchObject({ code: 0 });
      expect(lab.view(2).run).toMatchObject({ outcome: "complete", coverage: 1 });
      expect(openOf(lab.view(2))).toEqual(openOf(lab.view(1)));
      const shards = lab.read((store) => store.shardsOf(2));
      const killed = shards.filter((shard) => shard.signal === "SIGKILL");
      expect(killed).toMatchObject([{ attempt: 1, state: "failed" }]);
      expect(shards).toContainEqual(
        expect.objectContaining({ id: killed[0]?.id, attempt: 2, state: "done", exitCode: 0 }),
      );

      const all = await lab.startPortreeve(...scanArgs, ...FAST);
      let over = false;
      all.ended.then(() => {
        over = true;
      });
      let kills = 0;
      while (!over) {
        for (const { pid } of await lab.nmaps()) if (await lab.signal(pid, "SIGKILL")) kills++;
        await new Promise((done) => setTimeout(done, 20));
      }
      expect(kills).toBeGreaterThan(3);
      expect(await all.ended).toMatchObject({ code: 3 });
      expect(["partial", "failed"]).toContain(lab.view(3).run.outcome);
      expectNoChanges(lab);
    });
  }, 120_000);

  it("survives kill -9 at any moment: no nmap outlives it, the next run marks the old one interrupted", async () => {
    await afterOneRun(["--seed", "4"], async ({ lab, scanArgs }) => {
      for (const wait of [300, 700, 1500, 2500, 4000, 6000, 9000]) {
        const runs = runsOf(lab);
        const scan = await lab.startPortreeve(...scanArgs, ...SLOW);
        await new Promise((done) => setTimeout(done, wait * (0.8 + 0.4 * Math.random())));
        await scan.signal("SIGKILL");
        expect(await scan.ended).toMatchObject({ signal: "SIGKILL" });
        await expectNoNmapWithin(lab, 1000);
        expect(integrityOf(lab)).toBe("ok");
        if (runsOf(lab) > runs) expect(lab.runs()[0]?.outcome).toBe("running");
      }
      const killed = runsOf(lab) - 1;
      expect(killed).toBeGreaterThanOrEqual(4);
      expect(await lab.portreeve(...scanArgs, ...FAST)).toMatchObject({ code: 0 });
      const [last, ...before] = lab.runs();
      expect(last?.outcome).toBe("complete");
      expect(before.map((run) => run.outcome)).toEqual([...Array(killed).fill("interrupted"), "complete"]);
      expectNoChanges(lab);
    });
  }, 120_000);

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s stops the run: exit 130, its nmaps ended, what was proved kept",
    async (name) => {
      await afterOneRun(["--seed", "6"], async ({ lab, scanArgs }) => {
        const scan = await lab.startPortreeve(...scanArgs, ...SLOW);
        await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");
        const before = Date.now();
        await scan.signal(name);
        const ended = await scan.ended;
        expect(Date.now() - before).toBeLessThan(5000);
        expect(ended).toMatchObject({ code: 130, signal: null });
        expect(ended.stderr).toContain(`${name}: stopping`);
        expect(await lab.nmaps()).toEqual([]);
        expect(lab.runs()[0]).toMatchObject({ id: 2, outcome: "interrupted" });
        expectNoChanges(lab);
      });
    },
    60_000,
  );

  it("goes on to its end when the terminal is closed", async () => {
    await afterOneRun(["--seed", "8"], async ({ lab, scanArgs }) => {
      const command = [process.execPath, "dist/cli.js"];
      const cli = `${import.meta.dirname}/../../${command[1]}`;
      const line = [command[0], cli, "--db", lab.database, ...scanArgs, ...SLOW].join(" ");
      const terminal = await lab.start(["script", "-qfec", line, "/dev/null"]);
      await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");
      // The terminal goes without a word: the kernel hangs up on everything in it.
      await terminal.signal("SIGKILL");
      await until(() => lab.runs()[0]?.outcome !== "running", 60_000, "the run ends");
      expect(lab.runs()[0]).toMatchObject({ id: 2, outcome: "complete", coverage: 1 });
      expectNoChanges(lab);
    });
  }, 120_000);

  it("lets one run at a time hold the database: a second exits 11, or waits; reports show the first as running", async () => {
    await afterOneRun(["--seed", "9"], async ({ lab, scanArgs }) => {
      const first = await lab.startPortreeve(...scanArgs, ...SLOW);
      await until(() => lab.runs()[0]?.outcome === "running", 20_000, "the first run has begun");
      const second = await lab.portreeve(...scanArgs, ...FAST);
      expect(second.code).toBe(11);
      expect(second.stderr).toContain("run 2");
      const waiting = await lab.startPortreeve(...scanArgs, ...FAST, "--wait", "2m");
      await until(async () => (await lab.nmaps()).some(isSweep), 20_000, "the sweep is on its way");
      const report = await lab.portreeve("report", "--run", "2", "--format", "json");
      expect(report.code).toBe(0);
      expect(JSON.parse(report.stdout).run).toMatchObject({ id: 2, outcome: "running", coverage: null });
      expect((await lab.portreeve("report", "--run", "2")).stdout).toMatch(/running/i);
      expect(await first.ended).toMatchObject({ code: 0 });
      const waited = await waiting.ended;
      expect(waited).toMatchObject({ code: 0 });
      expect(waited.stderr).toContain("waiting");
      expect(lab.runs().map((run) => [run.id, run.outcome])).toEqual([
        [3, "complete"],
        [2, "complete"],
        [1, "complete"],
      ]);
      expect(openOf(lab.view(3))).toEqual(openInTruth(lab.truth.hosts));
      expectNoChanges(lab);
    });
  }, 120_000);
});
