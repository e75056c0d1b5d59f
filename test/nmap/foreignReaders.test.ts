/** What nmap's own tools make of an export: its DTD, its stylesheet, ndiff. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import type { Run } from "../../src/facts/run.js";
import type { ExportedHost } from "../../src/nmap/writeHost.js";
import { writeXml } from "../../src/nmap/writeXml.js";
import { draft, observed, openCell, quietGroup, service } from "../store/observations.js";
import { anyHost, anyRun } from "./exported.js";

const DTD = "/usr/share/nmap/nmap.dtd";
const XSL = "/usr/share/nmap/nmap.xsl";

const has = (tool: string) => spawnSync(tool, ["--version"]).error === undefined;
const missing = (...tools: string[]) => tools.filter((tool) => !has(tool));

const START = Date.UTC(2026, 10, 25, 9, 14, 3);

function exportOf(hosts: readonly HostObservation[], more: Partial<Run> = {}): string {
  const run: Run = {
    ...draft(START),
    startedAt: START,
    id: 1,
    endedAt: START + 60_000,
    outcome: "complete",
    why: null,
    warnings: [],
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
    recall: null,
    silenced: [],
    disbelieved: [],
    ...more,
  };
  const exported = hosts.map((observation) => ({ observation, startedAt: START, endedAt: START + 1_000 }));
  return [...writeXml(run, exported)].join("");
}

function files(...texts: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-export-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return texts.map((text, i) => {
    const file = join(folder, `${i}.xml`);
    writeFileSync(file, text);
    return file;
  });
}

function answerOf(tool: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

const noXmllint = missing("xmllint");
describe.skipIf(noXmllint.length > 0)(`nmap's DTD (missing: ${noXmllint.join(", ") || "nothing"})`, () => {
  const validity = (...paths: string[]) =>
    answerOf("xmllint", "--noout", "--nonet", "--dtdvalid", DTD, ...paths);

  test("is kept, whatever is exported", () => {
    // A process for many documents: each costs more to start than to read.
    const documents = fc.sample(fc.tuple(anyRun, fc.array(anyHost, { maxLength: 3 })), 150);
    const paths = files(...documents.map(([run, hosts]) => [...writeXml(run, hosts)].join("")));
    expect(validity(...paths)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("is what is tested here: xmllint finds an attribute of one's own", () => {
    const [path = ""] = files(exportOf([observed("10.0.0.5")]).replace("<host ", '<host vantage="x" '));
    expect(validity(path).status).not.toBe(0);
  });
});

const noXsltproc = missing("xsltproc");
describe.skipIf(noXsltproc.length > 0)(`nmap.xsl (missing: ${noXsltproc.join(", ") || "nothing"})`, () => {
  test("shows the ports", () => {
    const web = openCell(80, { service: service("http", "nginx", { version: "1.24.0" }) });
    const host = observed("10.0.0.5", { cells: [web], quiet: [quietGroup("closed", [1, 2, 3])] });
    const [path = ""] = files(exportOf([host]));
    const { status, stdout, stderr } = answerOf("xsltproc", "--nonet", XSL, path);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("10.0.0.5");
    expect(stdout).toMatch(/80[\s\S]*open[\s\S]*http[\s\S]*nginx[\s\S]*1\.24\.0/);
  });
});

const noNdiff = missing("ndiff");
describe.skipIf(noNdiff.length > 0)(`ndiff (missing: ${noNdiff.join(", ") || "nothing"})`, () => {
  /** Its lines of difference; the first two tell the runs. */
  function differences(a: string, b: string): string[] {
    const { status, stdout, stderr } = answerOf("ndiff", ...files(a, b));
    expect(stderr).toBe("");
    expect([0, 1]).toContain(status);
    return stdout.split("\n").filter((line) => /^[-+]/.test(line) && !/^[-+]Nmap /.test(line));
  }

  const ssh = openCell(22, { service: service("ssh", "OpenSSH", { version: "9.2p1" }) });
  const quiet = [
    quietGroup(
      "closed",
      Array.from({ length: 70 }, (_, i) => 30 + i),
    ),
  ];
  const before = observed("10.0.0.5", { cells: [ssh, openCell(80)], quiet });

  test("sees none between runs that proved the same, though run, beliefs and times differ", () => {
    const after = {
      ...before,
      cells: before.cells.map((cell) => ({ ...cell, confidence: "single" as const })),
      holesUnjudged: "resets everything",
    };
    const later = { id: 2, startedAt: START + 86_400_000, endedAt: START + 86_460_000, operator: "bob" };
    expect(differences(exportOf([before]), exportOf([after], later))).toEqual([]);
  });

  test("sees exactly what changed", () => {
    const after = observed("10.0.0.5", {
      cells: [{ ...ssh, service: service("ssh", "OpenSSH", { version: "9.6p1" }) }, openCell(443)],
      quiet: [...quiet, quietGroup("silent", [80])],
    });
    expect(
      differences(exportOf([before]), exportOf([after])).map((line) => line.replace(/ +/g, " ")),
    ).toEqual([
      "-22/tcp open ssh OpenSSH 9.2p1",
      "+22/tcp open ssh OpenSSH 9.6p1",
      "-80/tcp open",
      "+80/tcp filtered",
      "+443/tcp open",
    ]);
  });

  test("sees hosts come and go", () => {
    const lines = differences(exportOf([before]), exportOf([observed("10.0.0.9", { cells: [ssh] })]));
    expect(lines).toContain("-10.0.0.5:");
    expect(lines).toContain("+10.0.0.9:");
  });

  test("reads whatever is exported", () => {
    for (const [run, hosts] of fc.sample(fc.tuple(anyRun, fc.array(anyHost, { maxLength: 3 })), 12)) {
      const text = [...writeXml(run, hosts.map(withOneScript))].join("");
      const { status, stderr } = answerOf("ndiff", ...files(text, exportOf([before])));
      expect(stderr).not.toMatch(/Traceback|Error/);
      expect([0, 1]).toContain(status);
    }
  });
});

/** ndiff 7.93 itself ends in a traceback on a port with two scripts, nmap's own files included (`script_results.sort()`). */
function withOneScript(host: ExportedHost): ExportedHost {
  const cells = host.observation.cells.map((cell) => ({ ...cell, scripts: cell.scripts.slice(0, 1) }));
  return { ...host, observation: { ...host.observation, cells } };
}
