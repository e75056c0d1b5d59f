/** `portreeve import` where something else goes wrong than the file at hand. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/openStore.js";
import { type Bench, useBench } from "./bench.js";

/** Hosts with ports that no other has, so that it takes room; about 1 KB each. */
function scan(day: number, hosts: number, tail = "</nmaprun>"): string {
  const start = 1_700_000_000 + day * 86_400;
  const elements = Array.from({ length: hosts }, (_, index) => {
    const ports = Array.from({ length: 8 }, (_, place) => {
      const port = 1 + ((index * 7919 + place * 131 + day * 17) % 65_000);
      return `<port protocol="tcp" portid="${port}"><state state="open" reason="syn-ack"/><service name="a" product="${(index * day) ** 3 % 7919}" method="probed" conf="10"/></port>`;
    });
    return `<host><status state="up" reason="echo-reply"/><address addr="10.${day}.${index >> 8}.${index & 255}" addrtype="ipv4"/><ports>${ports.join("")}</ports></host>\n`;
  });
  return `<?xml version="1.0"?>
<nmaprun scanner="nmap" args="nmap -oX - 10.0.0.0/8" start="${start}" version="7.93">
<scaninfo type="syn" protocol="tcp" numservices="65000" services="1-65000"/>
${elements.join("")}<runstats><finished time="${start + 9}" exit="success"/></runstats>
${tail}
`;
}

/** A file system of so many KB; false where it cannot be mounted. */
function mountSmall(bench: Bench, kilobytes: number): boolean {
  mkdirSync(bench.path("small"));
  const options = `size=${kilobytes}k,mode=0700`;
  if (process.getuid?.() !== 0) return false;
  if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", bench.path("small")]).status !== 0)
    return false;
  onTestFinished(() => void spawnSync("umount", ["-l", bench.path("small")]));
  return true;
}

describe("on a full disk", () => {
  test.each([700, 1300])("of %d KB the import ends, and says what to do", async (kilobytes) => {
    const bench = useBench();
    if (!mountSmall(bench, kilobytes)) return;
    const names = Array.from({ length: 12 }, (_, day) => `day${String(day).padStart(2, "0")}.xml`);
    for (const [day, name] of names.entries()) writeFileSync(bench.path(name), scan(day, 300));
    const run = await bench.run("import", ...names, "--db", "small/h.db");
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/the disk is full/);
    expect(run.stderr).toMatch(/make room, then import again/);
    expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(run.stdout).not.toMatch(/refused/);
    const told = run.stdout.split("\n").filter((line) => line.includes("complete"));
    expect(told.length).toBeLessThan(names.length);
    const store = openStore(bench.path("small/h.db"), { mode: "read" });
    expect(store.listRuns()).toHaveLength(told.length);
    store.close();
  });

  // The XML is kept while its file is read: there the disk is full first.
  test.each([5000, 9000])("over the XML of %d hosts it ends in the same way", async (hosts) => {
    const bench = useBench();
    if (!mountSmall(bench, 700)) return;
    writeFileSync(bench.path("a.xml"), scan(1, 10));
    writeFileSync(bench.path("b.xml"), scan(2, hosts));
    writeFileSync(bench.path("c.xml"), scan(3, 10));
    const run = await bench.run("import", "a.xml", "b.xml", "c.xml", "--db", "small/h.db");
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^complete +a\.xml: [^\n]*\n$/);
    expect(run.stderr).toMatch(/the disk is full: .*\n.*make room, then import again/);
  });
});

test("the same file twice at the same time comes in once, and the other import says so", async () => {
  const bench = useBench();
  writeFileSync(bench.path("a.xml"), scan(1, 3000));
  const runs = await Promise.all(
    [1, 2, 3].map(() => bench.run("import", "a.xml", "--db", "h.db", "--format", "json")),
  );
  const rows = runs.map(({ stdout }) => JSON.parse(stdout).rows[0]);
  expect(rows.map(({ known }) => known).sort()).toEqual([false, true, true]);
  expect(new Set(rows.map(({ run }) => run)).size).toBe(1);
});

describe("a large file", () => {
  const hosts = 9000;
  const tooDeep = "<a>".repeat(2000);

  test("that is refused after thousands of hosts makes no database, and nothing beside it", async () => {
    const bench = useBench();
    writeFileSync(bench.path("bad.xml"), scan(1, hosts, tooDeep));
    mkdirSync(bench.path("data"));
    const run = await bench.run("import", "bad.xml", "--db", "data/h.db");
    expect(run.stdout).toMatch(/refused/);
    expect(run.code).toBe(1);
    expect(readdirSync(bench.path("data"))).toEqual([]);
  });

  test("that is in order makes it, with its XML, and is known from then on", async () => {
    const bench = useBench();
    writeFileSync(bench.path("good.xml"), scan(1, hosts));
    const run = await bench.run("import", "good.xml", "--db", "data/h.db", "--format", "json");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const [row] = JSON.parse(run.stdout).rows;
    expect(row).toMatchObject({ known: false, grade: "complete", hosts });
    const store = openStore(bench.path("data/h.db"), { mode: "read" });
    expect(store.openRows({ at: Date.parse("2030-01-01") })).toHaveLength(hosts * 8);
    store.close();
    expect(existsSync(bench.path(`data/h.db.xml/${row.sha256.slice(0, 2)}/${row.sha256}.xml.gz`))).toBe(true);
    const again = await bench.run("import", "good.xml", "--db", "data/h.db");
    expect(again.stdout).toMatch(/was imported before/);
  });
});

test("where the XML of one of many cannot be kept, those before it are in and told, and it is named", async () => {
  const bench = useBench();
  const names = ["a.xml", "b.xml", "c.xml", "d.xml"];
  for (const [day, name] of names.entries()) writeFileSync(bench.path(name), scan(day, 5));
  const hash = createHash("sha256")
    .update(readFileSync(bench.path("c.xml")))
    .digest("hex");
  mkdirSync(bench.path("h.db.xml"));
  // Where the folder of its XML would be.
  writeFileSync(bench.path(`h.db.xml/${hash.slice(0, 2)}`), "");
  const run = await bench.run("import", ...names, "--db", "h.db");
  expect(run.code).toBe(1);
  expect(run.stdout.match(/^\w+ +\w+\.xml/gm)).toEqual(["complete  a.xml", "complete  b.xml"]);
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(run.stderr).toContain("h.db.xml");
  const store = openStore(bench.path("h.db"), { mode: "read" });
  expect(store.listRuns()).toHaveLength(2);
  expect(store.check().flatMap(({ faults }) => faults)).toEqual([]);
  store.close();
});

test("what is told of a folder that is stopped in the middle is what is in the store", async () => {
  const bench = useBench();
  mkdirSync(bench.path("scans"));
  for (let day = 1; day <= 60; day++) writeFileSync(bench.path(`scans/day${day}.xml`), scan(day, 250));
  const child = bench.start(["import", "scans", "--db", "h.db"]);
  let stdout = "";
  child.stdout?.on("data", (piece) => {
    if (stdout === "") child.kill("SIGINT");
    stdout += piece;
  });
  const [code] = await once(child, "close");
  const told = stdout.match(/^complete/gm) ?? [];
  const store = openStore(bench.path("h.db"), { mode: "read" });
  expect(store.listRuns()).toHaveLength(told.length);
  store.close();
  expect([0, 130]).toContain(code);
});
