/** A real scan of loopback through the real CLI, and every command that reads what it stored. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, type CliRun, fakeNmap, makeBench, useBench } from "./bench.js";

const hasNmap = spawnSync("nmap", ["--version"]).status === 0;

const OBSERVATION =
  "address certainty changedBy confidence evidenceAgeDays firstSeen host lastCovered lastSeen lastState owner port product protocol realm reason run service state system tags vantage version";
const FINDING =
  "address ageDays carried confirmed due evidence exception fingerprint firstSeen host lastSeen overdue owner port profile protocol realm rule run severity status system tags vantage";
const CHANGE =
  "address after before host kind operator owner port protocol run system tags timeFrom timeTo vantage";
const SUMMARY = "coverage disbelieved findings outcome recall run schemaVersion settled silenced";

const keysOf = (value: object | undefined) =>
  Object.keys(value ?? {})
    .sort()
    .join(" ");
// biome-ignore lint/suspicious/noExplicitAny: JSON as a stranger's script reads it.
const jsonOf = (run: CliRun): any => JSON.parse(run.stdout);

/** Process ids of the nmaps whose HOME is the bench: portreeve hands its own on. */
function nmapsOf(bench: Bench): string[] {
  const has = (pid: string, file: string, text: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "latin1").includes(text);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  };
  return readdirSync("/proc").filter(
    (pid) =>
      /^\d+$/.test(pid) && has(pid, "cmdline", "nmap") && has(pid, "environ", `HOME=${bench.folder}\0`),
  );
}

