/** `portreeve import` killed at any moment: each file is in the history whole, or not there at all. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Bench, useBench } from "./bench.js";

const GENERATOR = join(import.meta.dirname, "../../scripts/bench/make-nmap-xml");
const WEEKS = ["0", "1", "2"];
const KILLS = 6;

function network(bench: Bench): void {
  for (const week of WEEKS) {
    const options = ["--hosts", "400", "--asked", "fast", "--week", week, "--change", "0.05"];
    execFileSync(GENERATOR, [...options, "--output", bench.path(`${week}.xml`)]);
  }
}

const files = WEEKS.map((week) => `${week}.xml`);

/** All that is known, without the numbers that tell the order of import. */
async function told(bench: Bench): Promise<unknown> {
  const spans = await bench.run(
    "sql",
    "SELECT address, port, state, reason, valid_from, valid_to, last_seen, product, version FROM v1_spans ORDER BY 1, 2, 5",
    "--format",
    "csv",
    "--db",
    "h.db",
  );
  const coverage = await bench.run(
    "sql",
    "SELECT count(*), min(started_at), max(started_at) FROM v1_runs",
    "--format",
    "csv",
    "--db",
    "h.db",
  );
  expect([spans.code, spans.stderr]).toEqual([0, ""]);
  return [spans.stdout, coverage.stdout];
}

test("killed at random moments, then let through: the history is as if nothing had happened", {
  timeout: 120_000,
}, async () => {
  const clean = useBench();
  const bench = useBench();
  for (const each of [clean, bench]) network(each);
  const began = performance.now();
  await clean.run("import", ...files, "--db", "h.db");
  const usual = performance.now() - began;
  const moments: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const child = bench.start(["import", ...files, "--db", "h.db"], { stdio: "ignore" });
    const exit = once(child, "exit");
    const moment = Math.round(usual * (0.2 + Math.random() * 0.9));
    moments.push(moment);
    await Promise.race([pause(moment), exit]);
    child.kill("SIGKILL");
    await exit;
    const runs = await bench.run("runs", "--db", "h.db", "--format", "json");
    if (runs.code !== 0) {
      // Killed before it had made a database.
      expect(runs.stderr).toContain("no database at");
      continue;
    }
    const outcomes = JSON.parse(runs.stdout).rows.map(({ outcome }: { outcome: string }) => outcome);
    expect([moments, outcomes]).toEqual([moments, outcomes.map(() => "complete")]);
    expect([moments, (await bench.run("db", "check", "--db", "h.db")).code]).toEqual([moments, 0]);
  }
  const last = await bench.run("import", ...files, "--db", "h.db");
  expect([moments, last.code]).toEqual([moments, 0]);
  expect([moments, await told(bench)]).toEqual([moments, await told(clean)]);
});
