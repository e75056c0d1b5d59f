/** `portreeve assets`, `query unowned` and what they do to rows, through the real program. */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { openStore } from "../../src/store/openStore.js";
import { observed, openCell, recordRun } from "../store/observations.js";
import { type Bench, type CliRun, makeBench } from "./bench.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures/assets");
const DAY = 86_400_000;

// biome-ignore lint/suspicious/noExplicitAny: JSON as a stranger's script reads it.
const jsonOf = (run: CliRun): any => JSON.parse(run.stdout);

function expectRefusal(run: CliRun, code: number, message: RegExp): void {
  expect(run.stderr).toMatch(message);
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(run).toMatchObject({ code, stdout: "" });
}

/** What was said, however its lines were broken. */
const said = ({ stdout }: CliRun) => stdout.replaceAll(/\s+/g, " ");

/** A bench that goes when this very test ends: of tests that run side by side nobody else knows which. */
function benchOf({ onTestFinished }: TestContext): Bench {
  const bench = makeBench();
  onTestFinished(() => bench.remove());
  return bench;
}

/** A database with a run of yesterday: ssh and a web server on three hosts. */
function withRun(bench: Bench, name = "a.db"): Bench {
  const store = openStore(bench.path(name), { mode: "write" });
  const hosts = ["198.18.7.12", "198.18.7.40", "198.18.7.99"].map((address) =>
    observed(address, { cells: [openCell(22), openCell(80)] }),
  );
  recordRun(store, Date.now() - DAY, hosts);
  store.close();
  return bench;
}

