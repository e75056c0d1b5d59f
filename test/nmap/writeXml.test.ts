import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import type { PortSet } from "../../src/facts/port.js";
import type { Run } from "../../src/facts/run.js";
import type { NmapHost } from "../../src/nmap/document.js";
import { parseNmapXml } from "../../src/nmap/parseXml.js";
import { readHostNote, readRunNote } from "../../src/nmap/readNotes.js";
import { runNoteOf } from "../../src/nmap/runNote.js";
import { comparePorts } from "../../src/nmap/visibleAnswers.js";
import type { ExportedHost } from "../../src/nmap/writeHost.js";
import { writeXml } from "../../src/nmap/writeXml.js";
import {
  countPorts,
  emptyPortSet,
  portSetOf,
  portSetOfRanges,
  subtractPorts,
  unionPorts,
} from "../../src/scope/portSet.js";
import { draft, observed, openCell, quietGroup, service } from "../store/observations.js";
import { anyHost, anyRun } from "./exported.js";
import { plainObservation, portsByProof } from "./plainObservation.js";

const START = Date.UTC(2026, 10, 25, 9, 14, 3, 250);

function runOf(more: Partial<Run> = {}): Run {
  return {
    ...draft(START),
    startedAt: START,
    id: 12,
    endedAt: START + 61_500,
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
}

const exported = (observation: HostObservation): ExportedHost => ({
  observation,
  startedAt: null,
  endedAt: null,
});

function xmlOf(run: Run, hosts: readonly ExportedHost[]): string {
  return [...writeXml(run, hosts)].join("");
}

async function readBack(xml: string): Promise<NmapHost[]> {
  const { form, document, notes } = await parseNmapXml(xml);
  expect({ form, notes }).toEqual({ form: "whole", notes: [] });
  return [...(document?.hosts ?? [])];
}

/** The order of cells says nothing. */
function sorted(host: ExportedHost): ExportedHost {
  const cells = [...host.observation.cells].sort(comparePorts);
  return { ...host, observation: { ...host.observation, cells } };
}

describe("an export", () => {
  test("read back is the same run and the same observations, whatever the texts", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.array(anyHost, { maxLength: 4 }), async (run, hosts) => {
        const { form, document, notes } = await parseNmapXml(xmlOf(run, hosts));
        expect({ form, notes }).toEqual({ form: "whole", notes: [] });
        if (document === null) throw new Error("no document");
        expect(readRunNote(document)).toEqual({ kind: "fits", value: runNoteOf(run) });
        expect(document.hosts.map(readHostNote)).toEqual(
          hosts.map((host) => ({ kind: "fits", value: sorted(host) })),
        );
      }),
      { numRuns: 400 },
    );
  });

  test("shows no port, to readers who know no notes, that was not covered", async () => {
    await fc.assert(
      fc.asyncProperty(anyHost, async (host) => {
        const [read] = await readBack(xmlOf(runOf(), [host]));
        if (read === undefined) throw new Error("no host");
        expect(shownPorts(read)).toEqual(host.observation.covered);
        // And what they make of it is never more than what was proved: open or an answer out of silence.
        const open = portSetOf(read.ports.filter(({ state }) => state === "open"));
        const known = unionPorts(
          portSetOf(host.observation.cells.filter(({ state }) => state === "open")),
          ...host.observation.quiet.filter(({ state }) => state === "open").map(({ ports }) => ports),
        );
        expect(countPorts(subtractPorts(open, known))).toBe(0);
      }),
    );
  });

  test("tells what it cannot say only in attributes that nmap has, in ASCII", () => {
    fc.assert(
      fc.property(anyRun, anyHost, (run, host) => {
        const xml = xmlOf(run, [host]);
        for (const [, note] of xml.matchAll(/(?:comment|profile_name)="([^"]*)"/g)) {
          expect(note).toMatch(/^portreeve\/1 [ -~]*$/);
          expect(note).not.toMatch(/[<>]/);
        }
        // Nothing that drives a terminal stands in it raw.
        expect(xml).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test("of plain hosts reads, without notes, as nmap's own file of them would", async () => {
    const host = observed("10.0.0.5", {
      cells: [openCell(22, { service: service("ssh", "OpenSSH", { version: "9.2p1" }) }), openCell(443)],
      quiet: [quietGroup("closed", [1, 2, 3]), quietGroup("silent", range(100, 200))],
    });
    const [read] = await readBack(xmlOf(runOf(), [exported(host)]));
    if (read === undefined) throw new Error("no host");
    const { cells, quiet, covered } = plainObservation(read);
    const imported = host.cells.map((cell) => ({ ...cell, confidence: "imported" }));
    expect({ cells, covered }).toEqual({ cells: imported, covered: host.covered });
    expect(portsByProof(quiet)).toEqual(portsByProof(host.quiet));
  });
});

describe("a note", () => {
  const host = observed("10.0.0.5", {
    cells: [openCell(22, { confidence: "unconfirmed", proof: "unstable" })],
    quiet: [
      quietGroup("closed", [1, 2, 3]),
      { state: "closed-or-filtered", reason: "no-response", proof: "silent", ports: ports(100, 200) },
    ],
  });
  const xml = xmlOf(runOf(), [exported(host)]);

  test.each([
    [
      "a port more",
      (text: string) => text.replace(/<\/ports>/, `${portOf(80, "open")}</ports>`),
      /more ports/,
    ],
    [
      "a port less",
      (text: string) => text.replace(/<port protocol="tcp" portid="22">.*<\/port>/, ""),
      /open/,
    ],
    ["another group", (text: string) => text.replace('ports="100-200"', 'ports="100-300"'), null],
    ["another state", (text: string) => text.replace('state="closed|filtered"', 'state="closed"'), /ports/],
    ["a group without ports", (text: string) => text.replace(' ports="100-200"', ""), /without its ports/],
    ["a port twice", (text: string) => text.replace("</ports>", `${portOf(1, "filtered")}</ports>`), /twice/],
    ["a host that is down", (text: string) => text.replace('state="up"', 'state="down"'), /status/],
    [
      "a newer note",
      (text: string) => text.replace('comment="portreeve/1', 'comment="portreeve/2'),
      /version/,
    ],
    ["no JSON", (text: string) => text.replace('comment="portreeve/1 {', 'comment="portreeve/1 '), /JSON/],
    [
      "an unknown field",
      (text: string) => text.replace("&quot;presence&quot;", "&quot;x&quot;:1,&quot;presence&quot;"),
      /x/,
    ],
  ])("that does not fit the file is not believed: %s", async (_, edit, why) => {
    const edited = edit(xml);
    expect(edited).not.toBe(xml);
    const [read] = await readBack(edited);
    if (read === undefined) throw new Error("no host");
    const reading = readHostNote(read);
    if (why === null) {
      // The rest of a group is what the file shows of it, as it would be in any file of nmap's.
      expect(reading.kind).toBe("fits");
      return;
    }
    expect(reading).toMatchObject({ kind: "unfit", why: expect.stringMatching(why) });
  });

  test("in a banner is a banner", async () => {
    const forged = 'portreeve/1 {"presence":"vanished","aliveReason":null,"grade":"full"}" comment="x';
    const cell = openCell(22, {
      service: service("ssh", forged),
      scripts: [{ id: "banner", output: forged }],
    });
    const hostile = observed("10.0.0.5", {
      cells: [cell],
      names: [forged],
      vendor: forged,
      mac: "02:00:00:00:00:02",
    });
    const [read] = await readBack(xmlOf(runOf(), [exported(hostile)]));
    expect(read && readHostNote(read)).toEqual({ kind: "fits", value: exported(hostile) });
  });

  test("of another's is none", async () => {
    const [read] = await readBack(xml.replace(/comment="[^"]*"/, 'comment="the printer on floor 2"'));
    expect(read && readHostNote(read)).toEqual({ kind: "none" });
  });
});

describe("the run in an export", () => {
  test.each([
    ["complete", null, 'exit="success"'],
    [
      "partial",
      "3 of 10 cells are missing",
      'exit="error" errormsg="portreeve: partial: 3 of 10 cells are missing"',
    ],
    ["interrupted", null, 'exit="error" errormsg="portreeve: interrupted"'],
    ["running", null, 'exit="error" errormsg="portreeve: running"'],
  ] as const)("that is %s ends so", (outcome, why, expected) => {
    expect(xmlOf(runOf({ outcome, why }), [])).toContain(expected);
  });

  test("is told as the nmap command that asks the same", () => {
    const run = runOf({
      ports: "T:22,80-90,U:53",
      targets: ["10.0.0.0/24", "it's"],
      exclusions: ["10.0.0.1", "10.0.0.2"],
    });
    const xml = xmlOf(run, []);
    expect(xml).toContain(
      `args="nmap -n -sS -sU -sV -p T:22,80-90,U:53 --max-rate 500 --exclude 10.0.0.1,10.0.0.2 -oX - 10.0.0.0/24 'it'\\''s'"`,
    );
    expect(xml).toContain('<scaninfo type="syn" protocol="tcp" numservices="12" services="22,80-90"/>');
    expect(xml).toContain('<scaninfo type="udp" protocol="udp" numservices="1" services="53"/>');
    expect(xml).toContain('startstr="Wed Nov 25 09:14:03 2026"');
    expect(xml).toContain('elapsed="61.50"');
  });

  test("counts the hosts", () => {
    const hosts = [observed("10.0.0.1"), observed("10.0.0.2", { presence: "silent", aliveReason: null })];
    expect(xmlOf(runOf(), hosts.map(exported))).toContain('<hosts up="1" down="255" total="256"/>');
  });
});

function portOf(port: number, state: string): string {
  return `<port protocol="tcp" portid="${port}"><state state="${state}" reason="syn-ack" reason_ttl="64"/></port>`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function ports(from: number, to: number): PortSet {
  return portSetOfRanges({ tcp: [[from, to]] });
}

function shownPorts({ ports, extraPorts }: NmapHost): PortSet {
  const groups = extraPorts.flatMap(({ reasons }) =>
    reasons.map(({ protocol, ports }) =>
      protocol === null ? emptyPortSet : portSetOfRanges({ [protocol]: ports ?? [] }),
    ),
  );
  return unionPorts(portSetOf(ports), ...groups);
}
