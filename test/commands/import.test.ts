/** `portreeve import` as a process: what it says of each file, and what the history says then. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/openStore.js";
import { type Bench, useBench } from "./bench.js";

const DAY = 86_400;
const START = 1_700_000_000;

interface Scan {
  /** Days after the first. */
  readonly day?: number;
  readonly asked?: string;
  /** By address: open ports, and the closed ones. */
  readonly hosts: Readonly<Record<string, { readonly open?: number[]; readonly closed?: number[] }>>;
}

/** As nmap 7.93 writes it. */
function scan({ day = 0, asked = "22,80,443", hosts }: Scan): string {
  const start = START + day * DAY;
  const port = (state: string, reason: string) => (number: number) =>
    `<port protocol="tcp" portid="${number}"><state state="${state}" reason="${reason}" reason_ttl="64"/></port>\n`;
  const elements = Object.entries(hosts).map(
    ([address, { open = [], closed = [] }]) =>
      `<host starttime="${start}" endtime="${start + 5}"><status state="up" reason="echo-reply" reason_ttl="64"/>
<address addr="${address}" addrtype="ipv4"/>
<hostnames>
</hostnames>
<ports>${open.map(port("open", "syn-ack")).join("")}${closed.map(port("closed", "reset")).join("")}</ports>
</host>
`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sS -p ${asked} -oX - 10.0.0.0/24" start="${start}" version="7.93" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="${asked.split(",").length}" services="${asked}"/>
${elements.join("")}<runstats><finished time="${start + 10}" timestr="" summary="" elapsed="10" exit="success"/><hosts up="${elements.length}" down="0" total="${elements.length}"/>
</runstats>
</nmaprun>
`;
}

const first = scan({ hosts: { "10.0.0.1": { open: [22, 80], closed: [443] } } });
const second = scan({ day: 7, hosts: { "10.0.0.1": { open: [22], closed: [80, 443] } } });
const third = scan({ day: 14, asked: "22", hosts: { "10.0.0.1": { open: [22] } } });

const lines = (text: string) => text.trimEnd().split("\n");
/** What the database says, without the numbers of runs and the time of import. */
async function told(bench: Bench): Promise<unknown> {
  const store = openStore(bench.path("h.db"), { mode: "read" });
  try {
    const plainly = (row: object) =>
      Object.fromEntries(
        Object.entries(row).filter(
          ([key]) => !/^(run|fromRun|untilRun|changedBy|recordedAt|serial|askedBy|evidenceAge)$/.test(key),
        ),
      );
    return [store.openRows({}), store.periodRows({}), store.changeRows({})].map((rows) => rows.map(plainly));
  } finally {
    store.close();
  }
}

describe("a line a file", () => {
  test("says complete, partial or refused, and why; the exit code is that of the worst", async () => {
    const bench = useBench();
    bench.write("whole.xml", first);
    bench.write("cut.xml", second.slice(0, second.indexOf("<runstats>")));
    bench.write("page.xml", "<html><body>404</body></html>");
    bench.write(
      "bomb.xml",
      `<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><nmaprun scanner="&b;"/>`,
    );
    const whole = await bench.run("import", "whole.xml", "--db", "h.db");
    expect(whole).toMatchObject({ code: 0, stderr: "" });
    expect(whole.stdout).toBe(
      "complete  whole.xml: run 1 of 2023-11-14 22:13 +00:00, seen from bastion, 1 host, 2 open ports\n",
    );
    const partial = await bench.run("import", "whole.xml", "cut.xml", "--db", "h.db");
    expect(partial.code).toBe(3);
    expect(lines(partial.stdout)).toEqual([
      "complete  whole.xml: run 1 of 2023-11-14 22:13 +00:00, seen from bastion, was imported before and changes nothing",
      expect.stringMatching(/^partial {3}cut\.xml: run 2 of .*; it breaks off after 1 whole host: /),
    ]);
    const all = await bench.run("import", "page.xml", "bomb.xml", "gone.xml", "cut.xml", "--db", "h.db");
    expect(all.code).toBe(1);
    expect(lines(all.stdout)).toEqual([
      expect.stringMatching(/^refused {3}page\.xml: it is not nmap's XML/),
      expect.stringMatching(/^refused {3}bomb\.xml: it defines entities/),
      expect.stringMatching(/^refused {3}gone\.xml: it cannot be read: ENOENT/),
      expect.stringMatching(/^partial {3}cut\.xml: run 2 of .*was imported before/),
    ]);
    expect(all.stderr).not.toContain("    at ");
  });

  test("as JSON and as JSON Lines", async () => {
    const bench = useBench();
    bench.write("whole.xml", first);
    const json = await bench.run("import", "whole.xml", "--db", "h.db", "--format", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      rows: [
        {
          file: "whole.xml",
          grade: "complete",
          why: null,
          run: 1,
          known: false,
          alive: 1,
          open: 2,
          hosts: 1,
        },
      ],
    });
    const again = await bench.run("import", "whole.xml", "--db", "h.db", "--format", "jsonl");
    expect(JSON.parse(again.stdout)).toMatchObject({
      run: 1,
      known: true,
      startedAt: "2023-11-14T22:13:20Z",
    });
  });

  test("makes no database of refused files, and none in a dry run", async () => {
    const bench = useBench();
    bench.write("whole.xml", first);
    bench.write("notes.xml", "not at all");
    expect((await bench.run("import", "notes.xml", "--db", "h.db")).code).toBe(1);
    const dry = await bench.run("import", "--dry-run", "whole.xml", "--db", "h.db");
    expect(dry.stdout).toBe("complete  whole.xml: of 2023-11-14 22:13 +00:00, 1 host\n");
    expect(readdirSync(bench.folder)).not.toContain("h.db");
  });
});

test("a time that is none does no harm: the file is dated by another, or kept apart, and the others come in", async () => {
  const bench = useBench();
  const times = ["8640000000001", "99999999999999999999", "1e9", "-5", "0x6553F100", "4294967296", "soon"];
  for (const [index, time] of times.entries())
    bench.write(`${index}.xml`, first.replaceAll(/(start|starttime|endtime|time)="\d+"/g, `$1="${time}"`));
  bench.write("by-host.xml", first.replace(/ start="\d+"/, ' start="99999999999999"'));
  bench.write("good.xml", second);
  const done = await bench.run("import", ".", "--db", "h.db");
  expect([done.code, lines(done.stdout).length]).toEqual([3, times.length + 2]);
  for (const line of lines(done.stdout).slice(0, times.length))
    expect(line).toMatch(/^partial {3}\d\.xml: run \d+ undated, .*; it does not say when it was made/);
  expect(done.stdout).toContain("by-host.xml: run 8 of 2023-11-14");
  for (const question of [["runs"], ["query", "open"], ["query", "changes"], ["log"], ["db", "check"]])
    expect(await bench.run(...question, "--db", "h.db")).toMatchObject({ code: 0, stderr: "" });
  const views = await bench.run("sql", "SELECT count(*) FROM v1_runs", "--db", "h.db");
  expect(views).toMatchObject({ code: 0, stderr: "" });
});

test("a file of next year is kept apart: what it says is not how things are today", async () => {
  const bench = useBench();
  bench.write("1.xml", first);
  const soon = Math.floor(Date.now() / 1000);
  bench.write("tomorrow.xml", second.replaceAll(String(START + 7 * DAY), String(soon + 400 * DAY)));
  const done = await bench.run("import", "1.xml", "tomorrow.xml", "--db", "h.db");
  expect(done.code).toBe(3);
  expect(lines(done.stdout)[1]).toMatch(/^partial {3}tomorrow\.xml: .*its time has not come yet/);
  const open = await bench.run("query", "open", "--db", "h.db", "--format", "csv");
  expect(open.stdout).toContain("10.0.0.1,tcp,80,open");
});

test("links in a circle are passed over, and a pipe that nobody writes to can be left", async () => {
  const bench = useBench();
  mkdirSync(bench.path("scans"));
  writeFileSync(bench.path("scans/a.xml"), first);
  symlinkSync("z", bench.path("scans/z"));
  expect(await bench.run("import", "scans", "--db", "h.db")).toMatchObject({ code: 0 });
  expect(await bench.run("import", "scans/z", "--db", "h.db")).toMatchObject({ code: 1 });
  execFileSync("mkfifo", [bench.path("pipe")]);
  const child = bench.start(["import", "pipe", "--db", "h.db"], { stdio: "ignore" });
  const exit = once(child, "exit");
  // On a busy machine it takes seconds until it listens.
  await pause(5000);
  child.kill("SIGTERM");
  expect((await exit)[0]).toBe(130);
});

test("names and warnings from outside are safe to print", async () => {
  const bench = useBench();
  const name = "\u001b[31mred\n\u202e.xml";
  bench.write(name, `junk \u001b[2J${first}`);
  const { stdout, stderr } = await bench.run("import", name, "--db", "h.db");
  expect(stderr).toContain("warning:");
  for (const text of [stdout, stderr]) expect(text).not.toMatch(/[\u001b\u202e]/);
  expect(lines(stdout)).toHaveLength(1);
});

describe("files come", () => {
  test("gzipped, through standard input, from folders and their folders, by any name", async () => {
    const bench = useBench();
    mkdirSync(bench.path("scans/2023"), { recursive: true });
    writeFileSync(bench.path("scans/a.xml.gz"), gzipSync(first));
    writeFileSync(bench.path("scans/2023/b.out"), second);
    writeFileSync(bench.path("scans/2023/readme.txt"), "the scans of 2023");
    const folder = await bench.run("import", "scans", "--db", "h.db");
    expect(lines(folder.stdout).map((line) => line.split(":")[0])).toEqual([
      "complete  scans/2023/b.out",
      "complete  scans/a.xml.gz",
    ]);
    expect(folder.stderr).toBe(
      "passed over, for they do not look like scans: 1 file; name one to import it\n",
    );
    const piped = await bench.runWith({ input: first }, "import", "-", "--db", "h.db");
    expect(piped.stdout).toContain("complete  standard input: run 2 of 2023-11-14");
    expect(piped.stdout).toContain("was imported before");
  });

  test("one behind the other in one file, as --append-output writes them", async () => {
    const bench = useBench();
    bench.write("all.xml", first + second);
    const { stdout } = await bench.run("import", "all.xml", "--db", "h.db");
    expect(lines(stdout)).toEqual([
      expect.stringMatching(/^complete {2}all\.xml \(scan 1 of 2\): run 1 of 2023-11-14/),
      expect.stringMatching(/^complete {2}all\.xml \(scan 2 of 2\): run 2 of 2023-11-21/),
    ]);
  });

  test("in any order, and the history is the same", { timeout: 120_000 }, async () => {
    const files = { "1.xml": first, "2.xml": second, "3.xml": third };
    const inOrder = useBench();
    const shuffled = useBench();
    for (const [name, text] of Object.entries(files))
      for (const bench of [inOrder, shuffled]) bench.write(name, text);
    await inOrder.run("import", "1.xml", "2.xml", "3.xml", "--db", "h.db");
    for (const name of ["3.xml", "1.xml", "2.xml"]) await shuffled.run("import", name, "--db", "h.db");
    const expected = await told(inOrder);
    expect(await told(shuffled)).toEqual(expected);
    // Port 80 was closed by the second; the third did not ask it and says nothing.
    expect(expected).toMatchObject([
      [{ port: 22, firstSeen: START * 1000, lastSeen: (START + 14 * DAY) * 1000 }],
      expect.anything(),
      expect.arrayContaining([expect.objectContaining({ port: 80, kind: "closed" })]),
    ]);
  });
});

describe("--forget", () => {
  test("takes a file back as if it had never been there, by its bytes, its name or its run", {
    timeout: 120_000,
  }, async () => {
    const bench = useBench();
    bench.write("1.xml", first);
    bench.write("2.xml", second);
    bench.write("3.xml", third);
    await bench.run("import", "1.xml", "3.xml", "--db", "h.db");
    const before = await told(bench);
    for (const named of ["2.xml", "copy.xml", "by its run"]) {
      const { stdout } = await bench.run("import", "2.xml", "--db", "h.db", "--format", "jsonl");
      const { run } = JSON.parse(stdout);
      expect(await told(bench)).not.toEqual(before);
      bench.write("copy.xml", second);
      const name = named === "by its run" ? String(run) : named;
      const forgotten = await bench.run("import", "--forget", name, "--db", "h.db");
      expect(forgotten).toMatchObject({ code: 0, stderr: "" });
      expect(forgotten.stdout).toBe(
        `taken back  2.xml: run ${run} of 2023-11-21 22:13 +00:00, seen from bastion\n`,
      );
      expect(await told(bench)).toEqual(before);
    }
    const kept = execFileSync("find", ["h.db.xml", "-name", "*.gz"], { cwd: bench.folder, encoding: "utf8" });
    expect(lines(kept)).toHaveLength(2);
  });

  test("changes nothing where one of those named was not imported", async () => {
    const bench = useBench();
    bench.write("1.xml", first);
    bench.write("2.xml", second);
    await bench.run("import", "1.xml", "--db", "h.db");
    const { code, stderr } = await bench.run("import", "--forget", "1.xml", "2.xml", "--db", "h.db");
    expect(code).toBe(64);
    expect(stderr).toContain('"2.xml" was not imported into');
    expect((await bench.run("query", "open", "--db", "h.db", "--format", "csv")).stdout).toContain(
      "10.0.0.1",
    );
    expect((await bench.run("import", "--forget", "7", "--db", "h.db")).stderr).toContain("no run 7");
  });
});

test("the XML is kept under its hash, packed", async () => {
  const bench = useBench();
  bench.write("1.xml", first);
  const { stdout } = await bench.run("import", "1.xml", "--db", "h.db", "--format", "jsonl");
  const { sha256 } = JSON.parse(stdout);
  const kept = bench.path(`h.db.xml/${sha256.slice(0, 2)}/${sha256}.xml.gz`);
  expect(execFileSync("gzip", ["-dc"], { input: readFileSync(kept), encoding: "utf8" })).toBe(first);
});

test("a slip is told of before anything is read", async () => {
  const bench = useBench();
  const said = async (...args: string[]) => {
    const { code, stderr } = await bench.run("import", ...args, "--db", "h.db");
    return { code, stderr };
  };
  expect(await said("-", "-")).toEqual({ code: 64, stderr: expect.stringContaining("given once only") });
  expect(await said("--vantage", "two words", "x.xml")).toEqual({
    code: 64,
    stderr: expect.stringContaining("one word"),
  });
  mkdirSync(bench.path("empty"));
  expect(await said("empty")).toEqual({ code: 64, stderr: expect.stringContaining("no scan") });
});
