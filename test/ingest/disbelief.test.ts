/** Tarpits and middleboxes in files: flagged as they are read, told with the run, and believed by nothing that judges. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { importFile } from "../../src/ingest/importFiles.js";
import { recordDocument } from "../../src/ingest/recordDocument.js";
import type { Store } from "../../src/store/store.js";
import { scratchStore } from "../store/sample.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-disbelief-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

const port = (number: number, state: string, reason: string, ttl: number) =>
  `<port protocol="tcp" portid="${number}"><state state="${state}" reason="${reason}" reason_ttl="${ttl}"/></port>`;
const host = (address: string, reason: string, ttl: number, ports: string) =>
  `<host><status state="up" reason="${reason}" reason_ttl="${ttl}"/><address addr="${address}" addrtype="ipv4"/><ports>${ports}</ports></host>\n`;
const opened = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => port(from + i, "open", "syn-ack", 64)).join("");

function fileOf(hosts: string, services = "1-100", args = "nmap -sS 10.0.3.0/24"): string {
  const size = services
    .split(",")
    .map((part) => part.split("-").map(Number))
    .reduce((sum, [from = 0, to = from]) => sum + to - from + 1, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<nmaprun scanner="nmap" args="${args}" start="1767225600" version="7.93">
<scaninfo type="syn" protocol="tcp" numservices="${size}" services="${services}"/>
${hosts}<runstats><finished time="1767225700" elapsed="1.5" summary="done" exit="success"/>
<hosts up="1" down="0" total="1"/></runstats>
</nmaprun>
`;
}

async function take(store: Store, xml: string) {
  count += 1;
  const path = join(folder, `${count}.xml`);
  writeFileSync(path, xml);
  return importFile(
    path,
    async ({ readFrom, documents }) => {
      const [document] = documents;
      if (document === undefined) throw new Error("no document");
      const place = { vantage: "bastion", realm: "default", operator: "alice", audit: null };
      const { run } = await recordDocument(store, { readFrom, name: path, index: 0 }, document, place);
      if (run === null) throw new Error("not recorded");
      return run;
    },
    { threads: 0 },
  );
}

describe("a tarpit in a file", () => {
  const REAL = host("10.0.3.2", "echo-reply", 64, opened(20, 25));

  test("keeps its ports, flagged, and is told with its run", async () => {
    const store = scratchStore();
    const run = await take(store, fileOf(host("10.0.3.9", "echo-reply", 64, opened(1, 100)) + REAL));
    expect(run.disbelieved).toEqual([
      { place: "10.0.3.9", flag: "tarpit", why: "all 100 TCP ports asked are open: it opens for everybody" },
    ]);
    const rows = store.openRows();
    expect(rows.filter(({ address }) => address === "10.0.3.9")).toHaveLength(100);
    expect(new Set(rows.map(({ address, confidence }) => `${address} ${confidence}`))).toEqual(
      new Set(["10.0.3.2 imported", "10.0.3.9 tarpit"]),
    );
  });

  test.each<[what: string, xml: string]>([
    [
      "most of what was asked is not open",
      fileOf(host("10.0.3.9", "echo-reply", 64, opened(1, 100)), "1-1000"),
    ],
    ["few ports were asked", fileOf(host("10.0.3.9", "echo-reply", 64, opened(1, 40)), "1-40")],
  ])("is none where %s", async (_, xml) => {
    const store = scratchStore();
    expect((await take(store, xml)).disbelieved).toEqual([]);
    expect(new Set(store.openRows().map(({ confidence }) => confidence))).toEqual(new Set(["imported"]));
  });

  test("with open ports alone in its file is told by what was asked", async () => {
    const args = "nmap -sS --open 10.0.3.9";
    const every = fileOf(host("10.0.3.9", "echo-reply", 64, opened(1, 100)), "1-100", args);
    const some = fileOf(host("10.0.3.9", "echo-reply", 64, opened(1, 100)), "1-65535", args);
    expect((await take(scratchStore(), every)).disbelieved).toHaveLength(1);
    expect((await take(scratchStore(), some)).disbelieved).toEqual([]);
  });
});

describe("a box that resets for a net, in a file", () => {
  const resets = (from: number, to: number, ttl: (last: number) => number = () => 63) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i)
      .map((last) => host(`10.0.3.${last}`, "reset", ttl(last), port(22, "closed", "reset", ttl(last))))
      .join("");

  test("is told with the run", async () => {
    const run = await take(scratchStore(), fileOf(resets(0, 255), "22"));
    expect(run.disbelieved).toMatchObject([{ place: "10.0.3.0/24", flag: "middlebox" }]);
  });

  test("is none where hops differ, or addresses are missing", async () => {
    const mixed = await take(
      scratchStore(),
      fileOf(
        resets(0, 255, (last) => 60 + (last % 4)),
        "22",
      ),
    );
    const gaps = await take(scratchStore(), fileOf(resets(0, 60) + resets(90, 120), "22"));
    expect([mixed.disbelieved, gaps.disbelieved]).toEqual([[], []]);
  });
});
