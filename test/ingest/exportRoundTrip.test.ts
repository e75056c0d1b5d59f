/** Import of an export is the identity on observations. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import type { Run } from "../../src/facts/run.js";
import { type ImportedFile, importFile } from "../../src/ingest/importFiles.js";
import { recordDocument } from "../../src/ingest/recordDocument.js";
import { runNoteOf } from "../../src/nmap/runNote.js";
import { comparePorts } from "../../src/nmap/visibleAnswers.js";
import type { ExportedHost } from "../../src/nmap/writeHost.js";
import { writeXml } from "../../src/nmap/writeXml.js";
import type { Store } from "../../src/store/store.js";
import { anyHost, anyRun } from "../nmap/exported.js";
import {
  draft,
  ending,
  observed,
  openCell,
  quietGroup,
  recordRun,
  service,
  silentHost,
} from "../store/observations.js";
import { scratchStore } from "../store/sample.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-round-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function written(xml: string): string {
  count += 1;
  const path = join(folder, `${count}.xml`);
  writeFileSync(path, xml);
  return path;
}

function readIn<T>(xml: string, take: (file: ImportedFile) => Promise<T>): Promise<T> {
  return importFile(written(xml), take, { threads: 0, form: "observations" });
}

async function hostsIn({ documents }: ImportedFile): Promise<ExportedHost[]> {
  const hosts: ExportedHost[] = [];
  for await (const chunk of documents[0]?.hosts() ?? []) {
    for (const { observation, startedAt, endedAt } of chunk.hosts ?? [])
      hosts.push({ observation, startedAt, endedAt });
  }
  return hosts;
}

/** The order of cells says nothing; outputs of scripts are no part of the history, and not read. */
function inOrder(observation: HostObservation): HostObservation {
  const cells = observation.cells.map((cell) => ({ ...cell, scripts: [] }));
  return { ...observation, cells: cells.sort(comparePorts) };
}

const anyHosts = fc.uniqueArray(anyHost, {
  maxLength: 5,
  selector: ({ observation }) => observation.address,
});

test("whatever is written comes back, host by host, with its run", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, anyHosts, async (run, hosts) => {
      await readIn([...writeXml(run, hosts)].join(""), async (file) => {
        const facts = file.documents[0]?.facts;
        expect(facts?.run?.note).toEqual(runNoteOf(run));
        expect(facts?.grade.grade).toBe(run.outcome === "complete" ? "complete" : "partial");
        const found = await hostsIn(file);
        expect(found.map((host) => ({ ...host, observation: inOrder(host.observation) }))).toEqual(
          hosts.map((host) => ({ ...host, observation: inOrder(host.observation) })),
        );
      });
    }),
    { numRuns: 300 },
  );
});

/** What an export of the run says. */
function exportOf(store: Store, run: number): string {
  const hosts = [...store.observationsOf(run)];
  return [
    ...writeXml(
      store.getRun(run),
      hosts.map((observation) => ({ observation, startedAt: null, endedAt: null })),
    ),
  ].join("");
}

/** Takes the file into the store, where its note says it belongs. */
function take(store: Store, xml: string): Promise<Run> {
  return readIn(xml, async ({ readFrom, documents }) => {
    const [document] = documents;
    const note = document?.facts.run?.note;
    if (document === undefined || note == null) throw new Error("no note");
    const { vantage, realm, operator } = note;
    const place = { vantage, realm, operator, audit: null };
    const { run } = await recordDocument(store, { readFrom, name: "x.xml", index: 0 }, document, place);
    if (run === null) throw new Error("not recorded");
    return run;
  });
}

