/** Files as they really come: odd, cut, packed, hostile. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { importFiles } from "../../src/ingest/importFiles.js";
import { formatPortSet } from "../../src/scope/portSet.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

interface Read {
  readonly grade: string;
  readonly why: string;
  /** `10.0.0.1 alive 22/tcp=ssh closed T:23`: each host, its open ports, its groups. */
  readonly hosts: readonly string[];
  readonly warnings: string;
}

/** Each document of the file. */
async function read(bytes: Buffer | string): Promise<Read[]> {
  count += 1;
  const path = join(folder, String(count));
  writeFileSync(path, bytes);
  const all: Read[] = [];
  for await (const { documents } of importFiles([path], { threads: 0, form: "observations" })) {
    for (const { facts, hosts } of documents) {
      const told: string[] = [];
      for await (const chunk of hosts()) {
        for (const { observation } of chunk.hosts ?? []) {
          const { address, presence, cells, quiet } = observation;
          const open = cells.map(({ port, protocol, service }) => {
            return `${port}/${protocol}${service === null ? "" : `=${service.name}`}`;
          });
          const groups = quiet.map(({ state, ports }) => `${state} ${formatPortSet(ports)}`);
          told.push([address, presence, ...open, ...groups].join(" "));
        }
      }
      const { grade } = facts;
      const why = grade.grade === "complete" ? "" : grade.why;
      all.push({ grade: grade.grade, why, hosts: told, warnings: facts.warnings.join(" | ") });
    }
  }
  return all;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n';
const ROOT = `<nmaprun scanner="nmap" args="nmap -sS -p 1-100 10.0.0.1" start="1767225600" version="7.93">
<scaninfo type="syn" protocol="tcp" numservices="100" services="1-100"/>
`;
const TAIL = `<runstats><finished time="1767225700" elapsed="1.5" summary="done" exit="success"/>
<hosts up="1" down="0" total="1"/></runstats>
</nmaprun>
`;
const port = (number: number, state = "open", reason = "syn-ack", inside = "") =>
  `<port protocol="tcp" portid="${number}"><state state="${state}" reason="${reason}" reason_ttl="64"/>${inside}</port>`;
const named = (service: string) =>
  port(22, "open", "syn-ack", `<service name="${service}" method="probed"/>`);
const host = (address: string, ports: string, attributes = "") =>
  `<host${attributes}><status state="up" reason="echo-reply" reason_ttl="64"/><address addr="${address}" addrtype="ipv4"/>
<ports>${ports}</ports></host>
`;
const ONE = host("10.0.0.1", port(22) + port(23, "closed", "reset"));
const GOOD = HEAD + ROOT + ONE + TAIL;
const SAME = ["10.0.0.1 alive 22/tcp closed T:23"];
const CUT = ["10.0.0.1 alive 22/tcp"];
/** A whole file around one host with this service. */
const withService = (service: string) => HEAD + ROOT + host("10.0.0.1", named(service)) + TAIL;
const asUtf16 = (text: string) => Buffer.from(text, "utf16le");

describe("a file is complete, with all that it says, though", () => {
  it.each<[string, Buffer | string, readonly string[], RegExp]>([
    ["nothing is odd", GOOD, SAME, /^$/],
    [
      "its command line has 40,000 ports, which a comment before it repeats",
      GOOD.replace(
        "<nmaprun",
        `<!-- Nmap 7.93 scan initiated Thu Jan  1 00:00:00 2026 as: nmap -p ${Array.from({ length: 40_000 }, (_, i) => i).join(",")} -->\n<nmaprun`,
      ),
      SAME,
      /^$/,
    ],
    [
      "bytes stand before it",
      `[sudo] password:\nWarning: <b>\n${GOOD}`,
      SAME,
      /29 characters before the XML/,
    ],
    ["a byte order mark does", `\uFEFF${GOOD}`, SAME, /^$/],
    ["other text follows it", `${GOOD}real 0m3s\n`, SAME, /after <\/nmaprun> were left out/],
    ["zeros of a crashed machine follow it", `${GOOD}${"\0".repeat(600)}`, SAME, /left out/],
    ["zeros stand in it", `${HEAD}${ROOT}\0\0${ONE}${TAIL}`, SAME, /2 characters that XML forbids/],
    ["its lines end as on Windows", GOOD.replaceAll("\n", "\r\n"), SAME, /^$/],
    ["it is UTF-16", Buffer.concat([Buffer.from([0xff, 0xfe]), asUtf16(GOOD)]), SAME, /UTF-16/],
    [
      "the other way round",
      Buffer.concat([Buffer.from([0xfe, 0xff]), asUtf16(GOOD).swap16()]),
      SAME,
      /UTF-16/,
    ],
    [
      "nmap's DTD is named",
      GOOD.replace("nmaprun>", 'nmaprun SYSTEM "https://svn.nmap.org/nmap/docs/nmap.dtd">'),
      SAME,
      /^$/,
    ],
    [
      "references are illegal",
      withService("a&#x1B;&#0;b"),
      ["10.0.0.1 alive 22/tcp=a\\x1B\\x00b"],
      /2 characters that XML/,
    ],
    [
      "controls are raw",
      withService("a\u0001\u001b[2J"),
      ["10.0.0.1 alive 22/tcp=a\\x01\\x1B[2J"],
      /forbids/,
    ],
    [
      "UTF-8 is written byte by byte",
      withService("&#xE4;&#xBD;&#xA0;&#195;&#169;"),
      ["10.0.0.1 alive 22/tcp=你é"],
      /^$/,
    ],
    [
      "bytes are none of UTF-8",
      Buffer.from(withService("caf\u00e9"), "latin1"),
      ["10.0.0.1 alive 22/tcp=café"],
      /1 byte that is no UTF-8/,
    ],
    [
      "it says Latin-1",
      Buffer.from(withService("\u00e9").replace("UTF-8", "ISO-8859-1"), "latin1"),
      ["10.0.0.1 alive 22/tcp=é"],
      /ISO-8859-1/,
    ],
    ["it is packed", gzipSync(GOOD), SAME, /^$/],
    ["bytes follow what is packed", Buffer.concat([gzipSync(GOOD), Buffer.from("junk")]), SAME, /^$/],
    ["padding follows what is packed", Buffer.concat([gzipSync(GOOD), Buffer.alloc(900)]), SAME, /^$/],
    [
      "an output is larger than any",
      HEAD +
        ROOT +
        host("10.0.0.1", port(22, "open", "syn-ack", `<script id="x" output="${"A".repeat(9e6)}"/>`)) +
        TAIL,
      CUT,
      /^$/,
    ],
    [
      "hints and progress stand in it",
      `${HEAD}${ROOT}<hosthint><status state="up"/><address addr="10.0.0.9" addrtype="ipv4"/></hosthint><taskprogress task="x" percent="3"/>${ONE}${TAIL}`,
      SAME,
      /^$/,
    ],
  ])("%s", async (_, bytes, hosts, warnings) => {
    const [found, ...more] = await read(bytes);
    expect(more).toEqual([]);
    expect(found).toEqual({ grade: "complete", why: "", hosts, warnings: expect.stringMatching(warnings) });
  });
});

describe("a file is partial, and nothing but what is open in its whole hosts counts, where", () => {
  const upTo = (mark: string, more = 0) => GOOD.slice(0, GOOD.indexOf(mark) + more);
  const packed = gzipSync(HEAD + ROOT + ONE.repeat(1).concat("<!-- ", "x".repeat(9), " -->", TAIL));
  it.each<[string, Buffer | string, readonly string[], RegExp]>([
    ["it ends before the root", HEAD, [], /before it begins/],
    ["it ends in the declaration", "<?xml ver", [], /before it begins/],
    ["it ends in the document type", `${HEAD.slice(0, 50)}`, [], /before it begins/],
    ["it ends in the root's tag", upTo("<nmaprun", 30), [], /before it begins/],
    ["it ends in </host>", upTo("</host>", 6), [], /0 whole hosts/],
    ["it ends behind </host>", upTo("</host>", 7), CUT, /1 whole host/],
    ["it ends in an attribute of the end", upTo('exit="', 10), CUT, /1 whole host/],
    ["it ends in <runstats>, success and all", upTo("<hosts up"), CUT, /<runstats> is not closed/],
    ["only the last > is missing", GOOD.slice(0, GOOD.lastIndexOf(">")), CUT, /<\/nmaprun is not closed/],
    ["it ends in a comment", `${HEAD}${ROOT}${ONE}<!-- x -`, CUT, /--> is missing/],
    ["it ends in <!", `${HEAD}${ROOT}${ONE}<!`, CUT, /1 whole host/],
    ["it ends in an instruction", `${HEAD}${ROOT}${ONE}<?x`, CUT, /\?> is missing/],
    ["it ends in CDATA", `${HEAD}${ROOT}${ONE}<![CDATA[ <host>`, CUT, /\]\]> is missing/],
    [
      "it ends in the middle of a character",
      Buffer.from(HEAD + ROOT + ONE + host("10.0.0.2", named("你"))).subarray(0, -140),
      CUT,
      /1 whole host/,
    ],
    [
      "a tag is spliced into another",
      `${HEAD}${ROOT}${ONE}<host><status st<taskend task="x"/>ate="up"/></host>${TAIL}`,
      CUT,
      /has no value/,
    ],
    ["tags cross", `${HEAD}${ROOT}${ONE}<host><ports></host></ports>${ONE}${TAIL}`, CUT, /closes <ports>/],
    [
      "a reference is unknown",
      `${HEAD}${ROOT}${ONE}${host("10.0.0.2", named("&x;"))}${TAIL}`,
      CUT,
      /unknown reference/,
    ],
    ["the root is closed too early", `${HEAD}${ROOT}${ONE}${TAIL}${ONE}</nmaprun>`, CUT, /elements follow/],
    ["the scan failed", GOOD.replace('exit="success"', 'exit="error" errormsg="no route"'), CUT, /no route/],
    ["it does not say how it ended", `${HEAD}${ROOT}${ONE}</nmaprun>`, CUT, /no <finished>/],
    ["nmap gave up on the host", GOOD.replace("<host>", '<host timedout="true">'), CUT, /1 host timed out/],
    ["what is packed is damaged", damaged(gzipSync(GOOD), 6), CUT, /damaged/],
    ["what is packed breaks off", packed.subarray(0, packed.length - 9), CUT, /the gzip file breaks off/],
  ])("%s", async (_, bytes, hosts, why) => {
    const [found, ...more] = await read(bytes);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ grade: "partial", why: expect.stringMatching(why), hosts });
  });
});

