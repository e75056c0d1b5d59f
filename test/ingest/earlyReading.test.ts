/** Large files, whose hosts are taken before their end is known. `npm run build` first: the threads run dist/. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it, test } from "vitest";
import type { HostChunk } from "../../src/ingest/hostSink.js";
import { importFiles } from "../../src/ingest/importFiles.js";
import { recordDocument, recordEarly } from "../../src/ingest/recordDocument.js";
import { parseAddress } from "../../src/scope/address.js";
import { scratchStore } from "../store/sample.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-early-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sS -p 1-100 10.0.0.0/8" start="1767225600" version="7.93">
<scaninfo type="syn" protocol="tcp" numservices="100" services="1-100"/>
`;
const TAIL = `<runstats><finished time="1767225700" elapsed="1.5" summary="done" exit="success"/>
<hosts up="1" down="0" total="1"/></runstats>
</nmaprun>
`;
const COUNT = 340;
/** Smaller than usual, or each case would take seconds. */
const largeFrom = 500_000;
const PADDING = "x".repeat(1200);

function host(number: number): string {
  const port = (id: number, product: string) =>
    `<port protocol="tcp" portid="${id}"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="s" product="${product}" method="probed" conf="10"/><script id="x" output="${PADDING}"><elem key="a">é</elem>
</script></port>
`;
  return `<host starttime="1767225600" endtime="1767225690"><status state="up" reason="echo-reply" reason_ttl="63"/>
<address addr="10.0.${number >> 8}.${number & 255}" addrtype="ipv4"/>
<ports><extraports state="closed" count="98"><extrareasons reason="reset" count="98" proto="tcp" ports="1-21,23-79,81-100"/></extraports>
${port(22, "a")}${port(80, `p${number % 9000}`)}</ports>
</host>
`;
}

const HOSTS = Array.from({ length: COUNT }, (_, number) => host(number));
const GOOD = HEAD + HOSTS.join("") + TAIL;
const half = (middle: string) =>
  HEAD + HOSTS.slice(0, COUNT / 2).join("") + middle + HOSTS.slice(COUNT / 2).join("") + TAIL;

function written(name: string, bytes: Buffer | string): string {
  const path = join(folder, name.replaceAll(" ", "-"));
  writeFileSync(path, bytes);
  return path;
}

interface Read {
  readonly isTaken: boolean;
  readonly facts: readonly unknown[];
  readonly hosts: readonly string[];
}

async function read(path: string, threads: number, isEarly: boolean): Promise<Read> {
  let early: string[] = [];
  const taker = { add: (chunk: HostChunk) => told(early, chunk), abandon: () => {} };
  const facts: unknown[] = [];
  const hosts: string[] = [];
  let isTaken = false;
  const take = () => {
    early = [];
    return taker;
  };
  for await (const { documents } of importFiles([path], {
    threads,
    largeFrom,
    form: "observations",
    ...(isEarly ? { early: take } : {}),
  })) {
    for (const document of documents) {
      facts.push(document.facts);
      isTaken ||= document.taken !== null;
      if (document.taken !== null) hosts.push(...early);
      else for await (const chunk of document.hosts()) told(hosts, chunk);
    }
  }
  return { isTaken, facts, hosts: hosts.sort() };
}

function told(list: string[], { hosts }: HostChunk): void {
  for (const each of hosts ?? []) list.push(JSON.stringify(each));
}

const comment = `<!-- ${"y".repeat(1e5)}${HOSTS.slice(0, 20).join("")}${"y".repeat(1e5)} -->\n`;

