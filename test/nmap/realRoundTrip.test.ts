/** Real files of nmap's, read as observations, exported, and read back. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { PROTOCOLS } from "../../src/facts/port.js";
import type { Run } from "../../src/facts/run.js";
import type { NmapDocument } from "../../src/nmap/document.js";
import { findNmap } from "../../src/nmap/locate.js";
import { parseNmapXml } from "../../src/nmap/parseXml.js";
import { readHostNote } from "../../src/nmap/readNotes.js";
import { writeXml } from "../../src/nmap/writeXml.js";
import { formatPortSet, portSetOfRanges, unionPorts } from "../../src/scope/portSet.js";
import { draft } from "../store/observations.js";
import { plainObservation } from "./plainObservation.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures/nmap");

/** The run that a file tells of. */
function runOf({ scanInfo, startedAt, finished, hosts, version }: NmapDocument): Run {
  const asked = scanInfo.flatMap(({ protocol, ports }) =>
    PROTOCOLS.filter((each) => each === protocol).map((each) => portSetOfRanges({ [each]: ports })),
  );
  return {
    ...draft(startedAt ?? 0, { source: "import", addressCount: hosts.length, nmapVersion: version }),
    startedAt: startedAt ?? 0,
    ports: formatPortSet(unionPorts(...asked)),
    id: 1,
    endedAt: finished?.at ?? null,
    outcome: finished?.exit === "success" ? "complete" : "partial",
    why: null,
    warnings: [],
    coverage: null,
    cellsDue: null,
    cellsCovered: null,
    recall: null,
    silenced: [],
    disbelieved: [],
  };
}

async function exportAndReadBack(xml: string) {
  const { document } = await parseNmapXml(xml);
  if (document === null) throw new Error("no document");
  const hosts = document.hosts.map((host) => {
    return { observation: plainObservation(host), startedAt: host.startedAt, endedAt: host.endedAt };
  });
  const text = [...writeXml(runOf(document), hosts)].join("");
  const again = await parseNmapXml(text);
  expect({ form: again.form, notes: again.notes }).toEqual({ form: "whole", notes: [] });
  const expected = hosts.map((value) => ({ kind: "fits", value }));
  expect(again.document?.hosts.map(readHostNote)).toEqual(expected);
  // Without its notes it says the same, too: all of it was nmap's to begin with.
  const plain = again.document?.hosts.map((host) => plainObservation({ ...host, comment: null }));
  expect(plain).toEqual(hosts.map(({ observation }) => observation));
  return { text, hosts };
}

/** ndiff's lines of difference, less names that nmap looks up for ports nobody identified. */
function differences(a: string, b: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-export-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const paths = [a, b].map((text, i) => {
    const path = join(folder, `${i}.xml`);
    writeFileSync(path, text.replace(/<service [^>]*method="table"[^>]*\/>/g, ""));
    return path;
  });
  const { stdout, stderr } = spawnSync("ndiff", paths, { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => /^[-+]/.test(line) && !/^[-+]Nmap /.test(line));
}

const noNdiff = spawnSync("ndiff", ["--help"]).error !== undefined;

describe("an export of nmap's own file", () => {
  const files = readdirSync(FIXTURES).filter((name) => name.endsWith(".xml"));

  test.each(files)("%s reads back as it was", async (name) => {
    await exportAndReadBack(readFileSync(join(FIXTURES, name), "utf8"));
  });

  test.skipIf(noNdiff).each(["loopback-services.xml", "loopback-udp.xml", "ipv6.xml", "sweep-two-hosts.xml"])(
    "%s is the same to ndiff (skipped where ndiff is missing)",
    async (name) => {
      const xml = readFileSync(join(FIXTURES, name), "utf8");
      const { text } = await exportAndReadBack(xml);
      expect(differences(xml, text)).toEqual([]);
    },
  );
});

describe("a scan of this machine", () => {
  test("comes back from its export with service, closed and UDP ports", { timeout: 120_000 }, async () => {
    const server = createServer((_, response) =>
      response.setHeader("Server", "nginx/1.24.0").end("<p>\u001b[2J"),
    );
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const root = process.geteuid?.() === 0;
    const argv = [
      "-n",
      "--noninteractive",
      "--no-stylesheet",
      root ? "-sSU" : "-sT",
      "-sV",
      "--version-light",
    ];
    const ports = root ? `T:${port},1-40,U:7,9` : `T:${port},1-40`;
    // The server answers in this process: it must not wait for nmap.
    const { stdout: xml } = await promisify(execFile)(await findNmap(), [
      ...argv,
      "-p",
      ports,
      "-oX",
      "-",
      "127.0.0.1",
    ]);
    const { hosts } = await exportAndReadBack(xml);
    const cell = hosts[0]?.observation.cells.find((each) => each.port === port);
    expect(cell?.service).toMatchObject({ name: "http", product: "nginx", version: "1.24.0" });
    expect(hosts[0]?.observation.quiet.length).toBeGreaterThan(0);
  });
});
