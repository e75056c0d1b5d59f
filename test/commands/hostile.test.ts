/** Hostile and mistaken input, through the real CLI: the right exit code, a clear message, and no nmap. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Bench, type CliRun, fakeNmap, useBench } from "./bench.js";

/** Nothing on stdout, people's words and no stack trace on stderr. */
function expectRefusal(run: CliRun, code: number, message: string | RegExp): void {
  expect(run.stderr).toMatch(message);
  expect(run.code).toBe(code);
  expect(run.stdout).toBe("");
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+|a fault in portreeve|\bError:/m);
}

describe.concurrent("a hostile target", () => {
  test.each([
    ["-oX/tmp/portreeve-hostile", /nmap's "-oX/],
    ["127.0.0.1;id", /127\.0\.0\.1;id/],
    ["$(id)", /\$\(id\)/],
    ["`id`", /`id`/],
    ["127.0.0.1 -oN x", /127\.0\.0\.1 -oN x/],
    ["0.0.0.0/0", /more than 4096|addresses/],
    ["::/0", /addresses/],
    ["1.2.3.4/33", /1\.2\.3\.4\/33/],
    ["010.0.0.1", /010\.0\.0\.1/],
    ["127.1", /127\.1/],
    ["@nosuch", /nosuch/],
    ["224.0.0.1", /224\.0\.0\.1|multicast|no address/],
    ["", /empty|blank|target/],
  ])("%s is refused by name, and nmap is not started", async (target, message) => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    expectRefusal(await bench.run("scan", target), 64, message);
    expect(nmap.calls()).toEqual([]);
    expect(existsSync("/tmp/portreeve-hostile")).toBe(false);
    expect(existsSync(bench.path("data"))).toBe(false);
  });

  test("after -- is still no option of nmap's", async () => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    expectRefusal(await bench.run("scan", "--", "-oX/tmp/portreeve-hostile"), 64, /-oX/);
    expect(nmap.calls()).toEqual([]);
  });

  test("in a file is refused with the file and the line", async () => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    bench.write("hosts.txt", "127.0.0.1\n# fine\n$(id)\n");
    expectRefusal(await bench.run("scan", "-iL", "hosts.txt"), 64, /hosts\.txt.*3/);
    expectRefusal(await bench.runWith({ input: "127.0.0.1\n-oX/tmp/x\n" }, "scan", "-iL", "-"), 64, /-oX/);
    expect(nmap.calls()).toEqual([]);
  });

  test("named or given outside the allowed networks is refused", async () => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    bench.write("portreeve.yaml", "allow: [198.18.0.0/15]\n");
    expectRefusal(await bench.run("scan", "localhost"), 64, /localhost|127\.0\.0\.1/);
    expectRefusal(await bench.run("scan", "127.0.0.1"), 64, /127\.0\.0\.1/);
    expect(nmap.calls()).toEqual([]);
  });

  test("that holds control characters drives no terminal", async () => {
    const bench = useBench();
    const run = await bench.run("scan", "127.0.0.1\u001b[2J\u0007");
    expectRefusal(run, 64, /127\.0\.0\.1/);
    expect(run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe.concurrent("a mistaken scan", () => {
  test.each([
    ["without a target", [], /target/],
    [
      "with a missing exclusion file",
      ["127.0.0.1", "--exclude-file", "gone.txt"],
      /exclusion file gone\.txt cannot be read: no such file/,
    ],
    ["with a folder as exclusion file", ["127.0.0.1", "--exclude-file", "."], /it is a folder/],
    ["with everything excluded", ["127.0.0.1", "--exclude", "127.0.0.0/8"], /exclu/],
    ["with port 70000", ["127.0.0.1", "-p", "70000"], /70000/],
    ["with ports that are none", ["127.0.0.1", "-p", "22;id"], /22;id/],
    ["with -p and --top-ports", ["127.0.0.1", "-p", "22", "--top-ports", "10"], /rule each other out/],
    ["with a rate of nothing", ["127.0.0.1", "--rate", "0"], /whole number/],
    ["with a rate that is none", ["127.0.0.1", "--rate", "1e9"], /whole number/],
    ["with a level that is none", ["127.0.0.1", "--fail-on", "bad"], /info, low/],
    ["with free nmap options", ["127.0.0.1", "--script=vuln"], /free nmap options/],
    ["at nmap's pace", ["127.0.0.1", "-T5"], /--pace/],
    [
      "by UDP without raw packets",
      ["127.0.0.1", "--connect", "-p", "U:53"],
      /UDP cannot be scanned by connect/,
    ],
    ["with two audits", ["@a", "@b"], /one audit/],
    ["with a profile that is not there", ["127.0.0.1", "--profile", "gone.yaml"], /gone\.yaml/],
    ["with a config that is not there", ["127.0.0.1", "--config", "gone.yaml"], /gone\.yaml/],
  ])("%s is refused, and nmap is not started", async (_what, args, message) => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    expectRefusal(await bench.run("scan", ...args), 64, message);
    expect(nmap.calls()).toEqual([]);
  });

  test.each([
    ["a tab", "groups:\n\t- match: 127.0.0.1\n", /profile\.yaml:2.*tab/is],
    [
      "an unknown key",
      "version: 1\ngroups:\n  - id: lab\n    match: { network: 127.0.0.0/8 }\n    alowed: [22/tcp]\n",
      /profile\.yaml:\d+.*alowed.*allowed/s,
    ],
    [
      "port 70000",
      "version: 1\ngroups:\n  - id: lab\n    match: { network: 127.0.0.0/8 }\n    allowed: [70000/tcp]\n",
      /profile\.yaml:\d+.*70000/s,
    ],
    ["no YAML in it", "{{{{", /profile\.yaml/],
  ])("with a profile with %s is told the line", async (_what, text, message) => {
    const bench = useBench();
    const nmap = fakeNmap(bench);
    bench.write("profile.yaml", text);
    expectRefusal(await bench.run("scan", "127.0.0.1", "--profile", "profile.yaml"), 64, message);
    expect(nmap.calls()).toEqual([]);
  });

  test.each([
    ["an unknown key", "rates: 5\n", 64, /portreeve\.yaml:1.*rates.*rate/s],
    ["a rate of nothing", "rate: 0\n", 64, /portreeve\.yaml:1/],
    ["a bad network", "allow: [10.0.0.0/40]\n", 64, /10\.0\.0\.0\/40/],
    ["a bad zone", "time_zone: Mars/Olympus\n", 64, /time zone/],
  ])("with a configuration with %s is told the line", async (_what, text, code, message) => {
    const bench = useBench();
    bench.write("portreeve.yaml", text);
    expectRefusal(await bench.run("scan", "127.0.0.1"), code, message);
  });

  test("with a configuration that others may write is refused for root", async ({ skip }) => {
    if (process.getuid?.() !== 0) return skip("needs root, whom others could harm");
    const bench = useBench();
    bench.write("portreeve.yaml", "rate: 5\n", 0o666);
    expectRefusal(await bench.run("scan", "127.0.0.1"), 1, /portreeve\.yaml/);
  });
});

describe.concurrent("a database", () => {
  async function expectUnfit(bench: Bench, db: string, message: RegExp): Promise<void> {
    const nmap = fakeNmap(bench);
    expectRefusal(await bench.run("scan", "127.0.0.1", "-p", "1", "--db", db), 1, message);
    expect(nmap.calls()).toEqual([]);
    expectRefusal(await bench.run("runs", "--db", db), 1, message);
  }

  test("from the future is left alone", async () => {
    const bench = useBench();
    expect((await bench.run("runs", "--db", "future.db")).code).toBe(1);
    const database = new Sqlite(bench.path("future.db"));
    database.pragma("application_id = 1347572822");
    database.pragma("user_version = 99");
    database.exec("CREATE TABLE later (x)");
    database.close();
    const before = readFileSync(bench.path("future.db"));
    await expectUnfit(bench, "future.db", /from the future: it has schema 99/);
    expect(readFileSync(bench.path("future.db")).equals(before)).toBe(true);
  });

  test("that is none is left alone", async () => {
    const bench = useBench();
    bench.write("notes.txt", "these are my notes, do not write here\n".repeat(200));
    await expectUnfit(bench, "notes.txt", /not a SQLite database/);
    expect(readFileSync(bench.path("notes.txt"), "utf8")).toMatch(/^these are my notes/);
  });

  test("of somebody else is left alone", async () => {
    const bench = useBench();
    const database = new Sqlite(bench.path("other.db"));
    database.exec("CREATE TABLE mine (x)");
    database.close();
    await expectUnfit(bench, "other.db", /not one of portreeve/);
  });

  test("that is a folder is told", async () => {
    const bench = useBench();
    mkdirSync(bench.path("folder.db"));
    await expectUnfit(bench, "folder.db", /folder/);
  });

  test("that is not there yet cannot be read, and reading does not make it", async () => {
    const bench = useBench();
    for (const args of [["report"], ["check"], ["query", "open"], ["show", "127.0.0.1"], ["runs"]]) {
      expectRefusal(await bench.run(...args, "--db", "none.db"), 1, /none\.db/);
    }
    expect(existsSync(bench.path("none.db"))).toBe(false);
  });

  test("on a full disk ends the run with a plain word, and the disk's database stays sound", async ({
    skip,
  }) => {
    const bench = useBench();
    mkdirSync(bench.path("small"));
    const mounted =
      process.getuid?.() === 0 &&
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", bench.path("small")])
        .status === 0;
    if (!mounted) return skip("needs root, to mount a small tmpfs");
    onTestFinished(() => void spawnSync("umount", ["-l", bench.path("small")]));
    // Room for the empty schema at most; the run's own rows and files do not fit.
    spawnSync("sh", ["-c", `head -c 130000 /dev/zero > '${bench.path("small/ballast")}'`]);
    const nmap = spawnSync("sh", ["-c", "command -v nmap"]).status === 0;
    if (!nmap) return skip("needs nmap");
    let last: CliRun | null = null;
    for (let round = 0; round < 12; round++) {
      last = await bench.run(
        "scan",
        "127.0.0.1",
        "-p",
        "1-200",
        "--connect",
        "--no-identify",
        "--db",
        "small/p.db",
      );
      if (last.code === 1) break;
    }
    expect(last?.stderr).toMatch(/the disk is full/);
    expect(last?.code).toBe(1);
    expect(last?.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    if (existsSync(bench.path("small/p.db"))) {
      spawnSync("rm", ["-f", bench.path("small/ballast")]);
      const database = new Sqlite(bench.path("small/p.db"));
      expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
      database.close();
    }
  });
});

describe.concurrent("a slip of the keyboard", () => {
  test.each([
    [["scna", "127.0.0.1"], /Did you mean scan/],
    [["scan", "127.0.0.1", "--exlude", "127.0.0.2"], /Did you mean --exclude/],
    [["runs", "shwo", "1"], /shwo|too many arguments/],
    [["query", "opn"], /Did you mean open/],
    [["runs", "--formt", "json"], /Did you mean --format/],
    [["runs", "show", "one"], /run's number/],
  ])("in %j is told with what was meant", async (args, message) => {
    const run = await useBench().run(...args);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(64);
    expect(run.stdout).toBe("");
  });

  test.each([["--help"], ["scan", "--help"], ["runs", "show", "--help"], ["--version"], ["help"]])(
    "is not: %s asked for help and got it on stdout",
    async (...args) => {
      const run = await useBench().run(...args);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout.length).toBeGreaterThan(4);
    },
  );
});
