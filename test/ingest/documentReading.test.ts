/** The bytes of a file come in pieces of any size, and say the same. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DocumentEnd, DocumentReading } from "../../src/ingest/documentReading.js";
import { DocumentSplitter } from "../../src/ingest/splitDocuments.js";
import type { NmapHost } from "../../src/nmap/document.js";

interface Read extends DocumentEnd {
  readonly hosts: readonly NmapHost[];
}

function readPieces(pieces: readonly Buffer[]): Read[] {
  const splitter = new DocumentSplitter();
  const open: { reading: DocumentReading; hosts: NmapHost[] }[] = [];
  const take = (parts: Iterable<{ bytes: Buffer; isFirst: boolean }>) => {
    for (const { bytes, isFirst } of parts) {
      if (isFirst) {
        const hosts: NmapHost[] = [];
        open.push({ reading: new DocumentReading((host) => hosts.push(host)), hosts });
      }
      open.at(-1)?.reading.push(bytes);
    }
  };
  for (const piece of pieces) take(splitter.push(piece));
  take(splitter.end());
  return open.map(({ reading, hosts }) => ({ ...reading.end(null), hosts }));
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, i) => bytes.subarray(at[i - 1] ?? 0, end));
}

const folder = join(import.meta.dirname, "../../fixtures/nmap");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".xml"))
  .map((name) => readFileSync(join(folder, name)))
  .filter(({ length }) => length > 0);

describe("a file in pieces", () => {
  it("says what it says as a whole, one scan in it or two, cut or not, in UTF-8 or UTF-16", () => {
    const places = fc.array(fc.nat(100_000), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.constantFrom(...files),
        fc.nat(),
        fc.constantFrom("one", "two", "utf-16"),
        fc.oneof(places, fc.constant("bytes" as const)),
        (first, second, cut, kind, places) => {
          const begun = first.subarray(0, cut % 3 === 0 ? (cut % first.length) + 1 : first.length);
          const bytes =
            kind === "utf-16"
              ? Buffer.from(`\uFEFF${begun.toString("utf8")}`, "utf16le")
              : kind === "two"
                ? Buffer.concat([begun, second])
                : begun;
          const small = bytes.subarray(0, places === "bytes" ? 5_000 : bytes.length);
          const pieces =
            places === "bytes" ? Array.from(small, (_, i) => small.subarray(i, i + 1)) : cutAt(small, places);
          // UTF-16 is told by its first two bytes; a file's first piece has them.
          const [head, ...rest] = pieces;
          const whole =
            kind === "utf-16" && head !== undefined && head.length < 2
              ? [Buffer.concat([head, ...rest.slice(0, 2)]), ...rest.slice(2)]
              : pieces;
          expect(readPieces(whole)).toEqual(readPieces([small]));
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
