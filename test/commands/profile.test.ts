/** `portreeve profile …` through the real CLI, on runs put into the store. No packet is sent. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { profileJsonSchema } from "../../src/profile/schema.js";
import { openStore } from "../../src/store/openStore.js";
import { observed, openCell, quietGroup, recordRun } from "../store/observations.js";
import { type Bench, type CliRun, useBench } from "./bench.js";

const DAY = 86_400_000;
const PROFILE = `version: 1
vantages: { bastion: null, office: null }
hosts:
  db01: { addresses: [10.0.0.5, 10.9.0.5], owner: dba-team }
groups:
  - id: db
    match: { host: db01 }
    owner: dba-team
    required:
      - { port: 22/tcp, from: [bastion], closed_from: [office] }
    allowed: [5432/tcp, 9187/tcp]
exceptions:
  - id: EXC-1
    match: { host: db01 }
    ports: [8080/tcp]
    owner: li.wei
    reason: legacy console
    expires: 2099-12-31
`;

// biome-ignore lint/suspicious/noExplicitAny: JSON as a stranger's script reads it.
const jsonOf = (run: CliRun): any => JSON.parse(run.stdout);

/** A bench with the profile, and a run of `daysAgo` that saw db01 with 22, 5432 and 8080 open and the rest shut. */
function benchWithRun({ daysAgo = 1, profile = PROFILE } = {}): Bench {
  const bench = useBench();
  bench.write("profile.yaml", profile);
  const store = openStore(bench.path("audit.db"), { mode: "write" });
  try {
    const open = [22, 5432, 8080];
    const shut = Array.from({ length: 10_000 }, (_, i) => i + 1).filter((port) => !open.includes(port));
    const host = observed("10.0.0.5", {
      cells: open.map((port) => openCell(port)),
      quiet: [quietGroup("closed", shut)],
    });
    recordRun(store, Date.now() - daysAgo * DAY, [host]);
  } finally {
    store.close();
  }
  return bench;
}

/** A message for people on stderr, nothing on stdout, no stack trace. */
function expectRefusal(run: CliRun, code: number, message: RegExp): void {
  expect(run.stderr).toMatch(message);
  expect(run).toMatchObject({ code, stdout: "" });
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+|a fault in portreeve/m);
}

describe("profile explain", () => {
  test("knows a host by its name in the profile and by any of its addresses, without a database", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    for (const [host, address] of [
      ["DB01", "10.0.0.5"],
      ["10.9.0.5", "10.9.0.5"],
    ] as const) {
      const run = await bench.run(
        "profile",
        "explain",
        host,
        "22/tcp",
        "--profile",
        "profile.yaml",
        "--format",
        "json",
      );
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(jsonOf(run)).toMatchObject({
        address,
        vantage: "bastion",
        host: { name: "db01", addresses: ["10.0.0.5", "10.9.0.5"], owner: "dba-team" },
        groups: [{ id: "db", line: { file: "profile.yaml", line: 6 } }],
        rows: [{ text: "22/tcp", verdict: "required", line: { line: 10 } }],
      });
    }
  });

  test("--vantage shows what holds as seen from there, and suggests a vantage for a misspelt one", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    const explain = (vantage: string) =>
      bench.run("profile", "explain", "db01", "22/tcp", "--vantage", vantage, "--profile", "profile.yaml");
    const office = await explain("office");
    expect(office.stdout).toContain("seen from office");
    expect(office.stdout).toMatch(/22\/tcp {2}forbidden .*but not from office/s);
    expect(office.stdout).toContain("must be closed from office");
    expectRefusal(await explain("ofice"), 64, /no vantage ofice\n.*did you mean `office`/);
  });

  test("--at asks for the exception of that day, to its end", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    const at = async (day: string) =>
      jsonOf(
        await bench.run(
          ...["profile", "explain", "db01", "8080/tcp", "--at", day],
          ...["--profile", "profile.yaml", "--format", "json"],
        ),
      ).rows[0].exception;
    expect(await at("2099-12-31")).toMatchObject({ id: "EXC-1", active: true });
    expect(await at("2100-01-01")).toMatchObject({ id: "EXC-1", active: false });
  });

  test.each([
    [["10.0.0.0/24"], /10\.0\.0\.0\/24/],
    [["10.0.0.999"], /10\.0\.0\.999/],
    [["$(id)"], /\$\(id\)/],
    [["db01", "22"], /22\/tcp/],
    [["db01", "--at", "2026-02-30"], /2026-02-30/],
  ])("%j is refused", async (words, message) => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    expectRefusal(await bench.run("profile", "explain", ...words, "--profile", "profile.yaml"), 64, message);
  });
});

