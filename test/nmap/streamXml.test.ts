import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NmapHost } from "../../src/nmap/document.js";
import { type ParsedXml, parseNmapXml } from "../../src/nmap/parseXml.js";
import { XmlStream } from "../../src/nmap/streamXml.js";
import { absent, cuts, readCorpus, truths } from "./corpora.js";
import { damagedText, nmapText } from "./nmapText.js";

/** What the stream makes of a text that comes in pieces cut at these places, in the words of `parseNmapXml`. */
function stream(text: string, pieces: readonly number[] = []): ParsedXml {
  const hosts: NmapHost[] = [];
  const reader = new XmlStream((host) => hosts.push(host));
  let at = 0;
  for (const piece of [...pieces.filter((n) => n >= 0 && n <= text.length), text.length].sort(
    (a, b) => a - b,
  )) {
    reader.push(text.slice(at, piece));
    at = piece;
  }
  const { form, document, notes } = reader.end();
  return { form: form.form, document: document && { ...document, hosts }, notes };
}

/** Places are told in the text as written by one, with its characters mended by the other. */
function unplaced(parsed: ParsedXml): ParsedXml {
  return { ...parsed, notes: parsed.notes.map((note) => note.replace(/ at character \d+/, "")) };
}

async function expectAgreement(text: string, pieces: readonly number[] = []): Promise<void> {
  expect(unplaced(stream(text, pieces))).toEqual(unplaced(await parseNmapXml(text)));
}

const fixtures = join(import.meta.dirname, "../../fixtures/nmap");

describe("a stream agrees with the parser of whole texts", () => {
  it.each(readdirSync(fixtures).filter((name) => name.endsWith(".xml")))(
    "on %s, in any pieces",
    async (name) => {
      const text = readFileSync(join(fixtures, name), "utf8");
      const whole = await parseNmapXml(text);
      expect(stream(text)).toEqual(whole);
      for (const size of [1, 2, 3, 7, 100]) {
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => i * size);
        expect(stream(text, pieces)).toEqual(whole);
      }
    },
  );
});

describe("a stream agrees on generated texts", () => {
  const places = fc.array(fc.nat(3000), { maxLength: 8 });

  it("that are well-formed, in any pieces", async () => {
    await fc.assert(
      fc.asyncProperty(nmapText, places, (text, pieces) => expectAgreement(text, pieces)),
      { numRuns: 400 },
    );
  });

  it("that are cut at every character", async () => {
    await fc.assert(
      fc.asyncProperty(nmapText, async (text) => {
        for (let at = 0; at < text.length; at++)
          await expectAgreement(text.slice(0, at), [at - 1, at - 5, at >> 1]);
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  it("that are damaged anywhere", async () => {
    // Behind the damage the stream counts no forbidden characters.
    const uncounted = (parsed: ParsedXml) => ({
      ...unplaced(parsed),
      notes: unplaced(parsed).notes.filter((note) => !note.includes("XML forbids")),
    });
    await fc.assert(
      fc.asyncProperty(damagedText, places, async (text, pieces) => {
        expect(uncounted(stream(text, pieces))).toEqual(uncounted(await parseNmapXml(text)));
      }),
      { numRuns: 800 },
    );
  }, 60_000);
});

describe.skipIf(absent !== null)(
  `a stream agrees on files that nmap really wrote${absent ? ` (skipped: ${absent})` : ""}`,
  () => {
    it.each(truths.map(({ file }) => file))("%s", async (file) => {
      const text = readCorpus(file).toString("utf8");
      await expectAgreement(text);
      await expectAgreement(
        text,
        Array.from({ length: 200 }, (_, i) => i * 97),
      );
    });

    it("and on every cut of them", async () => {
      for (const cut of cuts) {
        const text = readCorpus(cut.file).subarray(0, cut.bytes).toString("utf8");
        await expectAgreement(text, [cut.bytes >> 1, cut.bytes - 3]);
      }
    }, 120_000);
  },
);
