import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNmapXml } from "../../src/nmap/parseXml.js";

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../fixtures/nmap", name), "utf8");
const run = (inside: string) =>
  `<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" args="nmap" start="1" version="7.93">${inside}</nmaprun>`;
const host = (address: string, inside = "") =>
  `<host><status state="up" reason="reset"/><address addr="${address}" addrtype="ipv4"/>${inside}</host>\n`;
const banner = (text: string) =>
  host(
    "10.0.0.1",
    `<ports><port protocol="tcp" portid="21"><state state="open" reason="syn-ack"/><script id="banner" output="${text}"/></port></ports>`,
  );
const addressesIn = async (xml: string) => (await parseNmapXml(xml)).document?.hosts.map((h) => h.address);
const outputOf = async (text: string) =>
  (await parseNmapXml(run(banner(text)))).document?.hosts[0]?.ports[0]?.scripts[0]?.output;

describe("what nmap 7.93 wrote in the lab", () => {
  it("a sweep of two hosts: answers, groups with their reasons and ports, times, counts", async () => {
    const { form, document, notes } = await parseNmapXml(fixture("sweep-two-hosts.xml"));
    expect([form, notes]).toEqual(["whole", []]);
    expect(document).toMatchObject({
      scanner: "nmap",
      version: "7.93",
      startedAt: 1795600270_000,
      scanInfo: [
        {
          type: "syn",
          protocol: "tcp",
          count: 102,
          ports: [
            [1, 100],
            [8080, 8080],
            [61234, 61234],
          ],
        },
        { type: "udp", protocol: "udp", count: 11, ports: [[50, 60]] },
      ],
      finished: { at: 1795600271_000, elapsed: 1.21, exit: "success", errorMessage: null },
      counts: { up: 2, down: 0, total: 2 },
    });
    const [drop, accept] = document?.hosts ?? [];
    expect(drop).toMatchObject({
      address: "10.9.0.2",
      family: 4,
      mac: "02:00:00:00:00:02",
      status: { state: "up", reason: "arp-response", ttl: null },
      startedAt: 1795600270_000,
      endedAt: 1795600271_000,
      timedOut: false,
      extraPorts: [
        {
          state: "filtered",
          count: 100,
          reasons: [
            {
              reason: "no-response",
              count: 99,
              protocol: "tcp",
              ports: [
                [1, 21],
                [24, 100],
                [61234, 61234],
              ],
            },
            { reason: "admin-prohibited", count: 1, protocol: "tcp", ports: [[23, 23]] },
          ],
        },
      ],
    });
    expect(drop?.ports.find((p) => p.port === 22)).toEqual({
      protocol: "tcp",
      port: 22,
      state: "open",
      reason: "syn-ack",
      ttl: 64,
      reasonIp: null,
      service: expect.objectContaining({
        name: "ssh",
        method: "table",
        confidence: 3,
        product: null,
        cpes: [],
      }),
      scripts: [],
    });
    expect(accept?.ports.find((p) => p.port === 61234)?.service).toBeNull();
  });

  it("identification: product, version, extra info, CPEs", async () => {
    const { document } = await parseNmapXml(fixture("identify.xml"));
    expect(document?.hosts[0]?.ports.find((p) => p.port === 22)?.service).toMatchObject({
      name: "ssh",
      product: "OpenSSH",
      version: "9.2p1 Debian 2",
      extraInfo: "protocol 2.0",
      method: "probed",
      osType: "Linux",
      cpes: ["cpe:/a:openbsd:openssh:9.2p1", "cpe:/o:linux:linux_kernel"],
    });
  });

  it("discovery with -v lists the host that is down", async () => {
    const { document } = await parseNmapXml(fixture("discover.xml"));
    expect(document?.hosts.map((h) => [h.address, h.status.state, h.status.reason])).toEqual([
      ["10.9.0.2", "up", "arp-response"],
      ["10.9.0.3", "up", "arp-response"],
      ["10.9.0.9", "down", "no-response"],
    ]);
  });

  it("an IPv6 host", async () => {
    const { document } = await parseNmapXml(fixture("ipv6.xml"));
    expect(document?.hosts[0]).toMatchObject({ address: "fd00::2", family: 6 });
  });

  it("a host that timed out is marked, and its ports are not there", async () => {
    const { form, document } = await parseNmapXml(fixture("timed-out.xml"));
    expect(form).toBe("whole");
    expect(document?.finished?.exit).toBe("success");
    expect(document?.hosts[0]).toMatchObject({ timedOut: true, ports: [], extraPorts: [] });
  });

  it("a killed nmap leaves a cut text with the whole host before", async () => {
    const { form, document } = await parseNmapXml(fixture("killed.xml"));
    expect(form).toBe("cut");
    expect(document?.hosts.map((h) => h.address)).toEqual(["10.9.0.3"]);
    expect(document?.finished).toBeNull();
  });
});