describe("a file is refused that", () => {
  it.each<[string, Buffer | string, RegExp]>([
    ["is empty", "", /empty/],
    ["is blank", " \n\t\n", /empty/],
    ["is zeros", Buffer.alloc(500), /not XML/],
    ["is nmap's normal output", "Starting Nmap 7.93\nNmap scan report for 10.0.0.1\n", /not XML/],
    ["is nmap's grepable output", "# Nmap 7.93 scan\nHost: 10.0.0.1 ()\tStatus: Up\n", /not XML/],
    ["is other XML", "<html><body/></html>", /<html>/],
    [
      "defines entities",
      GOOD.replace("nmaprun>", 'nmaprun [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'),
      /document type of its own/,
    ],
    [
      "reads a file by an entity",
      GOOD.replace("nmaprun>", 'nmaprun [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
      /of its own/,
    ],
    [
      "has parameter entities",
      GOOD.replace("nmaprun>", 'nmaprun [<!ENTITY % a SYSTEM "http://x/">%a;]>'),
      /of its own/,
    ],
    [
      "refers to another document type",
      GOOD.replace("nmaprun>", 'nmaprun SYSTEM "http://x/y.dtd">'),
      /not nmap's/,
    ],
    ["declares one inside", `${HEAD}${ROOT}<!DOCTYPE x>${ONE}${TAIL}`, /document type inside/],
    ["is nested without end", `${HEAD}${ROOT}<host>${"<table>".repeat(70)}`, /nested deeper/],
    ["unpacks without end", gzipSync(Buffer.alloc(150e6)), /500 times/],
    ["is packed with xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /xz -d/],
  ])("%s", async (_, bytes, why) => {
    expect(await read(bytes)).toMatchObject([
      { grade: "refused", why: expect.stringMatching(why), hosts: [] },
    ]);
  });
});

describe("several scans in one file", () => {
  const other = GOOD.replaceAll("10.0.0.1", "10.0.0.2");
  const both = [{ hosts: SAME }, { hosts: ["10.0.0.2 alive 22/tcp closed T:23"] }];

  it.each<[string, Buffer | string]>([
    ["appended", GOOD + other],
    ["appended without their declarations", GOOD + other.replace(HEAD, "")],
    ["packed one behind the other", Buffer.concat([gzipSync(GOOD), gzipSync(other)])],
  ])("%s are read each for itself", async (_, bytes) => {
    expect(await read(bytes)).toMatchObject(both);
  });

  it("are told apart where the first was killed", async () => {
    const found = await read(GOOD.slice(0, GOOD.indexOf("<runstats")) + other);
    expect(found).toMatchObject([
      { grade: "partial", hosts: CUT },
      { grade: "complete", ...both[1] },
    ]);
  });
});

describe("every kind of scan is kept as it states it", () => {
  const scan = (type: string, ports: string, protocol = "tcp") =>
    HEAD +
    ROOT.replace('type="syn" protocol="tcp"', `type="${type}" protocol="${protocol}"`) +
    host("10.0.0.1", ports) +
    TAIL;
  it.each<[string, string, readonly string[]]>([
    ["-sA", scan("ack", port(22, "unfiltered", "reset")), ["10.0.0.1 alive unfiltered T:22"]],
    ["-sF", scan("fin", port(22, "open|filtered", "no-response")), ["10.0.0.1 alive open|filtered T:22"]],
    ["-sW", scan("window", port(22, "open", "reset")), ["10.0.0.1 alive open T:22"]],
    [
      "-sI",
      scan("idle", port(22, "closed|filtered", "no-ipid-change")),
      ["10.0.0.1 alive closed|filtered T:22"],
    ],
    [
      "-sY",
      scan("sctpinit", port(36, "open", "init-ack") + port(37, "closed", "abort"), "sctp").replaceAll(
        'port protocol="tcp"',
        'port protocol="sctp"',
      ),
      ["10.0.0.1 alive 36/sctp closed S:37"],
    ],
    // Protocol numbers are no ports.
    [
      "-sO",
      scan(
        "ipproto",
        '<extraports state="open|filtered" count="98"><extrareasons reason="no-response" count="98" proto="ip" ports="3-100"/></extraports><port protocol="ip" portid="6"><state state="open" reason="proto-response"/></port>',
        "ip",
      ),
      ["10.0.0.1 alive"],
    ],
    ["-sn", HEAD + ROOT + host("10.0.0.1", "").replace(/<ports>.*<\/ports>/, "") + TAIL, ["10.0.0.1 alive"]],
    [
      "-sL",
      HEAD +
        ROOT +
        host("10.0.0.1", "")
          .replace('"up"', '"unknown"')
          .replace(/<ports>.*<\/ports>/, "") +
        TAIL,
      [],
    ],
    [
      "-Pn of a dead address",
      HEAD +
        ROOT +
        host("10.0.0.1", port(22, "filtered", "no-response")).replace("echo-reply", "user-set") +
        TAIL,
      ["10.0.0.1 silent"],
    ],
    [
      "two elements of one host",
      HEAD + ROOT + ONE + host("10.0.0.1", port(80)) + TAIL,
      ["10.0.0.1 alive 22/tcp 80/tcp closed T:23"],
    ],
  ])("%s", async (_, text, hosts) => {
    expect(await read(text)).toMatchObject([{ grade: "complete", hosts }]);
  });

  it("of nmap 3.75, which knew no reasons", async () => {
    const text = `<?xml version="1.0" ?>
<nmaprun scanner="nmap" args="nmap -oX x -p 1-100 10.0.0.1" start="1103000000" version="3.75" xmloutputversion="1.01">
<scaninfo type="syn" protocol="tcp" numservices="100" services="1-100" />
<host><status state="up" />
<address addr="10.0.0.1" addrtype="ipv4" />
<ports><extraports state="closed" count="99" />
<port protocol="tcp" portid="22"><state state="open" /><service name="ssh" method="table" conf="3" />
</port>
</ports>
</host>
<runstats><finished time="1103000010" timestr="x"/><hosts up="1" down="0" total="1" />
<!-- Nmap run completed -->
</runstats></nmaprun>
`;
    const hosts = ["10.0.0.1 alive 22/tcp=ssh closed T:1-21,23-100"];
    expect(await read(text)).toMatchObject([
      { grade: "complete", hosts, warnings: expect.stringMatching(/no reasons/) },
    ]);
  });

  it("of masscan, whose silence proves nothing", async () => {
    const element = (number: number) =>
      `<host endtime="1767225601"><address addr="10.0.0.1" addrtype="ipv4"/><ports>${port(number)}</ports></host>\n`;
    const text = `<?xml version="1.0"?>
<!-- masscan v1.0 scan -->
<nmaprun scanner="masscan" start="1767225600" version="1.0-BETA"  xmloutputversion="1.03">
<scaninfo type="syn" protocol="tcp" />
${element(80)}${element(443)}<runstats>
<finished time="1767225610" timestr="2026-01-01 00:00:00" elapsed="10" />
<hosts up="1" down="0" total="1" />
</runstats>
</nmaprun>
`;
    const hosts = ["10.0.0.1 alive 80/tcp 443/tcp"];
    expect(await read(text)).toMatchObject([
      { grade: "complete", hosts, warnings: expect.not.stringMatching(/holds 0/) },
    ]);
  });
});

/** One byte of these, so far from their end, is another. */
function damaged(bytes: Buffer, fromEnd: number): Buffer {
  const at = bytes.length - fromEnd;
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
}
