/** What an import reads of a text, against what is read of it whole. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ByteStream } from "../../src/nmap/byteStream.js";
import type { NmapHost } from "../../src/nmap/document.js";
import { importShape, type Shape, wholeShape } from "../../src/nmap/elementShape.js";
import { KnownHosts } from "../../src/nmap/knownHosts.js";
import { XmlStream } from "../../src/nmap/streamXml.js";
import type { Form } from "../../src/nmap/xmlWalk.js";
import { damagedText, nmapText } from "./nmapText.js";

/** Scripts, guesses of the system and hops apart: an import keeps none. */
function read(text: string, pieces: readonly number[], shape: Shape) {
  const hosts: NmapHost[] = [];
  const isByBytes = shape === importShape;
  const whole = new XmlStream((host) => hosts.push(host), shape);
  const reader = isByBytes ? new ByteStream((host) => hosts.push(host), shape) : whole;
  if (isByBytes) eachPiece(text, pieces, (bytes) => (reader as ByteStream).push(bytes));
  else whole.push(Buffer.from(text).toString());
  const { form, document, notes } = reader.end();
  return {
    form,
    document,
    notes: notes.filter((note) => !note.includes("outputs of scripts")),
    hosts: hosts.map((host) => ({
      ...host,
      ports: host.ports.map((port) => ({ ...port, scripts: [] })),
      hostScripts: [],
      osMatches: [],
      distance: null,
      uptimeSeconds: null,
      trace: [],
    })),
  };
}

/** The bytes of a text, cut at these places: inside of characters, too. */
function eachPiece(text: string, pieces: readonly number[], push: (bytes: Buffer) => void): void {
  const bytes = Buffer.from(text);
  let at = 0;
  for (const piece of [...pieces.filter((n) => n <= bytes.length), bytes.length].sort((a, b) => a - b)) {
    push(bytes.subarray(at, piece));
    at = piece;
  }
}

/** Behind the damage it depends on the pieces which forbidden characters are counted. */
function uncounted<T extends { readonly form: Form; readonly notes: readonly string[] }>(end: T): T {
  if (end.form.form === "whole") return end;
  return { ...end, notes: end.notes.filter((note) => !note.includes("XML forbids")) };
}

function expectAgreement(text: string, pieces: readonly number[] = []): void {
  expect(read(text, pieces, importShape)).toEqual(read(text, [], wholeShape));
}

const folder = join(import.meta.dirname, "../../fixtures/nmap");
const fixtures = readdirSync(folder).filter((name) => name.endsWith(".xml"));
const fixtureTexts = fixtures.map((name) => readFileSync(join(folder, name), "utf8"));
const places = fc.array(fc.nat(3000), { maxLength: 8 });

/** The same ports in host after host, so that most are known: some odd in one letter. */
const manyPorts = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '<port protocol="tcp" portid="22">',
        '<port protocol="udp" portid="53">',
        '<port protocol="tcp" portid="022">',
        '<port protocol="tcp" portid="99999">',
        '<port protocol="tcp" portid="22" x="y">',
        '<port protocol="ip" portid="6">',
      ),
      fc.constantFrom(
        '<state state="open" reason="syn-ack" reason_ttl="64"/><service name="ssh" method="table" conf="3"/>',
        '<state state="open" reason="syn-ack" reason_ttl="64"/>',
        '<state state="closed" reason="reset" reason_ttl="64"/>',
        '<state state="strange" reason="x"/>',
        '<state state="open"/><!-- </port> -->',
        "",
      ),
      fc.constantFrom(
        "",
        '<script id="a" output="b"/>',
        '<script id="a" output="b &lt; &#xE4;"/><script id="c" output=""/>',
        '<script id="a" output="b"><elem>x</elem></script>',
        '<script id="a" output="&x;"/>',
        "<scripts/>",
        '<script id="a" output="b"/><state state="closed"/>',
        '<service name="http"/>',
      ),
      fc.constantFrom("</port>\n", "</port>", "</port >", "</port>\n\n", "\n</port>"),
    ),
    { minLength: 5, maxLength: 40 },
  )
  .map((ports) => {
    const host = `<host><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/><ports>${ports.flat().join("")}</ports></host>`;
    return `<nmaprun scanner="nmap" version="7.93">${host}${host}</nmaprun>`;
  });

describe("an import reads", () => {
  it.each(fixtures)("%s as it is, in any pieces", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    for (const size of [1, 7, 100, 100_000])
      expectAgreement(
        text,
        Array.from({ length: Math.ceil(text.length / size) }, (_, i) => i * size),
      );
  });

  it("generated texts as they are", () => {
    fc.assert(fc.property(fc.oneof(nmapText, manyPorts), places, expectAgreement), { numRuns: 1_500 });
  }, 60_000);

  it("damaged ones up to the damage", () => {
    fc.assert(
      fc.property(damagedText, places, (text, pieces) => {
        expect(uncounted(read(text, pieces, importShape))).toEqual(uncounted(read(text, [], wholeShape)));
      }),
      { numRuns: 800 },
    );
  }, 60_000);
});

describe("of many files that say the same", () => {
  const later = (text: string) =>
    text
      .replace(/starttime="\d+" endtime="\d+"/g, 'starttime="1800000000" endtime="1800000009"')
      .replace(/<times [^>]*>/g, '<times srtt="7" rttvar="8" to="9"/>');

  /** Several texts one after the other, with what is known of those before. */
  function readAll(texts: readonly string[], pieces: readonly number[], known: KnownHosts | null) {
    return texts.map((text) => {
      const hosts: NmapHost[] = [];
      const reader = new ByteStream((host) => hosts.push(host), importShape, known);
      eachPiece(text, pieces, (bytes) => reader.push(bytes));
      return { ...reader.end(), hosts };
    });
  }

  it("a host is not walked again whose times alone are others", () => {
    const known = new KnownHosts();
    const find = vi.spyOn(known, "find");
    const text = readFileSync(join(folder, "sweep-two-hosts.xml"), "utf8");
    const [first, second] = readAll([text, later(text)], [], known);
    expect(find.mock.results.map(({ value }) => value !== null)).toEqual([false, false, true, true]);
    expect(second?.hosts).toEqual(
      first?.hosts.map((host) => ({ ...host, startedAt: 1_800_000_000_000, endedAt: 1_800_000_009_000 })),
    );
  });

  it("each is read as it is, though its hosts are known", () => {
    const changed = fc.tuple(
      fc.oneof(nmapText, manyPorts),
      fc.nat(5000),
      fc.constantFrom("", "x", "<", "&", "\u0001", "</host>"),
    );
    fc.assert(
      fc.property(
        fc.oneof(nmapText, manyPorts, fc.constantFrom(...fixtureTexts)),
        changed,
        places,
        (text, [other, where, junk], pieces) => {
          const damaged = later(text).slice(0, where) + junk + later(text).slice(where);
          const texts = [text, text, later(text), damaged, text.slice(0, where), other, text];
          // Behind the damage it depends on the pieces which forbidden characters are counted.
          const read = (known: KnownHosts | null) => readAll(texts, pieces, known).map(uncounted);
          expect(read(new KnownHosts())).toEqual(read(null));
        },
      ),
      { numRuns: 600 },
    );
  }, 120_000);
});