describe("profile lint", () => {
  test("tells the ports allowed that no run of the last days saw open, and no others", async () => {
    const bench = benchWithRun({ daysAgo: 30 });
    const lint = async (...more: string[]) =>
      bench.run("profile", "lint", "--profile", "profile.yaml", "--db", "audit.db", ...more);
    const run = await lint();
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/profile\.yaml:11: warning: .*9187\/tcp.* no run has seen it open/);
    expect(run.stdout).not.toContain("`5432/tcp`");
    // The run is older than this, and of later ones there is none.
    expect((await lint("--days", "7")).stdout).not.toContain("no run has seen it open");
  });

  test("names no more days than there are runs for", async () => {
    const bench = benchWithRun({ daysAgo: 1.5 });
    const run = await bench.run("profile", "lint", "--profile", "profile.yaml", "--db", "audit.db");
    expect(run.stdout).toContain("in 2 days no run has seen it open");
  });

  test("reads a profile from standard input, and exits 1 on an error", async () => {
    const bench = useBench();
    const wrong = `${PROFILE.replace("5432/tcp, 9187/tcp", "5432/tcp")}`.replace(
      "exceptions:",
      "    forbidden: [5432/tcp]\nexceptions:",
    );
    const run = await bench.runWith({ input: wrong }, "profile", "lint", "--profile", "-");
    expect(run.stdout).toMatch(/^stdin:12: error: /m);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("no run is known");
  });

  test("does without a database that is none, and says so once", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    bench.write("audit.db", "no database");
    const run = await bench.run("profile", "lint", "--profile", "profile.yaml", "--db", "audit.db");
    expect(run.code).toBe(0);
    expect(run.stderr.match(/done without the database/g)).toHaveLength(1);
  });
});

describe("profile test", () => {
  const EXAMPLES = `# kept beside the profile
10.0.0.5 22/tcp from bastion: required
db01 22/tcp from office: forbidden
db01 8080/tcp on 2099-12-31: accepted
db01 8080/tcp on 2100-01-01: forbidden
`;
  const tryOn = (bench: Bench, ...words: string[]) =>
    bench.run("profile", "test", ...words, "--profile", "profile.yaml");

  test("says that all examples hold", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    bench.write("profile.tests", EXAMPLES);
    expect(await tryOn(bench, "profile.tests")).toMatchObject({
      code: 0,
      stdout: "4 examples: all hold\n",
      stderr: "",
    });
    const listed = await tryOn(bench, "profile.tests", "--verbose");
    expect(listed.stdout).toContain("profile.tests:3: holds: db01 22/tcp from office: forbidden");
  });

  test("exits 1 where one does not hold, with its line and what the profile says", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    bench.write("profile.tests", EXAMPLES.replace("office: forbidden", "office: allowed"));
    const run = await tryOn(bench, "profile.tests");
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("profile.tests:3: fails: db01 22/tcp from office: allowed\n");
    expect(run.stdout).toContain("the profile says forbidden: ");
    expect(jsonOf(await tryOn(bench, "profile.tests", "--format", "json"))).toMatchObject({
      total: 4,
      failed: 1,
    });
  });

  test("a broken file is refused with line and column, one without an example, too", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    bench.write("broken.tests", "db01 22/tcp from ofice: forbiden\n");
    expectRefusal(await tryOn(bench, "broken.tests"), 64, /broken\.tests:1:18: .*`office`/);
    bench.write("empty.tests", "# later\n");
    expectRefusal(await tryOn(bench, "empty.tests"), 64, /holds no example/);
    expectRefusal(await tryOn(bench, "none.tests"), 64, /none\.tests/);
  });

  test("reads standard input", async () => {
    const bench = useBench();
    bench.write("profile.yaml", PROFILE);
    const words = ["profile", "test", "-", "--profile", "profile.yaml"];
    expect(await bench.runWith({ input: EXAMPLES }, ...words)).toMatchObject({ code: 0 });
    const both = ["profile", "test", "-", "--profile", "-"];
    expectRefusal(await bench.runWith({ input: EXAMPLES }, ...both), 64, /not both/);
  });
});

