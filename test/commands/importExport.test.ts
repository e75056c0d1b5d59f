/** A scan of nmap's, imported and exported again, is the same to nmap's own tools. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useBench } from "./bench.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures/nmap");
const DTD = "/usr/share/nmap/nmap.dtd";
const missing = ["ndiff", "xmllint", "nmap"].filter(
  (tool) => spawnSync(tool, ["--version"]).error !== undefined,
);
if (!existsSync(DTD)) missing.push(DTD);

/** ndiff's lines of difference, the line of the runs' own aside. */
function differences(before: string, after: string): string[] {
  const { stdout, stderr } = spawnSync("ndiff", [before, after], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => /^[-+]/.test(line) && !/^[-+]Nmap /.test(line));
}

describe.skipIf(missing.length > 0)(`nmap's tools (missing: ${missing.join(", ") || "none"})`, () => {
  test("see no difference between a scan and its export", { timeout: 120_000 }, async () => {
    const bench = useBench();
    const plain = ["loopback-services.xml", "loopback-udp.xml", "ipv6.xml", "sweep-two-hosts.xml"];
    for (const name of plain) copyFileSync(join(FIXTURES, name), bench.path(name));
    const fresh = spawnSync("nmap", ["-n", "-sT", "-p", "1-60", "-oX", "-", "127.0.0.1"], {
      encoding: "utf8",
    });
    writeFileSync(bench.path("fresh.xml"), fresh.stdout);
    const files = [...plain, "fresh.xml"];
    for (const file of files) {
      const imported = await bench.run("import", file, "--db", "h.db", "--format", "jsonl");
      const { run } = JSON.parse(imported.stdout);
      const number = String(typeof run === "number" ? run : run.id);
      const exported = await bench.run("export", number, "--db", "h.db", "--output", `out-${file}`);
      expect({ file, code: exported.code, stderr: exported.stderr }).toEqual({ file, code: 0, stderr: "" });
      expect([file, differences(bench.path(file), bench.path(`out-${file}`))]).toEqual([file, []]);
    }
    const outputs = readdirSync(bench.folder).filter((name) => name.startsWith("out-"));
    const paths = outputs.map((name) => bench.path(name));
    const { status, stderr } = spawnSync("xmllint", ["--noout", "--nonet", "--dtdvalid", DTD, ...paths], {
      encoding: "utf8",
    });
    expect({ status, stderr, count: outputs.length }).toEqual({ status: 0, stderr: "", count: files.length });
    // And imported where the scan is known, it is the same run's word at its own place, or another database's whole.
    const again = await bench.run("import", "out-fresh.xml", "--db", "other.db", "--format", "jsonl");
    expect(again.code).toBe(0);
    const twice = await bench.run("export", "1", "--db", "other.db", "--output", "twice.xml");
    expect(twice.code).toBe(0);
    expect(differences(bench.path("out-fresh.xml"), bench.path("twice.xml"))).toEqual([]);
    expect(spawnSync("cmp", [bench.path("out-fresh.xml"), bench.path("twice.xml")]).status).toBe(0);
  });
});
