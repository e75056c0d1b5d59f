/** `portreeve query`, `diff`, `log`, `sql` and `db`, through the real program. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, type TestContext, test } from "vitest";
import { openStore } from "../../src/store/openStore.js";
import { draft, ending, observed, openCell, quietGroup, recordRun, service } from "../store/observations.js";
import { type Bench, type CliRun, makeBench } from "./bench.js";

const DAY = 86_400_000;
const A = "198.18.7.12";
const B = "198.18.7.40";

// biome-ignore lint/suspicious/noExplicitAny: JSON as a stranger's script reads it.
const jsonOf = (run: CliRun): any => JSON.parse(run.stdout);

/** Three runs, the last one yesterday: A loses 3306 in the second; the third asks B alone, which has a new port. */
function benchOf({ onTestFinished }: TestContext): Bench {
  const bench = makeBench();
  onTestFinished(() => bench.remove());
  const store = openStore(bench.path("a.db"), { mode: "write" });
  const web = (version: string) => service("http", "nginx", { version });
  const now = Date.now();
  recordRun(store, now - 100 * DAY, [
    observed(A, { cells: [openCell(22), openCell(3306)] }),
    observed(B, { cells: [openCell(80, { service: web("1.22.1") })], quiet: [quietGroup("closed", [22])] }),
  ]);
  recordRun(store, now - 8 * DAY, [
    observed(A, { cells: [openCell(22)], quiet: [quietGroup("closed", [3306])] }),
  ]);
  recordRun(store, now - DAY, [
    observed(B, {
      cells: [
        openCell(80, { service: web("1.22.1") }),
        openCell(22, { service: service("ssh", "OpenSSH") }),
        openCell(8080, { service: service("http", "nginx") }),
      ],
    }),
  ]);
  store.close();
  return bench;
}