describe("a text that is cut or broken", () => {
  const text = run(
    `${host("10.0.0.1", '<ports><port protocol="tcp" portid="1"><state state="open" reason="syn-ack"/></port></ports>')}${host("10.0.0.2")}<runstats><finished time="2" elapsed="1" exit="success"/><hosts up="2" down="0" total="2"/></runstats>\n`,
  );

  it("wherever it is cut, it is never whole, and keeps exactly the hosts whose end is there", async () => {
    const ends = [...text.matchAll(/<\/host>/g)].map((m) => m.index + m[0].length);
    for (let at = 1; at < text.length; at++) {
      const parsed = await parseNmapXml(text.slice(0, at));
      const whole = ends.filter((end) => end <= at).length;
      expect([at, parsed.form, parsed.document?.hosts.length ?? 0]).toEqual([at, "cut", whole]);
    }
    expect((await parseNmapXml(text)).form).toBe("whole");
  });

  it("a success in a cut text is shown, and the form says that it proves nothing", async () => {
    const parsed = await parseNmapXml(text.slice(0, text.lastIndexOf("</nmaprun>")));
    expect([parsed.form, parsed.document?.finished?.exit]).toEqual(["cut", "success"]);
  });

  it.each([
    ["spliced into a tag", '<port protocol="tcp" <taskprogress task="SYN" percent="3"/>portid="80">'],
    ["spliced into a name", '<po<taskprogress task="SYN"/>rt>'],
    ["spliced into a value", '<port protocol="t<taskprogress task="SYN"/>cp" portid="80"/>'],
    ["a wrong end", "<ports></host>"],
    ["a bare ampersand", "<script output='a & b'/>"],
    ["an unknown entity", "<script output='&nbsp;'/>"],
    ["a value without quotes", "<port portid=80/>"],
    ["attributes run together", '<port a="1"b="2"/>'],
  ])("%s: the hosts before are kept, nothing behind is believed", async (_, garbage) => {
    const parsed = await parseNmapXml(
      run(`${host("10.0.0.1")}${host("10.0.0.2", garbage)}${host("10.0.0.3")}`),
    );
    expect(parsed.form).toBe("cut");
    expect(parsed.document?.hosts.map((h) => h.address)).toEqual(["10.0.0.1"]);
    expect(parsed.notes.join()).toMatch(/breaks off/);
  });

  it("any damage at all is told or harmless: no host appears that was not there", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.string({ maxLength: 12 }),
        fc.nat(20),
        async (at, junk, gone) => {
          const parsed = await parseNmapXml(text.slice(0, at) + junk + text.slice(at + gone));
          expect(["whole", "cut", "refused"]).toContain(parsed.form);
          expect(parsed.document?.hosts.length ?? 0).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a text that is odd", () => {
  it.each([
    ["sudo's lecture", "We trust you have received the usual lecture.\n"],
    ["a licence comment", "<!-- Copyright\n -->\n"],
    ["a byte order mark", "\uFEFF"],
    ["blank lines", "\n\n"],
  ])("%s before the declaration costs nothing", async (_, junk) => {
    const parsed = await parseNmapXml(junk + run(host("10.0.0.1")));
    expect([parsed.form, parsed.document?.hosts.length]).toEqual(["whole", 1]);
    expect(parsed.notes.length).toBe(junk.trim() === "" ? 0 : 1);
  });

  it("what follows the end is left out, and said", async () => {
    const parsed = await parseNmapXml(`${run(host("10.0.0.1"))}\n${run(host("10.0.0.2"))}`);
    expect(parsed.document?.hosts).toHaveLength(1);
    expect(parsed.notes.join()).toMatch(/after <\/nmaprun>/);
  });

  it("a host without an IP address is left out, and said", async () => {
    const parsed = await parseNmapXml(run(`${host("IP")}${host("10.0.0.2")}`));
    expect(parsed.document?.hosts.map((h) => h.address)).toEqual(["10.0.0.2"]);
    expect(parsed.notes.join()).toContain('"IP"');
  });

  it("a group in a state that nmap does not know stays a group", async () => {
    const ports =
      '<ports><extraports state="closed" count="5"/><extraports state="unknown" count="10"/></ports>';
    const parsed = await parseNmapXml(run(host("10.0.0.1", ports)));
    expect(parsed.document?.hosts[0]?.extraPorts.map((e) => e.state)).toEqual(["closed", "unknown"]);
  });

  it("a target that nmap skipped is told", async () => {
    const parsed = await parseNmapXml(
      run('<target specification="1.2.3.4/99" status="skipped" reason="invalid"/>'),
    );
    expect(parsed.document?.skippedTargets).toEqual([{ specification: "1.2.3.4/99", reason: "invalid" }]);
  });

  it("an error of nmap's is told with its message", async () => {
    const end =
      '<runstats><finished time="2" elapsed="1" exit="error" errormsg="Target list is empty"/></runstats>';
    expect((await parseNmapXml(run(end))).document?.finished).toMatchObject({
      exit: "error",
      errorMessage: "Target list is empty",
    });
  });

  it("a bare root has no hosts and no end", async () => {
    const parsed = await parseNmapXml("<nmaprun/>");
    expect(parsed.form).toBe("whole");
    expect(parsed.document).toMatchObject({ hosts: [], finished: null, counts: null });
  });

  it.each(["__proto__", "constructor", "hasOwnProperty", "toString"])(
    "the name %s harms nothing",
    async (name) => {
      const element = `<${name} ${name}="x"><${name} polluted="yes"/></${name}>`;
      const parsed = await parseNmapXml(run(`${element}${host("10.0.0.1", element)}`));
      expect(parsed.document?.hosts).toHaveLength(1);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );
});

describe("a text that is refused", () => {
  it.each([
    ["nothing", "", /empty/],
    ["plain text", "Starting Nmap 7.93", /not XML/],
    ["another tool's XML", "<niktoscan/>", /niktoscan/],
    ["entities", '<!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun>&a;</nmaprun>', /document type/],
    [
      "an external entity",
      '<!DOCTYPE nmaprun [<!ENTITY a SYSTEM "file:///etc/passwd">]><nmaprun/>',
      /document type/,
    ],
    ["an internal subset without entities", "<!DOCTYPE nmaprun [ ]><nmaprun/>", /document type/],
    ["a document type inside", "<nmaprun><!DOCTYPE x></nmaprun>", /document type/],
    ["an entity declared inside", '<nmaprun><!ENTITY a "b"></nmaprun>', /document type/],
    ["deep nesting", `<nmaprun>${"<table>".repeat(200_000)}`, /nested deeper/],
    ["a long preface", `${"x".repeat(100_000)}<nmaprun/>`, /before <nmaprun>/],
  ])("%s", async (_, xml, why) => {
    const parsed = await parseNmapXml(xml);
    expect([parsed.form, parsed.document]).toEqual(["refused", null]);
    expect(parsed.notes[0]).toMatch(why);
  });

  it("an external document type that nothing is fetched from is read", async () => {
    const xml =
      '<!DOCTYPE nmaprun PUBLIC "-//IDN nmap.org//DTD Nmap XML 1.04//EN" "https://svn.nmap.org/nmap.dtd">';
    expect(await addressesIn(`${xml}<nmaprun>${host("10.0.0.1")}</nmaprun>`)).toEqual(["10.0.0.1"]);
  });
});

describe("characters", () => {
  it.each([
    ["&#xE4;&#xBD;&#xA0;&#xE5;&#xA5;&#xBD;", "你好"],
    ["a&#xC3;&#xA9;b", "aéb"],
    ["&#195;&#169;", "é"],
    ["&#xF0;&#x9F;&#x98;&#x80;", "😀"],
    ["&#xE9;", "é"],
    ["&#xE4;&#xBD;", "ä½"],
    ["&#xE4;&#xBD;&#xA0;&#xE4;", "ä½\u00A0ä"],
    ["&#xEF;&#xBF;&#xBF;", "ï¿¿"],
    ["&#x1b;[2J", "\\x1B[2J"],
    ["&#0;&#x8;", "\\x00\\x08"],
    ["\u001b]0;title\u0007", "\\x1B]0;title\\x07"],
    ["&#xD800;", "\\u{D800}"],
    ["&#x110000;&#99999999999;", "\uFFFD\uFFFD"],
    ["a&#xa;b&#9;c", "a\nb\tc"],
    ["&lt;b&gt; &amp;amp; &quot;", '<b> &amp; "'],
    ["&#x4F60;", "你"],
  ])("%j is read as %j", async (written, read) => {
    expect(await outputOf(written)).toBe(read);
  });

  it("says that there were some that XML forbids", async () => {
    expect((await parseNmapXml(run(banner("&#x1b;&#0;")))).notes).toEqual([
      "2 characters that XML forbids, shown as \\x..",
    ]);
  });

  it("any text that nmap writes byte by byte comes back as it was", async () => {
    const text = fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(text, async (original) => {
        fc.pre(!/[\u0000-\u001f"<>&\ufffe\uffff]/.test(original));
        const written = [...Buffer.from(original, "utf8")]
          .map((byte) => (byte > 0x7f ? `&#x${byte.toString(16).toUpperCase()};` : String.fromCharCode(byte)))
          .join("");
        expect(await outputOf(written)).toBe(original);
      }),
    );
  });
});

describe("speed", () => {
  it("a shard of 16 hosts with 1000 listed ports each is read in well under the time it took to scan", async () => {
    const port = (n: number) =>
      `<port protocol="tcp" portid="${n}"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="http" product="nginx" version="1.22.1" method="probed" conf="10"><cpe>cpe:/a:igor_sysoev:nginx:1.22.1</cpe></service></port>\n`;
    const ports = Array.from({ length: 1000 }, (_, i) => port(i + 1)).join("");
    const xml = run(
      Array.from({ length: 16 }, (_, i) => host(`10.0.0.${i + 1}`, `<ports>${ports}</ports>`)).join(""),
    );
    const start = performance.now();
    const { document } = await parseNmapXml(xml);
    const ms = performance.now() - start;
    expect(document?.hosts.map((h) => h.ports.length)).toEqual(Array(16).fill(1000));
    expect(ms).toBeLessThan(10_000);
  });
});