describe.each([0, 2])(
  "with %i threads a large file is read as any other",
  { timeout: 120_000 },
  (threads) => {
    it.each<[string, Buffer | string, boolean]>([
      ["in order", GOOD, true],
      ["with hosts in a comment in the middle", half(comment), threads < 2],
      ["with an address twice", half(HOSTS[5] as string), false],
      ["with an address twice in one half", HEAD + HOSTS[1] + HOSTS.join("") + TAIL, false],
      ["that breaks off", GOOD.slice(0, -200), false],
      ["that breaks off in the first half", half("<host></ports>"), false],
      ["that failed", GOOD.replace('exit="success"', 'exit="error"'), false],
      ["with another one behind it", GOOD + HEAD + HOSTS[0] + TAIL, false],
      ["packed", gzipSync(GOOD), false],
      ["in UTF-16", Buffer.from(GOOD, "utf16le"), false],
      [
        "with a skipped target in the middle",
        half('<target specification="x" status="skipped" reason="invalid"/>\n'),
        threads < 2,
      ],
      [
        "with a forbidden character in its first half",
        GOOD.replace('name="s"', 'name="s\u0001"'),
        threads < 2,
      ],
      [
        "with a forbidden character in its second half",
        half("").replace(`"p${COUNT - 1}"`, '"\u0001"'),
        true,
      ],
      [
        "with a byte that is no UTF-8",
        Buffer.from(GOOD.replace('name="s"', 'name="\u00e9"'), "latin1"),
        threads < 2,
      ],
      ["without hosts", HEAD + `<!-- ${"y".repeat(7e5)} -->`.repeat(2) + TAIL, false],
    ])("%s", async (name, bytes, isTaken) => {
      const path = written(`${threads} ${name}`, bytes);
      const usual = await read(path, 0, false);
      const early = await read(path, threads, true);
      expect(early.facts).toEqual(usual.facts);
      expect(early.hosts.length).toBe(usual.hosts.length);
      expect(early.hosts.every((each, index) => each === usual.hosts[index])).toBe(true);
      expect(early.isTaken).toBe(isTaken);
      rmSync(path);
    });
  },
);

describe("in the store", { timeout: 120_000 }, () => {
  const place = { vantage: "a", realm: "default", operator: "tester", audit: null };

  async function record(store: ReturnType<typeof scratchStore>, path: string, change: () => void = () => {}) {
    const early = (begun: Parameters<typeof recordEarly>[2]) => recordEarly(store, path, begun, place);
    for await (const { readFrom, identity, documents } of importFiles([path], {
      threads: 2,
      early,
      largeFrom,
    })) {
      const [document] = documents;
      if (document === undefined) throw new Error("no document");
      change();
      const recorded = await recordDocument(
        store,
        { readFrom, name: path, index: 0, identity },
        document,
        place,
      );
      return { ...recorded, isTaken: document.taken !== null };
    }
    throw new Error("no file");
  }

  test("it is recorded once, with the count of its hosts, and known again", async () => {
    const store = scratchStore();
    const path = written("store.xml", GOOD);
    const first = await record(store, path);
    expect(first).toMatchObject({
      isTaken: true,
      isKnown: false,
      run: { outcome: "complete", addressCount: COUNT },
      counts: { alive: COUNT, open: 2 * COUNT },
    });
    expect(store.openRows({}).length).toBe(2 * COUNT);
    expect(await record(store, path)).toMatchObject({
      isTaken: false,
      isKnown: true,
      run: { id: first.run?.id },
    });
  });

  test("one that repeats an address is recorded once, too", async () => {
    const store = scratchStore();
    expect(await record(store, written("twice.xml", half(HOSTS[5] as string)))).toMatchObject({
      isTaken: false,
      run: { outcome: "complete", addressCount: COUNT + 1 },
    });
    expect(store.listRuns()).toHaveLength(1);
    expect(store.openRows({}).length).toBe(2 * COUNT);
  });

  test("one that changes meanwhile leaves nothing behind, or is what it was", async () => {
    const store = scratchStore();
    const path = written("changing.xml", GOOD);
    const change = () => writeFileSync(path, GOOD.replace("10.0.0.1", "10.9.9.9"));
    const recorded = await record(store, path, change);
    if (recorded.run === null) expect(store.listRuns()).toEqual([]);
    else expect(store.openRows({ hosts: [parseAddress("10.0.0.1")] }).length).toBe(2);
  });
});