describe.concurrent("portreeve query", { timeout: 120_000 }, () => {
  test("answers each question, in every format", async (context) => {
    const bench = benchOf(context);
    const questions = [
      ["open"],
      ["open", "--at", "2", "--state", "all", "--host", A],
      ["who-has", "22/tcp"],
      ["since", A, "3306/tcp"],
      ["history", "--host", A],
      ["age", "--older-than", "5d"],
      ["changes"],
      ["service", "--product", "nginx", "--below", "1.24"],
      ["coverage", "--host", A, "--host", "198.18.9.9"],
    ];
    for (const [index, question] of questions.entries()) {
      // Each format for some question, and each question in two: a process each takes its time.
      const formats = index % 2 === 0 ? ["text", "json"] : ["jsonl", "csv"];
      for (const format of formats) {
        const run = await bench.run("query", ...question, "--db", "a.db", "--format", format);
        expect(run).toMatchObject({ code: 0, stderr: "" });
        expect(run.stdout).not.toBe("");
        if (format === "json")
          expect(jsonOf(run)).toMatchObject({ schemaVersion: 1, rows: expect.any(Array) });
      }
    }
  });

  test("tells open, closed, old and never covered apart", async (context) => {
    const bench = benchOf(context);
    const ask = async (...question: string[]) =>
      jsonOf(await bench.run("query", ...question, "--db", "a.db", "--format", "json")).rows;
    expect(await ask("open", "--max-age", "5d")).toMatchObject([
      { address: A, port: 22, state: "unknown", lastState: "open", certainty: "unknown", evidenceAgeDays: 8 },
      { address: B, port: 22, state: "open", certainty: "last-known" },
      { address: B, port: 80, state: "open" },
      { address: B, port: 8080, state: "open" },
    ]);
    expect(await ask("open", "--host", A, "--at", "1")).toMatchObject([
      { port: 22, state: "open", certainty: "sure" },
      { port: 3306, state: "open", certainty: "changed", changedBy: 2 },
    ]);
    expect(await ask("who-has", "3306/tcp", "--state", "closed")).toMatchObject([
      { address: A, state: "closed" },
    ]);
    expect(await ask("since", A, "3306/tcp")).toMatchObject([
      {
        state: "closed",
        sinceRun: 2,
        before: { state: "open", firstRun: 1 },
        earlierOpen: [{ untilRun: 2 }],
      },
    ]);
    expect(await ask("since", A, "443/tcp")).toMatchObject([{ state: "unknown", since: null }]);
    expect(await ask("coverage", "--host", "198.18.9.9")).toMatchObject([{ coverage: "never", run: null }]);
    expect(await ask("changes", "--since", "9d")).toMatchObject([
      { kind: "closed", port: 3306 },
      { kind: "opened", port: 22 },
    ]);
    expect(await ask("open", "--service", "HTTP")).toMatchObject([{ port: 80 }, { port: 8080 }]);
    expect(await ask("service", "--service", "ssh")).toMatchObject([{ address: B, port: 22 }]);
    expect(await ask("service", "--product", "NGINX", "--below", "1.24")).toMatchObject([
      { port: 80, versionCheck: "below" },
      { port: 8080, version: null, versionCheck: "not comparable" },
    ]);
    expect(await ask("age")).toEqual([]);
  });

  test("reads addresses from standard input, and tells the line of a bad one", async (context) => {
    const bench = benchOf(context);
    const ask = (input: string) =>
      bench.runWith({ input }, "query", "open", "--host", "-", "--db", "a.db", "--format", "jsonl");
    const run = await ask(`# mine\n${A}, 198.18.9.9\n`);
    expect(
      run.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).address),
    ).toEqual([A]);
    expect(await ask(`${A}\nnonsense\n`)).toMatchObject({
      code: 64,
      stdout: "",
      stderr: expect.stringMatching(/standard input, line 2/),
    });
  });

  test.each([
    [["open", "--at", "yesterday"], /neither a run's number nor a date/],
    [["open", "--state", "shut"], /one or more of: open/],
    [["open", "--below", "1.2"], /--below needs --product/],
    [["service"], /needs --product or --service/],
    [["service", "--product", "nginx", "--below", "new"], /is no version/],
    [["history"], /whose history\?/],
    [["changes", "--kind", "gone"], /one or more of: opened/],
    [["changes", "--run", "99"], /there is no run 99/],
    [["open", "--network", "10.0.0.0/99"], /10\.0\.0\.0\/99/],
  ])("refuses %j in words", async (question, words) => {
    const bench = makeBench();
    try {
      openStore(bench.path("a.db"), { mode: "write" }).close();
      const run = await bench.run("query", ...question, "--db", "a.db");
      expect(run).toMatchObject({ code: 64, stdout: "", stderr: expect.stringMatching(words) });
    } finally {
      bench.remove();
    }
  });
});

describe.concurrent("portreeve diff", { timeout: 120_000 }, () => {
  test("tells changes, first sights, and what cannot be compared", async (context) => {
    const bench = benchOf(context);
    const doc = jsonOf(await bench.run("diff", "1", "3", "--db", "a.db", "--format", "json"));
    expect(doc).toMatchObject({
      schemaVersion: 1,
      changes: [
        { run: 3, address: B, port: 22, kind: "opened", before: "closed", after: "open", operator: "alice" },
      ],
      firstSeen: [{ address: B, port: 8080, kind: "first-seen", timeFrom: null }],
      notComparable: [{ address: A, ports: "T:22,3306", coveredBy: 1, why: "host-only-in-one" }],
    });
    const text = (await bench.run("diff", "1", "3", "--db", "a.db")).stdout;
    expect(text).toMatch(/CHANGES[\s\S]*FIRST SEEN[\s\S]*NOT COMPARABLE[\s\S]*run 3 did not ask this host/);
    expect(
      (await bench.run("diff", "1", "3", "--db", "a.db", "--format", "csv")).stdout.split("\n"),
    ).toHaveLength(5);
    const lines = (await bench.run("diff", "1", "3", "--db", "a.db", "--format", "jsonl")).stdout.trimEnd();
    expect(lines.split("\n").map((line) => JSON.parse(line).list)).toEqual([
      "change",
      "first-seen",
      "not-comparable",
    ]);
  });
});