describe("profile diff", () => {
  const diff = (bench: Bench, ...words: string[]) =>
    bench.run("profile", "diff", ...words, "--db", "audit.db", "--format", "json");
  const CHANGED = PROFILE.replace("[5432/tcp, 9187/tcp]", "[9187/tcp]").replace("2099-12-31", "2099-06-30");

  test("tells what a change opens, settles and changes, and writes nothing", async () => {
    const bench = benchWithRun();
    bench.write("new.yaml", CHANGED);
    const before = readFileSync(bench.path("audit.db"));
    const run = await diff(bench, "profile.yaml", "new.yaml");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const json = jsonOf(run);
    expect(json).toMatchObject({
      schemaVersion: 1,
      run: 1,
      a: { file: "profile.yaml", kept: false },
      b: { file: "new.yaml", kept: false },
      opened: [{ rule: "unexpected-open", address: "10.0.0.5", port: 5432, status: "open" }],
      settled: [],
      changed: [
        {
          before: { port: 8080, status: "accepted", exception: { expires: "2099-12-31" } },
          after: { port: 8080, status: "accepted", exception: { expires: "2099-06-30" } },
        },
      ],
    });
    // The other way round what opened is settled.
    expect(jsonOf(await diff(bench, "new.yaml", "profile.yaml"))).toMatchObject({
      opened: [],
      settled: [{ rule: "unexpected-open", port: 5432 }],
    });
    const text = await bench.run("profile", "diff", "profile.yaml", "new.yaml", "--db", "audit.db");
    expect(text.stdout.split("\n")[0]).toBe(
      `Run 1: 1 finding would open, 0 would be settled, 1 would change; ${json.same} ${json.same === 1 ? "stays" : "stay"}`,
    );
    expect(readFileSync(bench.path("audit.db")).equals(before)).toBe(true);
  });

  test("finds nothing between a profile and itself moved to other lines", async () => {
    const bench = benchWithRun();
    bench.write("new.yaml", `# a comment\n\n${PROFILE}`);
    expect(jsonOf(await diff(bench, "profile.yaml", "new.yaml"))).toMatchObject({
      opened: [],
      settled: [],
      changed: [],
    });
  });

  test("takes one of the two from standard input, whose includes lie beside the other", async () => {
    const bench = benchWithRun({ profile: "version: 1\ninclude: [rest.yaml]\n" });
    bench.write("rest.yaml", PROFILE.replace("version: 1\n", ""));
    const run = await bench.runWith(
      { input: "version: 1\ninclude: [rest.yaml]\ndefaults: { unlisted: allowed }\n" },
      ...["profile", "diff", "-", "profile.yaml", "--db", "audit.db", "--format", "json"],
    );
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(jsonOf(run)).toMatchObject({
      a: { file: "stdin" },
      opened: [{ rule: "unexpected-open", port: 8080 }],
    });
  });

  test("with one profile compares with what the run was judged by, and says where that is not kept", async () => {
    const bench = benchWithRun();
    bench.write("new.yaml", CHANGED);
    expectRefusal(await diff(bench, "new.yaml"), 64, /run 1 .* not kept\n.*name both/);
    const store = openStore(bench.path("audit.db"), { mode: "write" });
    try {
      const texts = [{ name: "old/profile.yaml", text: PROFILE }];
      const basis = { profileHash: "f".repeat(64), profile: texts, names: new Map(), zone: "UTC" };
      store.recordJudgement(1, { basis, findings: [], transitions: [] });
    } finally {
      store.close();
    }
    expect(jsonOf(await diff(bench, "new.yaml"))).toMatchObject({
      a: { file: "old/profile.yaml", kept: true },
      b: { file: "new.yaml", kept: false },
      opened: [{ port: 5432 }],
    });
  });

  test.each<[readonly string[], number, RegExp]>([
    [["-", "-"], 64, /not both/],
    [["profile.yaml", "none.yaml"], 64, /none\.yaml/],
    [["profile.yaml", "broken.yaml"], 64, /broken\.yaml:2:1: .*did you mean `groups`/],
    [["profile.yaml", "profile.yaml", "--run", "9"], 64, /no run 9/],
  ])("%j is refused", async (words, code, message) => {
    const bench = benchWithRun();
    bench.write("broken.yaml", "version: 1\ngruops: []\n");
    expectRefusal(await diff(bench, ...words), code, message);
  });
});

describe("hostile text of a profile", () => {
  const HOSTILE = PROFILE.replace("owner: li.wei", 'owner: "\\e]52;c;cm0gLXJmIH4=\\a\\u202Eli"')
    .replace("reason: legacy console", 'reason: "\\e[2J\\e[31mred"')
    .replace("owner: dba-team\n    required", 'owner: "\\u009b31m dba"\n    required');
  const UNSAFE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}]/u;

  test.each([
    ["explain", "db01"],
    ["explain", "db01", "--format", "json"],
    ["lint"],
    ["test", "profile.tests"],
  ])("is printed safely by profile %s", async (...words) => {
    const bench = benchWithRun({ profile: HOSTILE });
    bench.write("profile.tests", "db01 8080/tcp: forbidden\n");
    const run = await bench.run("profile", ...words, "--profile", "profile.yaml", "--db", "audit.db");
    expect(run.stdout.length).toBeGreaterThan(20);
    expect(run.stdout).not.toMatch(UNSAFE);
    expect(run.stderr).not.toMatch(UNSAFE);
  });

  test("is printed safely by profile diff", async () => {
    const bench = benchWithRun({ profile: HOSTILE });
    bench.write("bare.yaml", "version: 1\n");
    for (const format of ["text", "json"]) {
      const words = ["profile", "diff", "bare.yaml", "profile.yaml", "--db", "audit.db", "--format", format];
      const run = await bench.run(...words);
      expect(run.stdout).toContain("EXC-1");
      expect(run.stdout).not.toMatch(UNSAFE);
    }
  });
});

test("profile schema prints the schema that profiles are checked by", async () => {
  const run = await useBench().run("profile", "schema");
  expect(JSON.parse(run.stdout)).toEqual(profileJsonSchema());
});

test("profile init writes a profile that lint takes, and never over one that is there", async () => {
  const bench = benchWithRun();
  const init = () => bench.run("profile", "init", "--output", "first.yaml", "--db", "audit.db");
  expect(await init()).toMatchObject({ code: 0, stdout: "" });
  const lint = await bench.run("profile", "lint", "--profile", "first.yaml", "--db", "audit.db");
  expect(lint.stdout).toContain("unreviewed");
  expect(lint.code).toBe(0);
  expectRefusal(await init(), 64, /first\.yaml exists/);
});
