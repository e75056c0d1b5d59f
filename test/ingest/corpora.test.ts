/** Files that third parties' tools really wrote, through the way in of `portreeve import`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import { PROTOCOLS } from "../../src/facts/port.js";
import type { DocumentFacts } from "../../src/ingest/documentFacts.js";
import { importFiles } from "../../src/ingest/importFiles.js";
import { listPorts } from "../../src/scope/portSet.js";
import { absent, corpora, cuts, readCorpus, refusedForCause, type Truth, truths } from "../nmap/corpora.js";

interface Read {
  readonly facts: DocumentFacts;
  readonly hosts: readonly HostObservation[];
}

const folder = mkdtempSync(join(tmpdir(), "portreeve-corpora-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each file holds; one document each. */
async function readAll(paths: readonly string[], threads: number): Promise<Read[]> {
  const all: Read[] = [];
  for await (const { documents } of importFiles(paths, { threads, form: "observations" })) {
    expect(documents).toHaveLength(1);
    for (const { facts, hosts } of documents) {
      const observations: HostObservation[] = [];
      for await (const chunk of hosts())
        for (const { observation } of chunk.hosts ?? []) observations.push(observation);
      all.push({ facts, hosts: observations });
    }
  }
  return all;
}

function written(name: string, bytes: Buffer): string {
  const path = join(folder, name.replaceAll("/", "_"));
  writeFileSync(path, bytes);
  return path;
}

function expectedGrade(truth: Truth): "complete" | "partial" | "refused" {
  if (truth.root !== "nmaprun" || refusedForCause.has(truth.file)) return "refused";
  const { finished } = truth;
  const isEnded = finished !== null && finished.exit !== "error" && finished.errormsg === null;
  return truth.well_formed && isEnded && truth.timedout.length === 0 ? "complete" : "partial";
}

/** `22/tcp open`, each port that is told to have a state. */
function statesOf({ cells, quiet }: HostObservation): string[] {
  return [
    ...cells.map(({ protocol, port, state }) => `${port}/${protocol} ${state}`),
    ...quiet.flatMap(({ state, ports }) =>
      [...listPorts(ports)].map(({ protocol, port }) => `${port}/${protocol} ${state}`),
    ),
  ];
}

function openServices({ cells }: HostObservation): string[] {
  return cells.map(({ protocol, port, service }) => `${port}/${protocol} ${service?.name ?? null}`).sort();
}

const isOurs = ([protocol]: Truth["hosts"][number]["ports"][number]) =>
  PROTOCOLS.some((each) => each === protocol);

describe.skipIf(absent !== null)(
  `the corpora, imported${absent ? ` (skipped: ${absent})` : ""}`,
  { timeout: 120_000 },
  () => {
    it("have the grades, hosts and states that another parser found in them, packed or not", async () => {
      const plain = await readAll(
        truths.map(({ file }) => join(corpora, file)),
        0,
      );
      const packed = await readAll(
        truths.map(({ file }) => written(`${file}.gz`, gzipSync(readCorpus(file)))),
        2,
      );
      expect(packed).toEqual(plain);
      for (const [index, truth] of truths.entries()) {
        const { facts, hosts } = plain[index] as Read;
        const where = truth.file;
        expect([where, facts.grade.grade]).toEqual([where, expectedGrade(truth)]);
        if (facts.grade.grade === "refused") continue;
        // test_osclass.xml has the word "IP" for its address.
        const known = truth.hosts.filter(({ addr }) => addr.some((each) => isIP(each) !== 0));
        expect([where, facts.hosts]).toEqual([where, known.length]);
        for (const host of known) {
          if (saysNothing(host)) continue;
          const found = hosts.find(({ address }) => host.addr.includes(address));
          if (found === undefined) throw new Error(`${where}: ${host.addr} is missing`);
          const shown = host.ports.filter(isOurs);
          const open = shown.filter(([, , state]) => state === "open");
          expect([where, openServices(found)]).toEqual([
            where,
            open.map(([protocol, port, , , service]) => `${port}/${protocol} ${service}`).sort(),
          ]);
          const states = new Set(statesOf(found));
          const isWhole = facts.scan?.positiveOnly === null && !host.timedout;
          if (!isWhole) {
            expect([where, found.quiet, found.grade]).toEqual([where, [], "positive-only"]);
            continue;
          }
          if (found.presence !== "alive") continue;
          for (const [protocol, port, state] of shown)
            expect([where, states.has(`${port}/${protocol} ${state}`)]).toEqual([where, true]);
          const counts = countsOf(found, host);
          const groups = groupsOf(host);
          expect([where, host.addr, counts]).toEqual([where, host.addr, readableGroups(groups, counts)]);
        }
      }
    });

    it("keep, cut anywhere, exactly the whole hosts before it, and close nothing", async () => {
      const names = cuts.map((cut, index) =>
        written(`cut-${index}`, readCorpus(cut.file).subarray(0, cut.bytes)),
      );
      const all = await readAll(names, 2);
      const wrong = cuts.filter((cut, index) => {
        const { facts, hosts } = all[index] as Read;
        const addresses = cut.addrs.filter((address) => isIP(address) !== 0);
        const isRight =
          (cut.well_formed || facts.grade.grade === "partial") &&
          facts.hosts === addresses.length &&
          addresses.every(
            (address) => mute.has(`${cut.file} ${address}`) || hosts.some((host) => host.address === address),
          ) &&
          (cut.well_formed ||
            hosts.every(({ quiet, grade }) => quiet.length === 0 && grade === "positive-only"));
        return !isRight;
      });
      expect(wrong).toEqual([]);
      expect(cuts.length).toBeGreaterThan(300);
    });
  },
);

/** scan_invalid_services.xml: no status, and ports without a protocol. */
function saysNothing({ status, ports }: Truth["hosts"][number]): boolean {
  return !status && !ports.some(isOurs);
}

const mute = new Set(
  truths.flatMap(({ file, hosts }) => hosts.filter(saysNothing).map(({ addr }) => `${file} ${addr[0]}`)),
);

/** How many ports of each state the file only counts. */
function groupsOf({ extraports }: Truth["hosts"][number]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [state, count] of extraports) counts[state] = (counts[state] ?? 0) + count;
  return counts;
}

/** Groups whose ports the file does not tell apart: nothing of them is known, or that none of them is open. */
function readableGroups(groups: Record<string, number>, counts: Record<string, number>) {
  // extra_ports.xml: nmap itself does not know the state of ten.
  if ("unknown" in groups) return {};
  return "closed-or-filtered" in counts ? { "closed-or-filtered": sumOf(Object.values(groups)) } : groups;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function countsOf(found: HostObservation, { ports }: Truth["hosts"][number]): Record<string, number> {
  const listed = new Set(ports.map(([protocol, port]) => `${port}/${protocol}`));
  const counts: Record<string, number> = {};
  for (const text of statesOf(found)) {
    const [port = "", state = ""] = text.split(" ");
    if (!listed.has(port)) counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}
