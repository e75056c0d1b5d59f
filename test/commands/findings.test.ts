/** `portreeve findings` through the real CLI, on findings that a run left in the store. */
import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fingerprintOf } from "../../src/exposure/fingerprint.js";
import type { Finding, FindingStatus } from "../../src/facts/finding.js";
import { openStore } from "../../src/store/openStore.js";
import { draft, ending, ip, observed, openCell } from "../store/observations.js";
import { type Bench, type CliRun, useBench } from "./bench.js";

const DAY = 86_400_000;
const NOW = Date.now();
const RUN_START = NOW - 3_600_000;

function finding(given: Partial<Finding> = {}): Finding {
  const about = {
    realm: "default",
    vantage: "bastion",
    rule: "unexpected-open" as const,
    address: ip("198.18.7.12"),
    protocol: "tcp" as const,
    port: 8080 as number | null,
    ...given,
  };
  return {
    fingerprint: fingerprintOf({ ...about, protocol: given.protocol === null ? null : about.protocol }),
    severity: "medium",
    status: "open",
    owner: null,
    host: null,
    system: null,
    tags: [],
    firstSeen: NOW - 5 * DAY,
    lastSeen: RUN_START,
    ageDays: 5,
    run: 1,
    evidence: "open (http): no group lists it",
    confirmed: true,
    due: null,
    overdue: false,
    exception: null,
    profile: { file: "profile.yaml", line: 3 },
    carried: null,
    ...about,
  };
}

/** A store with one judged run that left these findings, in the bench's default place. */
function keep(
  bench: Bench,
  findings: readonly Finding[],
  more: { realm?: string; vantage?: string } = {},
): void {
  const path = bench.path("history.db");
  bench.env.PORTREEVE_DB = path;
  const store = openStore(path, { mode: "write" });
  const { run } = store.beginRun(draft(RUN_START, more));
  store.recordHosts(run, [observed("198.18.7.12", { cells: [openCell(8080), openCell(3306)] })]);
  store.endRun(run, ending(RUN_START + 60_000));
  store.recordJudgement(run, {
    basis: { profileHash: null, profile: [], names: new Map(), zone: "UTC" },
    findings,
    transitions: findings.map(({ fingerprint, status, lastSeen }) => ({
      fingerprint,
      run: run.id,
      at: lastSeen,
      from: null,
      to: status,
      person: "alice",
      why: "seen for the first time",
    })),
  });
  store.close();
}

const settled = (status: FindingStatus, port: number, given: Partial<Finding> = {}) =>
  finding({ status, port, ...given });

const EXCEPTION = {
  id: "EXC-1",
  owner: "li.wei",
  reason: "console",
  ticket: "CHG-1",
  approvedBy: null,
  expires: "2099-01-01",
  line: { file: "profile.yaml", line: 9 },
};

function variety(): Finding[] {
  return [
    finding(),
    finding({
      rule: "forbidden-open",
      severity: "high",
      port: 3306,
      owner: "DBA-team",
      host: "db01",
      due: NOW - DAY,
    }),
    finding({
      rule: "host-missing",
      address: ip("198.18.7.40"),
      protocol: null,
      port: null,
      severity: "low",
    }),
    settled("accepted", 22, { exception: EXCEPTION }),
    settled("closed", 21, { lastSeen: NOW - 3 * DAY }),
    settled("silenced", 25, { lastSeen: NOW - DAY }),
  ];
}

const rowsOf = (run: CliRun) => (JSON.parse(run.stdout) as { rows: Record<string, unknown>[] }).rows;
const portsOf = (run: CliRun) => rowsOf(run).map(({ port }) => port);