describe.concurrent("portreeve sql", { timeout: 120_000 }, () => {
  test("answers, refuses to write, and stops what takes too long", async (context) => {
    const bench = benchOf(context);
    const ask = (...words: string[]) => bench.run("sql", ...words, "--db", "a.db");
    expect(jsonOf(await ask("SELECT count(*) AS n FROM v1_open_now", "--format", "json"))).toEqual({
      schemaVersion: 1,
      rows: [{ n: 4 }],
    });
    expect(await ask("DELETE FROM v1_runs")).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/only one SELECT is answered[\s\S]*tables: v1_open_now/),
    });
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    expect(await ask(endless, "--timeout", "1s")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/took longer than 1 s and was stopped/),
    });
  });
});

describe.concurrent("portreeve log", { timeout: 120_000 }, () => {
  test("prints what changed, and follows what a run in progress finds until it is interrupted", async (context) => {
    const bench = benchOf(context);
    const once = await bench.run("log", "--since", "9d", "--db", "a.db", "--format", "jsonl");
    expect(
      once.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).kind),
    ).toEqual(["closed", "opened", "first-seen"]);
    const child = bench.start([
      "log",
      "--follow",
      "--since",
      "1h",
      "--every",
      "100ms",
      "--db",
      "a.db",
      "--format",
      "jsonl",
    ]);
    let said = "";
    child.stdout?.on("data", (data) => {
      said += data;
    });
    const until = async (isThere: () => boolean) => {
      for (let tries = 0; tries < 300 && !isThere(); tries++)
        await new Promise((done) => setTimeout(done, 100));
    };
    const store = openStore(bench.path("a.db"), { mode: "write" });
    const { run } = store.beginRun(draft(Date.now()));
    store.recordHosts(run, [observed(A, { quiet: [quietGroup("closed", [22])] })]);
    await until(() => said.includes("\n"));
    store.endRun(run, ending(Date.now()));
    store.close();
    await new Promise((done) => setTimeout(done, 500));
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(
      said
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ run: 4, address: A, port: 22, kind: "closed", before: "open", after: "closed" }]);
  });
});

describe.concurrent("portreeve db", { timeout: 120_000 }, () => {
  test("checks, measures, backs up, publishes and prunes", async (context) => {
    const bench = benchOf(context);
    const run = (...words: string[]) => bench.run("db", ...words, "--db", "a.db");
    expect(jsonOf(await run("check", "--format", "json"))).toMatchObject({ schemaVersion: 1, sound: true });
    expect((await run("check")).stdout).toMatch(/a\.db is sound\.\n$/);
    expect(jsonOf(await run("stats", "--format", "json"))).toMatchObject({ runs: 3, hosts: 2 });
    expect((await run("stats")).stdout).toMatch(/TABLE +ROWS +SIZE/);
    expect(await run("backup", "copy.db")).toMatchObject({ code: 0, stdout: "" });
    expect((await bench.run("runs", "--db", "copy.db")).stdout).toBe(
      (await bench.run("runs", "--db", "a.db")).stdout,
    );
    expect(await run("backup", "copy.db")).toMatchObject({ code: 64 });
    expect(await run("publish", "public.db")).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(bench.path("public.db")).subarray(0, 15).toString()).toBe("SQLite format 3");
    expect(await run("prune", "--raw-before", "2026-01-01")).toMatchObject({ code: 0, stdout: "" });
    expect(await run("prune", "--raw-before", "soon")).toMatchObject({ code: 64 });
    expect(await run("prune")).toMatchObject({ code: 0, stderr: expect.stringMatching(/^0 files removed/) });
    expect(existsSync(bench.path("a.db"))).toBe(true);
  });
});