describe("through the store", () => {
  const START = Date.UTC(2026, 10, 25, 9, 14, 3, 250);

  test("what a run said is what its export says in another store, byte by byte", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(anyHosts, async (hosts) => {
        const here = scratchStore();
        const run = recordRun(
          here,
          START,
          hosts.map(({ observation }) => observation),
        );
        const xml = exportOf(here, run);
        const there = scratchStore();
        const again = await take(there, xml);
        expect(there.getRun(again.id)).toMatchObject(runNoteOf(here.getRun(run)));
        expect([...there.observationsOf(again.id)]).toEqual([...here.observationsOf(run)]);
        expect(exportOf(there, again.id)).toBe(xml);
        // And taken back, as if it had never been there, it comes again as it was.
        there.forgetRun(again);
        const third = await take(there, xml);
        expect([...there.observationsOf(third.id)]).toEqual([...here.observationsOf(run)]);
      }),
      { numRuns: 60 },
    );
  });

  test("what a run missed, whom it harmed and what it does not believe go with it", async () => {
    const here = scratchStore();
    const { run } = here.beginRun(draft(START));
    here.recordHosts(run, [observed("10.0.0.5", { cells: [openCell(22)] })]);
    const figures = {
      recall: { estimate: 0.9991, lower: 0.9942, upper: 0.9998, source: "40,130 witnesses" },
      silenced: [
        {
          address: observed("10.0.0.5").address,
          lastAnswer: START + 1,
          lastSent: { stage: "sweep" as const, ports: "T:1-100", at: START + 2 },
        },
      ],
      disbelieved: [
        { place: "10.0.0.9", flag: "tarpit" as const, why: "all 1,000 TCP ports asked are open" },
      ],
    };
    here.endRun(run, ending(START + 5000, figures));
    expect(await take(scratchStore(), exportOf(here, run.id))).toMatchObject(figures);
  });

  test("a run that was not complete stays so, and a port keeps how far it may be believed", async () => {
    const here = scratchStore();
    const web = openCell(443, {
      confidence: "unconfirmed",
      service: service("https", "nginx", { tunnel: "ssl" }),
    });
    const hosts = [
      observed("10.0.0.5", {
        cells: [openCell(22, { ttl: null }), web],
        quiet: [quietGroup("closed", [1, 2, 3]), quietGroup("silent", [80, 81])],
        grade: "positive-only",
      }),
      silentHost("10.0.0.9"),
    ];
    const run = recordRun(here, START, hosts, { audit: "weekly", vantage: "office" });
    const there = scratchStore();
    const again = await take(there, exportOf(here, run));
    expect(again).toMatchObject({ source: "import", audit: "weekly", vantage: "office", startedAt: START });
    const [host] = there.observationsOf(again.id);
    expect(host?.cells.map(({ port, confidence }) => [port, confidence])).toEqual([
      [22, "confirmed"],
      [443, "unconfirmed"],
    ]);
    expect(host?.grade).toBe("positive-only");
  });
});

describe("a note in a file that is not as it was exported", () => {
  const run: Run = {
    ...draft(Date.UTC(2026, 10, 25, 9)),
    startedAt: Date.UTC(2026, 10, 25, 9),
    id: 1,
    endedAt: Date.UTC(2026, 10, 25, 10),
    outcome: "complete",
    why: null,
    warnings: [],
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
    recall: null,
    silenced: [],
    disbelieved: [],
  };
  const hosts = [
    observed("10.0.0.5", { cells: [openCell(22)], quiet: [quietGroup("closed", [1, 2, 3])] }),
    observed("10.0.0.6", { cells: [openCell(22)], quiet: [quietGroup("closed", [1, 2, 3])] }),
  ];
  const xml = [
    ...writeXml(
      run,
      hosts.map((observation) => ({ observation, startedAt: null, endedAt: null })),
    ),
  ].join("");
  const readHosts = (text: string) =>
    readIn(text, async (file) => {
      const { grade } = file.documents[0]?.facts ?? {};
      const read = await hostsIn(file);
      return { grade: grade?.grade, hosts: read.map(({ observation }) => observation) };
    });

  test("closes nothing where the file breaks off", async () => {
    const cut = await readHosts(xml.slice(0, xml.indexOf("<runstats")));
    expect(cut).toMatchObject({ grade: "partial", hosts: [{ quiet: [] }, { quiet: [] }] });
    expect(cut.hosts[0]?.cells).toMatchObject([{ port: 22, confidence: "imported" }]);
  });

  test.each([
    ["another start", (text: string) => text.replace(/ start="\d+"/, ' start="1700000000"')],
    ["another end", (text: string) => text.replace(/<finished time="\d+"/, '<finished time="1700000000"')],
    ["other ports asked", (text: string) => text.replace(/ services="[^"]*"/, ' services="1-9"')],
  ])("of its run counts for nothing with %s", async (_, edit) => {
    const edited = edit(xml);
    expect(edited).not.toBe(xml);
    await readIn(edited, async (file) => {
      expect(file.documents[0]?.facts.run?.note).toBeNull();
      for (const { observation } of await hostsIn(file))
        expect(observation.cells.map(({ confidence }) => confidence)).toEqual(["imported"]);
    });
  });

  test("of a host counts for nothing where the host was edited; the others' notes still do", async () => {
    const { grade, hosts } = await readHosts(
      xml.replace(/<port [^\n]*portid="22"/, (port) => port.replace("22", "23")),
    );
    expect(grade).toBe("complete");
    expect(hosts.map(({ cells }) => cells.map(({ port, confidence }) => [port, confidence]))).toEqual([
      [[23, "imported"]],
      [[22, "confirmed"]],
    ]);
  });

  test("counts for nothing in nmap's own file", async () => {
    const { hosts } = await readHosts(xml.replace(/ profile_name="[^"]*"/, ""));
    expect(hosts[0]?.cells).toMatchObject([{ confidence: "imported" }]);
  });
});