describe.concurrent("findings list", () => {
  test("tells open ones first, the gravest first, then accepted ones, then settled ones, newest first", async () => {
    const bench = useBench();
    keep(bench, variety());
    const json = await bench.run("findings", "list", "--format", "json");
    expect(json).toMatchObject({ code: 0, stderr: "" });
    expect(portsOf(json)).toEqual([3306, 8080, null, 22, 25, 21]);
    expect(rowsOf(json)[0]).toMatchObject({ status: "open", overdue: true, severity: "high" });
    const text = await bench.run("findings");
    expect(text.stdout).toMatch(
      /^6 findings: 3 open, 1 of them overdue; 1 accepted, 1 closed, 1 silenced\n\nOPEN {2}3 findings\n/,
    );
    expect(text.stdout).toContain("silenced");
    expect(text.stdout).toContain("not proved closed");
    expect((await bench.run("findings", "list", "--format", "jsonl")).stdout.split("\n")).toHaveLength(7);
    expect((await bench.run("findings", "list", "--format", "csv")).stdout.split("\n")).toHaveLength(8);
  });

  test.each([
    [
      ["--status", "open", "accepted"],
      [3306, 8080, null, 22],
    ],
    [
      ["--status", "closed", "--status", "silenced"],
      [25, 21],
    ],
    [["--rule", "forbidden-open"], [3306]],
    [
      ["--severity", "medium", "--status", "open"],
      [3306, 8080],
    ],
    [["--host", "198.18.7.40"], [null]],
    [["--host", "DB01"], [3306]],
    [["--port", "8080/tcp"], [8080]],
    [["--owner", "dba-TEAM"], [3306]],
    [["--vantage", "internet"], []],
    [["--realm", "default", "--overdue"], [3306]],
  ])("with %j gives the findings that fit", async (flags, ports) => {
    const bench = useBench();
    keep(bench, variety());
    expect(portsOf(await bench.run("findings", "list", ...flags, "--format", "json"))).toEqual(ports);
  });

  test("refuses words that are none", async () => {
    const bench = useBench();
    keep(bench, []);
    for (const flags of [
      ["--status", "gone"],
      ["--rule", "bad"],
      ["--port", "99999/tcp"],
      ["--host", "1.2.3.4.5"],
    ]) {
      expect((await bench.run("findings", "list", ...flags)).code).toBe(64);
    }
    expect((await bench.run("findings", "list")).stdout).toBe("No findings.\n");
  });
});

describe.concurrent("findings show", () => {
  test("takes the first digits of a fingerprint", async () => {
    const bench = useBench();
    const [open] = [finding()];
    keep(bench, variety());
    const text = await bench.run("findings", "show", open.fingerprint.slice(0, 8).toUpperCase());
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^unexpected-open on 198\.18\.7\.12, 8080\/tcp: medium\n/);
    expect(text.stdout).toContain("run 1  open, alice: seen for the first time");
    const json = await bench.run("findings", "show", open.fingerprint, "--format", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      finding: { fingerprint: open.fingerprint, status: "open" },
      transitions: [{ run: 1, from: null, to: "open", person: "alice" }],
    });
  });

  test("lists the findings that a short prefix may mean, and refuses what none has", async () => {
    const bench = useBench();
    const many = Array.from({ length: 40 }, (_, i) => finding({ port: 9000 + i }));
    keep(bench, many);
    const [first] = many
      .map(({ fingerprint }) => fingerprint.charAt(0))
      .filter((a, i, all) => all.indexOf(a) !== i);
    const run = await bench.run("findings", "show", first ?? "");
    expect(run).toMatchObject({ code: 64, stdout: "" });
    expect(run.stderr).toMatch(
      /begins the fingerprints of \d+ findings:\n.*unexpected-open on 198\.18\.7\.12, 9/,
    );
    for (const [prefix, message] of [
      ["0123456789abcdef", /no finding's fingerprint begins with/],
      ["xyz\u001b[2J", /no finding's fingerprint/],
    ] as const) {
      const refused = await bench.run("findings", "show", prefix);
      expect(refused.code).toBe(64);
      expect(refused.stderr).toMatch(message);
      expect(refused.stderr).not.toContain("\u001b");
    }
  });
});

const PROFILE = `version: 1   # ours
groups:
    - id: all          # everything
      match: { network: 198.18.0.0/15 }
      allowed: [ 22/tcp ]
exceptions:
    - id: "EXC-OLD"
      match: {address: 198.18.7.99}
      ports: 23/tcp
      owner: a
      reason: 'it''s old'
      expires: 2099-12-31   # long

# the end
`;
const ACCEPT = ["--owner", "li.wei", "--reason", "vendor console", "--expires", "90d"];

