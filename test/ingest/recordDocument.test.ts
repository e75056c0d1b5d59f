/** Foreign files all the way into the store. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PROTOCOLS } from "../../src/facts/port.js";
import { importFiles } from "../../src/ingest/importFiles.js";
import { type RecordedDocument, recordDocument, UNDATED } from "../../src/ingest/recordDocument.js";
import { xmlPath } from "../../src/store/keptXml.js";
import type { Store } from "../../src/store/store.js";
import { absent, corpora, cuts, readCorpus, truths } from "../nmap/corpora.js";
import { scratchStore } from "../store/sample.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-record-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, bytes: Buffer | string): string {
  const path = join(folder, name.replaceAll("/", "_"));
  writeFileSync(path, bytes);
  return path;
}

/** One file's ports have no protocol, and `-sO` asks protocols. */
const isOurs = (protocol: string) => PROTOCOLS.some((each) => each === protocol);

const place = (vantage: string) => ({ vantage, realm: "default", operator: "tester", audit: null });

/** What became of each document that was not refused. */
async function record(
  store: Store,
  paths: readonly string[],
  vantageOf: (path: string) => string,
): Promise<Map<string, RecordedDocument | null>> {
  const done = new Map<string, RecordedDocument | null>();
  for await (const { path, readFrom, documents } of importFiles(paths, { threads: 0 })) {
    for (const [index, document] of documents.entries()) {
      const file = { readFrom, name: path, index };
      const isNothing = document.facts.run === null;
      done.set(path, isNothing ? null : await recordDocument(store, file, document, place(vantageOf(path))));
    }
  }
  return done;
}

const undated = `<nmaprun scanner="nmap" args="nmap" version="7.93">
<host><status state="up" reason="syn-ack"/><address addr="10.0.0.1" addrtype="ipv4"/>
<ports><port protocol="tcp" portid="22"><state state="open" reason="syn-ack"/></port></ports></host>
<runstats><finished exit="success"/></runstats></nmaprun>`;

test("a file without any date is a run that proves nothing", async () => {
  const store = scratchStore();
  const done = await record(store, [written("undated.xml", undated)], () => "bastion");
  const [recorded] = done.values();
  expect(recorded?.run).toMatchObject({ source: "import", outcome: "partial", why: UNDATED });
  expect(store.openRows({})).toEqual([]);
});

test("a file that changes while it is read leaves nothing behind", async () => {
  const store = scratchStore();
  const path = written("changing.xml", undated.replace("<finished ", '<finished time="1700000000" '));
  for await (const { readFrom, documents } of importFiles([path], { threads: 0 })) {
    const [document] = documents;
    if (document === undefined) throw new Error("no document");
    writeFileSync(path, readFileSync(path, "utf8").replace("10.0.0.1", "10.0.0.2"));
    const recorded = await recordDocument(store, { readFrom, name: path, index: 0 }, document, place("a"));
    expect(recorded).toEqual({ run: null, why: expect.stringContaining("changed") });
    expect(existsSync(xmlPath(store.path, document.facts.sha256))).toBe(false);
  }
  expect(store.listRuns()).toEqual([]);
});

describe.skipIf(absent !== null)(
  `the corpora in the store${absent ? ` (skipped: ${absent})` : ""}`,
  { timeout: 120_000 },
  () => {
    const paths = truths.map(({ file }) => join(corpora, file));

    test("each file's open ports are those that another parser found, asked for its run", async () => {
      const store = scratchStore();
      // A vantage each: files of one place would be one history.
      const done = await record(store, paths, (path) => `v${paths.indexOf(path)}`);
      for (const [index, { file, hosts }] of truths.entries()) {
        const recorded = done.get(paths[index] as string) ?? null;
        if (recorded === null) continue;
        const vantage = `v${index}`;
        const rows = store.openRows({ vantage }).filter(({ state }) => state === "open");
        const expected = hosts
          .filter(({ addr }) => addr.some((each) => isIP(each) !== 0))
          .flatMap(({ addr, ports }) =>
            ports
              .filter(([protocol, , state]) => state === "open" && isOurs(protocol))
              .map(([protocol, port]) => `${addr[0]} ${port}/${protocol}`),
          );
        const found = rows.map(({ address, protocol, port }) => `${address} ${port}/${protocol}`);
        expect([file, found.sort()]).toEqual([file, [...new Set(expected)].sort()]);
      }
    });

    test("a cut after its whole file closes nothing, in whatever order they come", async () => {
      const files = [...new Set(cuts.map(({ file }) => file))];
      const whole = files.map((file) => join(corpora, file));
      const cutPaths = cuts.map((cut, i) =>
        written(`cut-${i}.xml`, readCorpus(cut.file).subarray(0, cut.bytes)),
      );
      const vantageOf = (path: string): string => {
        const cut = cutPaths.indexOf(path);
        return `v${cut < 0 ? whole.indexOf(path) : files.indexOf(cuts[cut]?.file ?? "")}`;
      };
      const store = scratchStore();
      const done = await record(store, [...cutPaths, ...whole], vantageOf);
      const closing = [...done].flatMap(([path, recorded]) => {
        const isCut = cutPaths.includes(path) && !cuts[cutPaths.indexOf(path)]?.well_formed;
        if (!isCut || recorded?.run == null) return [];
        return store
          .changesOf(recorded.run.id)
          .filter(({ kind }) => !["first-seen", "opened", "reopened", "service-changed"].includes(kind))
          .map(({ kind, address }) => `${path} ${kind} ${address}`);
      });
      expect(closing).toEqual([]);
      expect(done.size).toBeGreaterThan(300);
    });
  },
);