describe.concurrent("assets import", { timeout: 120_000 }, () => {
  test("takes NetBox's export as it comes, and owner, system and tags reach every row", async (context) => {
    const bench = withRun(benchOf(context));
    const done = await bench.run("assets", "import", join(FIXTURES, "netbox-devices.csv"), "--db", "a.db");
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(said(done)).toMatch(/4 rows, 3 hosts, 4 addresses \(NetBox's devices or machines, UTF-8\)/);
    expect(said(done)).toMatch(/ owner Tenant /);
    expect(said(done)).toMatch(/1 row without an address, .*: line 5\./);
    expect(said(done)).toMatch(/2 of 3 hosts match nothing: .*sw-core-1 \(198\.18\.7\.1\), old-print/);
    expect(said(done)).toMatch(/2 addresses that runs found alive are in no row/);

    const { rows } = jsonOf(await bench.run("query", "open", "--db", "a.db", "--format", "json"));
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      address: "198.18.7.12",
      owner: "DBA Team",
      host: "db01",
      system: "Database server",
      tags: ["prod", "pci scope"],
    });
    expect(rows[5]).toMatchObject({
      address: "198.18.7.99",
      owner: null,
      host: null,
      system: null,
      tags: [],
    });

    const csv = await bench.run("query", "open", "--db", "a.db", "--format", "csv");
    expect(csv.stdout).toMatch(/,confidence,owner,host,system,tags\n/);
    expect(csv.stdout).toMatch(/,DBA Team,db01,Database server,prod;pci scope\n/);
    expect((await bench.run("query", "open", "--db", "a.db")).stdout).toMatch(/ OWNER +SYSTEM /);

    const shown = await bench.run("show", "198.18.7.12", "--db", "a.db");
    expect(shown.stdout).toMatch(/Owner +DBA Team\n +System +Database server\n +Tags +prod, pci scope\n/);
    expect(shown.stdout).toMatch(/Also at +2001:db8:7::12\n/);
    const [host] = jsonOf(await bench.run("show", "198.18.7.12", "--db", "a.db", "--format", "json")).rows;
    expect(host).toMatchObject({ owner: "DBA Team", otherAddresses: ["2001:db8:7::12"] });
    expect(host.ports[0]).toMatchObject({ owner: "DBA Team", tags: ["prod", "pci scope"] });
  });

  test("asks by owner, tag and system, and for what nobody owns", async (context) => {
    const bench = withRun(benchOf(context));
    writeFileSync(
      bench.path("a.csv"),
      'IP,Owner,System,Tags\n198.18.7.12,li,Shop,"prod,dmz zone"\n198.18.7.40,wang,shop,prod\n198.18.7.99,N/A,Lab,\n',
    );
    await bench.run("assets", "import", "a.csv", "--db", "a.db");
    const ask = async (...args: string[]) => {
      const run = await bench.run("query", ...args, "--db", "a.db", "--format", "json");
      return [...new Set(jsonOf(run).rows.map((row: { address: string }) => row.address))];
    };
    expect(await ask("open", "--owner", "LI")).toEqual(["198.18.7.12"]);
    expect(await ask("open", "--tag", "prod")).toEqual(["198.18.7.12", "198.18.7.40"]);
    expect(await ask("open", "--tag", "DMZ zone", "--port", "22/tcp")).toEqual(["198.18.7.12"]);
    expect(await ask("open", "--system", "Shop")).toEqual(["198.18.7.12", "198.18.7.40"]);
    expect(await ask("open", "--tag", "dmz")).toEqual([]);
    expect(await ask("unowned")).toEqual(["198.18.7.99"]);
    expect(await ask("unowned", "--host", "198.18.7.12")).toEqual([]);
    const none = await bench.run("query", "unowned", "--host", "198.18.7.12", "--db", "a.db");
    expect(none).toMatchObject({ code: 0, stdout: "No open port is without an owner.\n", stderr: "" });
  });

  test("is one voice beside the profile, which says it port by port", async (context) => {
    const bench = withRun(benchOf(context));
    bench.write("a.csv", "IP,Owner\n198.18.7.12,li\n198.18.7.99,unreviewed\n");
    bench.write(
      "p.yaml",
      "version: 1\ngroups:\n  - id: web\n    match: { address: [198.18.7.12, 198.18.7.40] }\n    allowed: [{ port: 80/tcp, owner: web-team }]\n",
    );
    await bench.run("assets", "import", "a.csv", "--db", "a.db");
    const ownersOf = async (...args: string[]) => {
      const run = await bench.run("query", ...args, "--db", "a.db", "--format", "json");
      return jsonOf(run).rows.map((row: Record<string, unknown>) => [row.address, row.port, row.owner]);
    };
    expect(await ownersOf("open", "--profile", "p.yaml")).toEqual([
      ["198.18.7.12", 22, "li"],
      ["198.18.7.12", 80, "web-team"],
      ["198.18.7.40", 22, null],
      ["198.18.7.40", 80, "web-team"],
      ["198.18.7.99", 22, null],
      ["198.18.7.99", 80, null],
    ]);
    expect(await ownersOf("unowned", "--profile", "p.yaml")).toHaveLength(3);
    bench.write("portreeve.yaml", "profile: p.yaml\n");
    expect(await ownersOf("unowned")).toHaveLength(3);
  });

  test("does not lose the list of open ports to a slip in the configured profile, but to one that was named", async (context) => {
    const bench = withRun(benchOf(context));
    bench.write("bad.yaml", "version: 1\ngrups: []\n");
    bench.write("portreeve.yaml", "profile: bad.yaml\n");
    const run = await bench.run("query", "open", "--db", "a.db");
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/warning: without the profile, .*bad\.yaml:2/s);
    expect(run.stdout.trim().split("\n")).toHaveLength(7);
    expectRefusal(
      await bench.run("query", "open", "--db", "a.db", "--profile", "bad.yaml"),
      64,
      /bad\.yaml:2/,
    );
  });

  test("warns where nobody can be known", async (context) => {
    const bench = withRun(benchOf(context));
    const run = await bench.run("query", "unowned", "--db", "a.db");
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/warning: no owner is known: .*assets import/);
    expect((await bench.run("query", "open", "--db", "a.db")).stderr).toBe("");
  });

  test("makes a private database where there is none, and none for a bad file or a dry run", async (context) => {
    const bench = benchOf(context);
    bench.write("a.csv", "IP,Owner\n10.0.0.1,li\n");
    bench.write("bad.csv", "foo\nbar\n");
    expectRefusal(await bench.run("assets", "import", "bad.csv", "--db", "new.db"), 64, /no column is known/);
    const dry = await bench.run("assets", "import", "a.csv", "--db", "new.db", "--dry-run");
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout).toMatch(/Nothing was kept: this was a dry run\./);
    expect(existsSync(bench.path("new.db"))).toBe(false);
    expect((await bench.run("assets", "import", "a.csv", "--db", "new.db")).stdout).toMatch(
      /Kept as list 1 /,
    );
    expect(statSync(bench.path("new.db")).mode & 0o777).toBe(0o600);
    const { rows } = jsonOf(await bench.run("assets", "list", "--db", "new.db", "--format", "json"));
    expect(rows).toEqual([
      { id: null, addresses: ["10.0.0.1"], names: [], owner: "li", system: null, tags: [], realm: null },
    ]);
  });

  test("lets a later list take the place of an earlier one, by date and source", async (context) => {
    const bench = benchOf(context);
    bench.write("a.csv", "IP,Owner\n10.0.0.1,li\n10.0.0.2,li\n");
    bench.write("b.csv", "IP,Owner\n10.0.0.1,wang\n");
    bench.write("c.csv", "IP,Owner\n10.0.0.7,zhang\n");
    const load = (...args: string[]) => bench.run("assets", "import", ...args, "--db", "a.db");
    const owners = async (...args: string[]) => {
      const run = await bench.run("assets", "list", "--db", "a.db", "--format", "json", ...args);
      return jsonOf(run).rows.map((row: Record<string, unknown>) => row.owner);
    };
    await load("b.csv", "--date", "2026-06-01");
    const older = await load("a.csv", "--date", "2026-01-01");
    expect(said(older)).toMatch(
      /Kept as list 2 .*2026-01-01, until list 1 of 2026-06-01, which stays in force/,
    );
    expect(await owners()).toEqual(["wang"]);
    expect(await owners("--at", "2026-03-01")).toEqual(["li", "li"]);
    expect(await owners("--at", "2025-12-31")).toEqual([]);
    await load("c.csv", "--date", "2026-02-01", "--source", "lab");
    expect(await owners()).toEqual(["wang", "zhang"]);
    expect(await owners("--owner", "ZHANG")).toEqual(["zhang"]);
    expect(await owners("--host", "10.0.0.1")).toEqual(["wang"]);

    const again = await load("b.csv", "--date", "2026-06-01");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toMatch(/here already as list 1 /);
    const sources = jsonOf(await bench.run("assets", "sources", "--db", "a.db", "--format", "json")).rows;
    expect(sources.map((row: Record<string, unknown>) => [row.id, row.source, row.inForce])).toEqual([
      [1, "default", true],
      [3, "lab", true],
      [2, "default", false],
    ]);
    // Read otherwise it is another list.
    const mapped = await load("b.csv", "--date", "2026-06-01", "--map", "address=IP");
    expect(said(mapped)).toMatch(/Kept as list 4 .* takes the place of list 1/);
    expect(await owners("--host", "10.0.0.1")).toEqual([null]);
  });

  test("reads Chinese Excel's encoding and says so, another where it is told to, and standard input", async (context) => {
    const bench = benchOf(context);
    copyFileSync(join(FIXTURES, "chinese-gb18030.csv"), bench.path("a.csv"));
    const chinese = await bench.run("assets", "import", "a.csv", "--db", "a.db");
    expect(chinese.stderr).toMatch(/warning: "a\.csv" is not UTF-8 and was read as GB18030/);
    expect(chinese.stdout).toMatch(/owner +责任人/);
    writeFileSync(bench.path("latin.csv"), Buffer.from("IP;Owner\n10.0.0.1;M\xfcller\n", "latin1"));
    const latin = await bench.run("assets", "import", "latin.csv", "--db", "b.db", "--encoding", "latin1");
    expect(latin).toMatchObject({ code: 0, stderr: "" });
    expect((await bench.run("assets", "list", "--db", "b.db")).stdout).toMatch(/Müller/);
    const piped = await bench.runWith(
      { input: "IP,Owner\n10.0.0.1,li\n" },
      "assets",
      "import",
      "-",
      "--db",
      "c.db",
    );
    expect(piped.stdout).toMatch(/^standard input: 1 row, 1 host, 1 address /);
  });

  test("keeps the rows of a realm to it", async (context) => {
    const bench = withRun(benchOf(context));
    bench.write("a.csv", "IP,Owner\n198.18.7.12,li\n");
    await bench.run("assets", "import", "a.csv", "--db", "a.db", "--realm", "lab");
    const { rows } = jsonOf(
      await bench.run("query", "open", "--owner", "li", "--db", "a.db", "--format", "json"),
    );
    expect(rows).toEqual([]);
    const [row] = jsonOf(await bench.run("assets", "list", "--db", "a.db", "--format", "json")).rows;
    expect(row.realm).toBe("lab");
  });

  test("tells programs everything", async (context) => {
    const bench = withRun(benchOf(context));
    bench.write("a.csv", "IP,Owner\n198.18.7.12,li\n10.0.0.0/8,x\n10.9.9.9,y\n,z\n");
    const run = await bench.run(
      "assets",
      "import",
      "a.csv",
      "--db",
      "a.db",
      "--format",
      "json",
      "--operator",
      "anna",
    );
    expect(jsonOf(run)).toMatchObject({
      schemaVersion: 1,
      ...{ file: "a.csv", encoding: "UTF-8", shape: null, rows: 4, hosts: 2, addresses: 2, known: false },
      columns: { address: ["IP"], owner: ["Owner"] },
      list: { id: 1, source: "default", operator: "anna", count: 2 },
      problems: [{ line: 3, message: expect.stringMatching(/network/) }],
      withoutAddress: [5],
      unseen: [{ addresses: ["10.9.9.9"], owner: "y" }],
      unnamed: ["198.18.7.40", "198.18.7.99"],
    });
  });

  test.for<[string, string, readonly string[], RegExp]>([
    ["without a good row", "IP\nx\ny\n", [], /none of its 2 rows can be used:\n.*line 2: "x"/],
    [
      "whose map names no column",
      "IP,Owner\n10.0.0.1,a\n",
      ["--map", "address=IP,owner=Ownr"],
      /did you mean "Owner"/,
    ],
    ["of tomorrow", "IP\n10.0.0.1\n", ["--date", "2999-01-01"], /has not come yet/],
    ["of no day", "IP\n10.0.0.1\n", ["--date", "2026-02-30"], /"2026-02-30" is no date/],
    ["of a source with a blank", "IP\n10.0.0.1\n", ["--source", "a b"], /--source "a b" is no name/],
  ])("refuses a file %s", async ([, text, args, message], context) => {
    const bench = benchOf(context);
    bench.write("a.csv", text);
    expectRefusal(await bench.run("assets", "import", "a.csv", "--db", "a.db", ...args), 64, message);
    expect(existsSync(bench.path("a.db"))).toBe(false);
  });

  test("refuses what is no file, or no end of one", async (context) => {
    const bench = benchOf(context);
    mkdirSync(bench.path("folder"));
    expectRefusal(
      await bench.run("assets", "import", "gone.csv", "--db", "a.db"),
      64,
      /"gone\.csv" cannot be read/,
    );
    expectRefusal(await bench.run("assets", "import", "folder", "--db", "a.db"), 64, /"folder" is a folder/);
    expectRefusal(await bench.run("assets", "import", "/dev/zero", "--db", "a.db"), 64, /longer than 64 MB/);
  });

  test("waits for a pipe to its end", async (context) => {
    const bench = benchOf(context);
    const child = spawn(
      "sh",
      [
        "-c",
        `(echo IP,Owner; sleep 1; echo 10.0.0.1,li) | ${process.execPath} ${bench.cli} assets import - --db a.db`,
      ],
      {
        cwd: bench.folder,
        env: bench.env,
      },
    );
    const code = await new Promise((done) => child.on("exit", done));
    expect(code).toBe(0);
    expect((await bench.run("assets", "list", "--db", "a.db")).stdout).toMatch(/10\.0\.0\.1 +li/);
  });

  test("survives hostile cells in every output", async (context) => {
    const bench = withRun(benchOf(context));
    const hostile = "\"=cmd|' /C calc'!A0\x1b[31m\u202e\0\"";
    bench.write(
      "a.csv",
      `IP,ID,Owner,System,Tags\n198.18.7.12,${hostile},${hostile},${hostile},${hostile}\n`,
    );
    expect((await bench.run("assets", "import", "a.csv", "--db", "a.db")).code).toBe(0);
    for (const args of [
      ["assets", "list"],
      ["assets", "list", "--format", "csv"],
      ["query", "open"],
      ["query", "open", "--format", "csv"],
      ["show", "198.18.7.12"],
      ["show", "198.18.7.12", "--format", "json"],
    ]) {
      const { stdout, code } = await bench.run(...args, "--db", "a.db");
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}]/u);
      if (args.includes("csv")) expect(stdout).not.toMatch(/(^|[,;])=/m);
    }
  });
});