describe.skipIf(!hasNmap)("a scan of loopback (needs nmap)", () => {
  let bench: Bench & { remove(): void };
  let server: Server;
  let port: number;
  let scanned: CliRun;
  const portreeve = (...args: string[]) => bench.run(...args, "--db", "audit.db");

  beforeAll(async () => {
    bench = makeBench();
    server = createServer((socket) => socket.end("220 lab ready\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    scanned = await portreeve("scan", "127.0.0.1", "-p", `1-100,${port}`, "--no-identify");
  }, 60_000);
  afterAll(() => {
    server.close();
    bench.remove();
  });

  test("ends well, prints its report on stdout and nothing on stderr", () => {
    expect(scanned).toMatchObject({ code: 0, stderr: "" });
    expect(scanned.stdout).toMatch(/^portreeve run 1: complete/);
    expect(scanned.stdout).toContain(String(port));
  });

  test("leaves a database that nobody else can read", () => {
    expect(statSync(bench.path("audit.db")).mode & 0o777).toBe(0o600);
  });

  test("writes no colour where there is no terminal", () => {
    expect(scanned.stdout).not.toMatch(/\u001b/);
  });

  test("is listed by runs, newest first, in text and JSON", async () => {
    const text = await portreeve("runs");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/complete/);
    const { schemaVersion, rows } = jsonOf(await portreeve("runs", "--format", "json"));
    expect(schemaVersion).toBe(1);
    expect(rows.at(-1)).toMatchObject({
      id: 1,
      outcome: "complete",
      targets: ["127.0.0.1"],
      coverage: 1,
      source: "live",
    });
  });

  test("is shown by runs show with each nmap it ran", async () => {
    const { run, shards } = jsonOf(await portreeve("runs", "show", "1", "--format", "json"));
    expect(run).toMatchObject({ id: 1, cellsDue: 101, cellsCovered: 101 });
    expect(shards.length).toBeGreaterThanOrEqual(3);
    for (const shard of shards) {
      expect(shard).toMatchObject({ state: "done", exitCode: 0, form: "whole" });
      expect(shard.argv.join(" ")).not.toMatch(/127\.0\.0\.1|--open|--host-timeout/);
    }
    expect((await portreeve("runs", "show", "1")).stdout).toContain("Run 1");
    const absent = await portreeve("runs", "show", "99");
    expect(absent.code).toBe(64);
    expect(absent.stderr).toMatch(/99/);
  });

  test("gives query open its rows, with design.md's keys and no others", async () => {
    const { schemaVersion, rows } = jsonOf(await portreeve("query", "open", "--format", "json"));
    expect(schemaVersion).toBe(1);
    expect(rows.length).toBeGreaterThanOrEqual(1);
    for (const row of rows) expect(keysOf(row)).toBe(OBSERVATION);
    expect(rows.find((row: { port: number }) => row.port === port)).toMatchObject({
      address: "127.0.0.1",
      protocol: "tcp",
      state: "open",
      vantage: "bastion",
      realm: "default",
      run: 1,
      confidence: "confirmed",
      owner: null,
    });
    const lines = (await portreeve("query", "open", "--format", "jsonl")).stdout.trim().split("\n");
    expect(lines.map((line) => keysOf(JSON.parse(line)))).toEqual(rows.map(() => OBSERVATION));
    const csv = (await portreeve("query", "open", "--format", "csv")).stdout;
    expect(csv.split(/\r?\n/)[0]?.split(",").sort().join(" ")).toBe(OBSERVATION);
  });

  test("is asked by port, host, run and day", async () => {
    const count = async (...args: string[]) =>
      jsonOf(await portreeve("query", "open", "--format", "json", ...args)).rows.length;
    expect(await count("--port", `${port}/tcp`)).toBe(1);
    expect(await count("--host", "127.0.0.2")).toBe(0);
    expect(await count("--at", "1", "--port", `${port}/tcp`)).toBe(1);
    expect(await count("--at", "2001-01-01")).toBe(0);
    expect(await count("--vantage", "office")).toBe(0);
    for (const args of [
      ["--at", "soon"],
      ["--host", "010.0.0.1"],
      ["--port", "70000/tcp"],
    ]) {
      const run = await portreeve("query", "open", ...args);
      expect(run).toMatchObject({ code: 64, stdout: "" });
    }
  });

  test("is shown by host", async () => {
    const text = await portreeve("show", "127.0.0.1");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toContain(`${port}/tcp`);
    const { rows } = jsonOf(await portreeve("show", "127.0.0.1", "--format", "json"));
    expect(rows[0]).toMatchObject({ vantage: "bastion", address: "127.0.0.1", presence: "alive" });
    expect((await portreeve("show", "127.0.0.77")).stdout).toMatch(/unknown, not absent/);
  });

  test("is reported again in text and JSON, to stdout or a file", async () => {
    expect((await portreeve("report")).stdout).toMatch(/^portreeve run/);
    const report = jsonOf(await portreeve("report", "--run", "1", "--format", "json"));
    expect(report).toMatchObject({ schemaVersion: 1, run: { id: 1 }, coverage: { share: 1 }, changes: [] });
    for (const change of report.firstSeen) expect(keysOf(change)).toBe(CHANGE);
    expect(report.firstSeen.length).toBeGreaterThanOrEqual(1);
    const file = await portreeve("report", "--run", "1", "--format", "json", "--output", "run1.json");
    expect(file).toMatchObject({ code: 0, stdout: "" });
    expect(JSON.parse(readFileSync(bench.path("run1.json"), "utf8"))).toEqual(report);
    expect(await portreeve("report", "--output", "no/such/folder")).toMatchObject({ code: 1, stdout: "" });
  });

  test("gives a profile to start from, which permits nothing yet and is never written over another", async () => {
    const made = await portreeve("profile", "init", "--from-run", "1", "--output", "start.yaml");
    expect(made).toMatchObject({ code: 0, stdout: "" });
    expect(made.stderr).toContain("profile lint");
    expect(readFileSync(bench.path("start.yaml"), "utf8")).toContain("unreviewed");
    expect((await portreeve("profile", "init", "--output", "start.yaml")).code).toBe(64);
    const lint = await portreeve("profile", "lint", "--profile", "start.yaml", "--format", "json");
    expect(lint.code).toBe(0);
    expect(jsonOf(lint)).toMatchObject({ schemaVersion: 1, rows: expect.any(Array) });
    const explained = jsonOf(
      await portreeve(
        "profile",
        "explain",
        "127.0.0.1",
        `${port}/tcp`,
        "--profile",
        "start.yaml",
        "--format",
        "json",
      ),
    );
    expect(explained).toMatchObject({ schemaVersion: 1, address: "127.0.0.1" });
    const judged = jsonOf(
      await portreeve("check", "--run", "1", "--profile", "start.yaml", "--format", "json"),
    );
    expect(judged.findings.some((f: { port: number }) => f.port === port)).toBe(true);
  });

  test("is judged again with exit 2 at the level asked and 0 above it", async () => {
    bench.write(
      "strict.yaml",
      "version: 1\ngroups:\n  - id: here\n    match: { network: 127.0.0.0/8 }\n    allowed: []\n",
    );
    const strict = (...args: string[]) =>
      portreeve("check", "--run", "1", "--profile", "strict.yaml", ...args);
    expect((await strict()).code).toBe(0);
    // What is open on loopback is no exposure, so its findings are told as info.
    expect((await strict("--fail-on", "info")).code).toBe(2);
    expect((await strict("--fail-on", "low")).code).toBe(0);
    const summary = jsonOf(await strict("--fail-on", "info", "--format", "json"));
    expect(keysOf(summary)).toBe(SUMMARY);
    expect(keysOf(summary.recall)).toBe("estimate lower source upper");
    for (const finding of summary.findings) expect(keysOf(finding)).toBe(FINDING);
    expect(summary.findings.find((f: { port: number }) => f.port === port)).toMatchObject({
      rule: "unexpected-open",
      status: "open",
      profile: { file: "strict.yaml", line: expect.any(Number) },
    });
  });

  test("again with a profile that is met and nothing changed is silent without a terminal", async () => {
    const open = jsonOf(await portreeve("query", "open", "--at", "1", "--format", "json")).rows;
    const allowed = open.map((row: { port: number }) => `{ port: ${row.port}/tcp, owner: lab }`).join(", ");
    bench.write(
      "met.yaml",
      `version: 1\ngroups:\n  - id: here\n    match: { network: 127.0.0.0/8 }\n    allowed: [${allowed}]\n`,
    );
    const met = ["scan", "127.0.0.1", "-p", `1-100,${port}`, "--no-identify", "--profile", "met.yaml"];
    expect(await portreeve(...met, "--fail-on", "info")).toEqual({ code: 0, stdout: "", stderr: "" });
    const verbose = await portreeve(...met, "--verbose");
    expect(verbose).toMatchObject({ code: 0, stdout: "" });
    expect(verbose.stderr).toMatch(/^scope {5}1 address × 101 ports: 127\.0\.0\.1/);
    const summary = await portreeve(...met, "--format", "json");
    expect(summary).toMatchObject({ code: 0, stderr: "" });
    expect(jsonOf(summary)).toMatchObject({ outcome: "complete", coverage: 1, findings: [] });
  }, 60_000);

  test("that proves less than it should exits 3, and prints its findings all the same", async () => {
    // 127.0.0.1 is profiled, and nothing that answers is asked: no cell of it can be proved.
    const nmap = bench.write(
      "failing-nmap",
      `#!/bin/sh\nif [ "$*" = --version ]; then echo 'Nmap version 7.93 ( https://nmap.org )'; exit 0; fi\nexit 1\n`,
      0o755,
    );
    mkdirSync(bench.path("bin3"), { recursive: true });
    spawnSync("cp", [nmap, bench.path("bin3/nmap")]);
    const run = await bench.runWith(
      { env: { PATH: `${bench.path("bin3")}:${bench.env.PATH}` } },
      ...[
        "scan",
        "127.0.0.1",
        "-p",
        "1-10",
        "--db",
        "short.db",
        "--profile",
        "strict.yaml",
        "--format",
        "json",
      ],
    );
    expect(run.code).toBe(3);
    expect(jsonOf(run)).toMatchObject({ outcome: "failed", coverage: 0 });
  });

  test("quietly ends when its reader has left", async () => {
    const { stdout, stderr, status } = spawnSync(
      "sh",
      ["-c", `"$0" "$1" query open --db audit.db --format csv | head -n 1`, process.execPath, bench.cli],
      { cwd: bench.folder, env: bench.env, encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split(",").length).toBe(OBSERVATION.split(" ").length);
    // A reader that is gone before the first byte.
    const closed = spawnSync(
      "sh",
      ["-c", `"$0" "$1" runs show 1 --db audit.db | true`, process.execPath, bench.cli],
      {
        cwd: bench.folder,
        env: bench.env,
        encoding: "utf8",
      },
    );
    expect(closed.stderr).toBe("");
  });

  test("takes colour from a terminal only, and not where NO_COLOR or --no-color is set", async ({ skip }) => {
    if (spawnSync("script", ["--version"]).status !== 0)
      return skip("script(1) of util-linux is not installed");
    const onTerminal = (env: NodeJS.ProcessEnv, ...more: string[]) =>
      spawnSync(
        "script",
        ["-qec", [process.execPath, bench.cli, "runs", "--db", "audit.db", ...more].join(" "), "/dev/null"],
        {
          cwd: bench.folder,
          env: { ...bench.env, TERM: "xterm", ...env },
          encoding: "utf8",
        },
      ).stdout;
    const colour = "\u001b[";
    expect(onTerminal({})).toContain(colour);
    expect(onTerminal({ NO_COLOR: "1" })).not.toContain(colour);
    expect(onTerminal({ TERM: "dumb" })).not.toContain(colour);
    expect(onTerminal({}, "--no-color")).not.toContain(colour);
  });

  test("holds the database: a second one exits 11, and with --wait has its turn after it", async () => {
    const first = bench.start(
      ["scan", "127.0.0.1", "-p", "1-20000", "--rate", "400", "--no-identify", "--db", "lock.db"],
      { stdio: "ignore" },
    );
    const firstEnded = once(first, "exit");
    const running = async () =>
      (await bench.run("runs", "--db", "lock.db", "--format", "json")).stdout.includes('"running"');
    for (const deadline = Date.now() + 20_000; Date.now() < deadline && !(await running()); );
    const args = ["scan", "127.0.0.1", "-p", "1-10", "--no-identify", "--db", "lock.db"];
    const refused = await bench.run(...args);
    expect(refused).toMatchObject({ code: 11, stdout: "" });
    expect(refused.stderr).toMatch(/run 1 of .* is going on/);
    expect(await bench.run("report", "--db", "lock.db")).toMatchObject({ code: 0, stderr: "" });
    const waiting = bench.start([...args, "--wait", "60s"], { stdio: ["ignore", "ignore", "pipe"] });
    const [said] = await once(waiting.stderr ?? waiting, "data");
    expect(String(said)).toMatch(/is going on.*; waiting/);
    first.kill("SIGINT");
    expect((await firstEnded)[0]).toBe(130);
    expect((await once(waiting, "exit"))[0]).toBe(0);
  }, 60_000);

  test("that is interrupted exits 130, keeps what it proved and leaves no nmap", async () => {
    const scan = bench.start(
      ["scan", "127.0.0.1", "-p", "1-20000", "--rate", "400", "--no-identify", "--db", "stop.db"],
      {
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let said = "";
    scan.stderr?.on("data", (data: Buffer) => {
      said += data;
    });
    const ended = once(scan, "exit");
    const sweeping = async () =>
      (await bench.run("runs", "show", "1", "--db", "stop.db", "--format", "json")).stdout.includes(
        '"sweep-1-1"',
      );
    for (const deadline = Date.now() + 20_000; Date.now() < deadline && !(await sweeping()); );
    expect(nmapsOf(bench)).not.toEqual([]);
    scan.kill("SIGINT");
    expect((await ended)[0]).toBe(130);
    expect(said).toMatch(/SIGINT: the nmaps in flight end first/);
    const { run, shards } = jsonOf(
      await bench.run("runs", "show", "1", "--db", "stop.db", "--format", "json"),
    );
    expect(run.outcome).toBe("interrupted");
    expect(nmapsOf(bench)).toEqual([]);
    expect(shards.filter((shard: { state: string }) => shard.state === "running")).toEqual([]);
  }, 60_000);

  test("doctor says what is here, in text and JSON", async () => {
    const text = await portreeve("doctor");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    const { schemaVersion, rows } = jsonOf(await portreeve("doctor", "--format", "json"));
    expect(schemaVersion).toBe(1);
    expect(rows.map((row: { name: string }) => row.name)).toEqual([
      "node",
      "nmap",
      "privilege",
      "clock",
      "config",
      "database",
      "disk",
    ]);
    for (const row of rows) expect(keysOf(row)).toBe("level mend message name");
  });
});

describe("doctor", () => {
  test("without nmap exits 1 and prints the line that installs it", async () => {
    const bench = useBench();
    bench.write("portreeve.yaml", "nmap: /nowhere/nmap\n");
    const run = await bench.run("doctor", "--format", "json");
    expect(run.code).toBe(1);
    expect(jsonOf(run).rows.find((row: { name: string }) => row.name === "nmap")).toMatchObject({
      level: "error",
      mend: expect.stringContaining("install nmap"),
    });
  });

  test("tells a database that cannot be read", async () => {
    const bench = useBench();
    bench.write("bad.db", "no database\n".repeat(100));
    const run = await bench.run("doctor", "--db", "bad.db");
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/not a SQLite database/);
  });
});

describe("--dry-run", () => {
  test("prints shards, argument lists and addresses, starts no nmap and makes no database", async () => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    const args = ["scan", "127.0.0.1", "127.0.0.5", "-p", "22,80", "--exclude", "127.0.0.5", "--dry-run"];
    const text = await bench.run(...args);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toContain("Nothing is sent.");
    const json = await bench.run(...args, "--format", "json");
    const plan = jsonOf(json);
    expect(plan).toMatchObject({
      schemaVersion: 1,
      dryRun: true,
      addresses: ["127.0.0.1"],
      ports: "T:22,80",
      rate: 500,
      hostRate: 100,
    });
    expect(plan.shards.map((shard: { id: string }) => shard.id)).toEqual(["discover-1-1", "sweep-1-1"]);
    for (const shard of plan.shards) {
      expect(keysOf(shard)).toBe("addresses argv id pass ports rate stage");
      expect(shard.argv[0]).toBe(nmap.binary);
      expect(shard.argv.slice(-2)).toEqual(["-iL", "-"]);
      expect(shard.addresses).toEqual(["127.0.0.1"]);
    }
    expect(nmap.calls()).toEqual([]);
    expect(existsSync(bench.path("data"))).toBe(false);
  });

  test("of an address elsewhere sends nothing either", async () => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    const { code, stdout } = await bench.run(
      "scan",
      "198.18.0.0/28",
      "-p",
      "22",
      "-Pn",
      "--dry-run",
      "--format",
      "json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).addresses).toHaveLength(16);
    expect(nmap.calls()).toEqual([]);
  });
});
