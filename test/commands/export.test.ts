/** `portreeve export` through the real CLI. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseNmapXml } from "../../src/nmap/parseXml.js";
import { readHostNote, readRunNote } from "../../src/nmap/readNotes.js";
import { openStore } from "../../src/store/openStore.js";
import { observed, openCell, quietGroup, recordRun, service, silentHost } from "../store/observations.js";
import { type Bench, useBench } from "./bench.js";

const START = Date.UTC(2026, 10, 25, 9, 14, 3);
const web = openCell(80, { ttl: null, service: service("http", "nginx \u001b[2J", { version: "1.24.0" }) });
const hosts = [
  observed("10.0.0.5", {
    names: ["web.example"],
    cells: [web, openCell(22, { ttl: null, confidence: "single" })],
    quiet: [
      quietGroup("closed", [1, 2, 3]),
      quietGroup(
        "silent",
        Array.from({ length: 50 }, (_, i) => 30 + i),
      ),
    ],
  }),
  silentHost("10.0.0.9"),
];

/** A database `h.db` with run 1. */
function withRun(): Bench {
  const bench = useBench();
  const store = openStore(bench.path("h.db"), { mode: "write" });
  recordRun(store, START, hosts);
  store.close();
  return bench;
}

describe.concurrent("portreeve export", () => {
  test("writes nmap's XML that reads back as the run's observations", async () => {
    const bench = withRun();
    const { code, stdout, stderr } = await bench.run("export", "1", "--db", "h.db");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { document, form } = await parseNmapXml(stdout);
    if (document === null) throw new Error("no document");
    expect(form).toBe("whole");
    expect(readRunNote(document)).toMatchObject({ kind: "fits", value: { operator: "alice" } });
    const readings = document.hosts.map(readHostNote);
    const store = openStore(bench.path("h.db"), { mode: "read" });
    onTestFinished(() => store.close());
    const expected = [...store.observationsOf(1)];
    expect(readings.map((reading) => reading.kind === "fits" && reading.value.observation)).toEqual(
      expected.map((host) => ({ ...host, cells: [...host.cells].sort((a, b) => a.port - b.port) })),
    );
    // What was recorded, but for the order of cells.
    const { cells, quiet, covered, grade, names } = expected[0] ?? {};
    expect({ covered, grade, names }).toEqual({
      covered: hosts[0]?.covered,
      grade: "full",
      names: ["web.example"],
    });
    expect(cells).toEqual(expect.arrayContaining([...(hosts[0]?.cells ?? [])]));
    expect(quiet).toEqual(expect.arrayContaining([...(hosts[0]?.quiet ?? [])]));
  });

  test("writes a file of its owner's alone, and replaces one that is there", async () => {
    const bench = withRun();
    bench.write("run.csv", "old", 0o644);
    const { code, stdout } = await bench.run(
      "export",
      "1",
      "--format",
      "csv",
      "--output",
      "run.csv",
      "--db",
      "h.db",
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(readFileSync(bench.path("run.csv"), "utf8")).toMatch(/^address,protocol,port,ports,state/);
    expect(statSync(bench.path("run.csv")).mode & 0o777).toBe(0o600);
    expect(readdirSync(bench.folder).filter((name) => name.startsWith(".run"))).toEqual([]);
  });

  test("writes JSON Lines", async () => {
    const bench = withRun();
    const { stdout } = await bench.run("export", "1", "--format", "jsonl", "--db", "h.db");
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows[0]).toMatchObject({ schemaVersion: 1, run: { id: 1 } });
    expect(rows).toHaveLength(1 + 4 + 1);
  });

  test.each(["a folder", "a link"])("does not replace %s", async (what) => {
    const bench = withRun();
    if (what === "a link") symlinkSync("/dev/null", bench.path("out"));
    else mkdirSync(bench.path("out"));
    const { code, stderr } = await bench.run("export", "1", "--output", "out", "--db", "h.db");
    expect(code).toBe(1);
    expect(stderr).toMatch(/out is there already and is no regular file/);
  });

  test("names a folder that is not there", async () => {
    const bench = withRun();
    const { code, stderr } = await bench.run("export", "1", "--output", "no/such.xml", "--db", "h.db");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no\/such\.xml cannot be written.*\n.*--output/);
  });

  test.each([
    [["export", "9", "--db", "h.db"], /no run 9|run 9/],
    [["export", "x", "--db", "h.db"], /run's number/],
    [["export", "1", "--format", "pdf", "--db", "h.db"], /nmap-xml, jsonl, csv/],
  ])("refuses %j", async (args, message) => {
    const bench = withRun();
    const { code, stdout, stderr } = await bench.run(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