/** A bench with one open finding and a configuration that names the profile. */
function open(text = PROFILE, given: Partial<Finding> = {}) {
  const bench = useBench();
  const one = finding(given);
  keep(bench, [one], { realm: one.realm, vantage: one.vantage });
  bench.write("portreeve.yaml", "profile: profile.yaml\ntime_zone: UTC\n");
  bench.write("profile.yaml", text);
  const accept = (...more: string[]) => bench.run("findings", "accept", one.fingerprint.slice(0, 8), ...more);
  return { bench, one, accept, read: () => readFileSync(bench.path("profile.yaml"), "utf8") };
}

describe.concurrent("findings accept", () => {
  test("writes exactly one exception into the profile, shows the diff, and the finding is accepted", async () => {
    const { bench, one, accept, read } = open();
    const run = await accept(...ACCEPT, "--ticket", "CHG-4711", "--approved-by", "ciso");
    const year = new Date().getUTCFullYear();
    const last = new Date(Date.now() + 90 * DAY).toISOString().slice(0, 10);
    expect(run.stderr).toMatch(
      new RegExp(`^accepted until ${last}: EXC-${year}-001 in .*profile\\.yaml:13; commit the profile\n$`),
    );
    expect(run.code).toBe(0);
    const added = [
      `    - id: EXC-${year}-001`,
      "      match: { address: 198.18.7.12 }",
      "      ports: [8080/tcp]",
      "      rules: [unexpected-open]",
      "      from: [bastion]",
      "      owner: li.wei",
      "      reason: vendor console",
      "      ticket: CHG-4711",
      "      approved_by: ciso",
      `      expires: ${last}`,
    ];
    expect(read()).toBe(PROFILE.replace("# long\n", `# long\n${added.join("\n")}\n`));
    for (const line of added) expect(run.stdout).toContain(`\n+${line}\n`);
    expect(run.stdout).toMatch(/^--- .*profile\.yaml\n\+\+\+ .*profile\.yaml\n@@ /);
    expect(run.stdout).not.toMatch(/^-(?!--)/m);

    const shown = JSON.parse(
      (await bench.run("findings", "show", one.fingerprint, "--format", "json")).stdout,
    );
    expect(shown.finding).toMatchObject({
      status: "accepted",
      exception: {
        id: `EXC-${year}-001`,
        owner: "li.wei",
        ticket: "CHG-4711",
        approvedBy: "ciso",
        expires: last,
        line: 13,
      },
    });
    expect(shown.transitions.at(-1)).toMatchObject({
      run: 1,
      from: "open",
      to: "accepted",
      person: process.env.SUDO_USER || userInfo().username,
      why: `exception EXC-${year}-001: vendor console`,
    });
    // The judging of the same run by the new profile says the same.
    const check = JSON.parse((await bench.run("check", "--format", "json")).stdout) as {
      findings: Finding[];
    };
    expect(check.findings.map(({ port, status }) => [port, status])).toEqual([
      [3306, "open"],
      [8080, "accepted"],
    ]);
    const again = await accept(...ACCEPT);
    expect(again.stderr).toMatch(/is accepted already until .* by li\.wei/);
    expect(again.code).toBe(64);
  });

  test("covers that finding and no neighbour: its port, its rule, its vantage, its realm", async () => {
    const { bench, accept, read } = open("version: 1\n", { realm: "lab", vantage: "office" });
    expect((await accept(...ACCEPT)).code).toBe(0);
    expect(parse(read()).exceptions[0]).toMatchObject({
      match: { address: "198.18.7.12", realm: "lab" },
      ports: ["8080/tcp"],
      rules: ["unexpected-open"],
      from: ["office"],
    });
    expect(readdirSync(bench.folder).filter((name) => name.startsWith(".portreeve"))).toEqual([]);
  });

  test("accepts what is said of a whole host without a port", async () => {
    const { accept, read } = open("version: 1\n", { rule: "host-missing", protocol: null, port: null });
    expect((await accept(...ACCEPT)).code).toBe(0);
    expect(parse(read()).exceptions[0]).toMatchObject({ rules: ["host-missing"] });
    expect(read()).not.toContain("ports:");
  });

  test("keeps line ends, the byte order mark, the mode and a link to the file", async () => {
    const { bench, accept } = open();
    const real = bench.write("real.yaml", `\ufeff${PROFILE.replaceAll("\n", "\r\n")}`, 0o640);
    bench.write("portreeve.yaml", "profile: link.yaml\n");
    symlinkSync("real.yaml", bench.path("link.yaml"));
    const run = await accept(...ACCEPT);
    expect(run.stderr).toContain("link.yaml");
    expect(run.code).toBe(0);
    const text = readFileSync(real, "utf8");
    expect(text.startsWith("\ufeffversion: 1")).toBe(true);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(text).toContain("reason: vendor console\r\n");
    expect(statSync(real).mode & 0o7777).toBe(0o640);
    expect(lstatSync(bench.path("link.yaml")).isSymbolicLink()).toBe(true);
  });

  test("writes into the file that --profile names, also one that the profile includes", async () => {
    const { bench, accept, read } = open("version: 1\ninclude: more.yaml\nvantages: { bastion: }\n");
    bench.write("more.yaml", "exceptions: []\n");
    const run = await accept(...ACCEPT, "--profile", "more.yaml");
    expect(run.stderr).toContain("more.yaml:2");
    expect(readFileSync(bench.path("more.yaml"), "utf8")).toMatch(/^exceptions:\n {2}- id: EXC-/);
    expect(read()).not.toContain("EXC-");
  });

  test("with --dry-run shows the diff and writes nothing", async () => {
    const { bench, one, accept, read } = open();
    const run = await accept(...ACCEPT, "--dry-run");
    expect(run).toMatchObject({ code: 0, stderr: "nothing was written: --dry-run\n" });
    expect(run.stdout).toContain("+    - id: EXC-");
    expect(read()).toBe(PROFILE);
    const shown = await bench.run("findings", "show", one.fingerprint, "--format", "json");
    expect(JSON.parse(shown.stdout).finding.status).toBe("open");
  });

  test.each([
    ["a day that is over", ["--expires", "2020-01-01"], /--expires 2020-01-01 is over already/],
    ["no day", ["--expires", "soon"], /--expires "soon" is no day/],
    ["a day that is none", ["--expires", "2099-02-30"], /is no day/],
    ["a day far ahead", ["--expires", "2099-02-28"], /more than two years ahead/],
    ["an owner who is none", ["--owner", " "], /--owner says nothing/],
    [
      "the owner `unreviewed`",
      ["--owner", "unreviewed"],
      /does not take the exception[\s\S]*somebody's word/,
    ],
    ["an id that is taken", ["--id", "EXC-OLD"], /does not take the exception[\s\S]*EXC-OLD/],
    ["an id that is none", ["--id", "a b"], /made of letters/],
    ["a profile that is not there", ["--profile", "gone.yaml"], /gone\.yaml/],
  ])("refuses %s and writes nothing", async (_, more, message) => {
    const { accept, read } = open();
    const run = await accept(...ACCEPT, ...more);
    expect(run).toMatchObject({ code: 64, stdout: "" });
    expect(run.stderr).toMatch(message);
    expect(read()).toBe(PROFILE);
  });

  test("allows a day far ahead with --yes", async () => {
    const { accept, read } = open();
    expect((await accept(...ACCEPT, "--expires", "2099-02-28", "--yes")).code).toBe(0);
    expect(read()).toContain("      expires: 2099-02-28\n");
  });

  test.each(["--owner", "--reason", "--expires"])("wants %s", async (option) => {
    const { accept } = open();
    const at = ACCEPT.indexOf(option);
    const run = await accept(...ACCEPT.toSpliced(at, 2));
    expect(run.code).toBe(64);
    expect(run.stderr).toContain(`required option '${option}`);
  });

  test.each<[string, Partial<Finding>, RegExp]>([
    [
      "is settled",
      { status: "silenced" },
      /stands open no more.*silenced: no longer answers; not proved closed/,
    ],
    [
      "tells of an exception that has ended",
      { rule: "exception-expired", exception: EXCEPTION },
      /renew that one\n.*set its `expires` in profile\.yaml:9/,
    ],
    [
      "tells of an exception that nothing uses",
      { rule: "exception-unused", exception: EXCEPTION },
      /remove that one\n.*profile\.yaml:9/,
    ],
  ])("refuses a finding that %s, and says what to do", async (_, given, message) => {
    const { accept, read } = open(PROFILE, given);
    const run = await accept(...ACCEPT);
    expect(run).toMatchObject({ code: 64, stdout: "" });
    expect(run.stderr).toMatch(message);
    expect(read()).toBe(PROFILE);
  });

  test("says so where an exception of the file covers the finding already", async () => {
    const text = PROFILE.replace("198.18.7.99", "198.18.7.12").replace("23/tcp", "8080/tcp");
    const { accept, read } = open(text);
    const run = await accept(...ACCEPT);
    expect(run.code).toBe(64);
    expect(run.stderr).toMatch(
      /the exception EXC-OLD in .*profile\.yaml:7 covers it already, until 2099-12-31/,
    );
    expect(read()).toBe(text);
  });

  test("refuses a vantage that the profile does not know by name", async () => {
    const text = "version: 1\nvantages: { office: }\n";
    const { accept, read } = open(text);
    const run = await accept(...ACCEPT);
    expect(run.code).toBe(64);
    expect(run.stderr).toMatch(/does not take the exception[\s\S]*bastion/);
    expect(read()).toBe(text);
  });

  test("without a profile says how to name one", async () => {
    const { bench, accept } = open();
    bench.write("portreeve.yaml", "time_zone: UTC\n");
    const run = await accept(...ACCEPT);
    expect(run.code).toBe(64);
    expect(run.stderr).toMatch(/no profile was named/);
  });

  test("hands back hostile texts as they came, and drives no terminal with them", async () => {
    const { accept, read } = open("version: 1\n");
    const hostile = 'a: b # c "d"\n- e\u001b[2J\u202e=cmd|x 打印组 \u{1f600}';
    const run = await accept("--owner", hostile, "--reason", hostile, "--ticket", "4711", "--expires", "1d");
    expect(run.code).toBe(0);
    expect(`${run.stdout}${run.stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(read()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(parse(read()).exceptions[0]).toMatchObject({ owner: hostile, reason: hostile, ticket: "4711" });
  });
});

describe("findings accept on a terminal", { skip: spawnSync("script", ["--version"]).status !== 0 }, () => {
  /** util-linux's `script` gives the command a terminal and types `answer`. */
  function onTerminal({ bench, one }: ReturnType<typeof open>, answer: string, ...more: string[]) {
    const args = [process.execPath, bench.cli, "findings", "accept", one.fingerprint, ...ACCEPT, ...more];
    const command = args.map((arg) => `'${arg}'`).join(" ");
    writeFileSync(bench.path("answer"), answer);
    return spawnSync("sh", ["-c", `(sleep 2; cat answer; sleep 1) | script -qec "${command}" /dev/null`], {
      cwd: bench.folder,
      env: { ...bench.env, TERM: "xterm" },
      encoding: "utf8",
    });
  }

  test("asks first: no leaves everything as it is, yes writes", () => {
    const bench = open();
    const refused = onTerminal(bench, "n\n");
    expect(refused.stdout).toContain("Write this into");
    expect(refused.stdout).toContain("nothing was written");
    // In colour, there being a terminal.
    expect(refused.stdout).toContain("\u001b[32m+");
    expect(bench.read()).toBe(PROFILE);
    const done = onTerminal(bench, "yes\n");
    expect(done.stdout).toContain("commit the profile");
    expect(bench.read()).toContain("vendor console");
  });

  test("asks nothing with --yes, and Ctrl-C writes nothing", () => {
    const bench = open();
    expect(onTerminal(bench, "\u0003").status).toBe(130);
    expect(bench.read()).toBe(PROFILE);
    const done = onTerminal(bench, "", "--yes");
    expect(done.stdout).not.toContain("Write this into");
    expect(bench.read()).toContain("vendor console");
  });
});
