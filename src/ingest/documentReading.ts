/** One document of a file, read once from its first byte to its last. */
import { createHash } from "node:crypto";
import { ByteStream } from "../nmap/byteStream.js";
import type { NmapHost } from "../nmap/document.js";
import { importShape, type Shape, surveyShape } from "../nmap/elementShape.js";
import type { KnownHosts } from "../nmap/knownHosts.js";
import { type ScanFacts, scanFactsOf } from "../nmap/scanFacts.js";
import { type DocumentFacts, factsOf, HostTally } from "./documentFacts.js";
import { type BytesBreak, readFileBytes } from "./fileBytes.js";
import { SeenAddresses } from "./seenAddresses.js";
import { DocumentSplitter } from "./splitDocuments.js";

/** @param scan what the file said of its scan before this host */
export type TakeHost = (host: NmapHost, scan: ScanFacts) => void;

export interface DocumentEnd {
  readonly facts: DocumentFacts;
  /**
   * What was taken for granted of each host as it came has come true: the document ends well, and every address came
   * once. Else its hosts have to be read again, with the facts known.
   */
  readonly isOrdinary: boolean;
}

export class DocumentReading {
  readonly #hash = createHash("sha256");
  readonly #stream: ByteStream;
  readonly #tally = new HostTally();
  readonly #seen = new SeenAddresses();
  #bytes = 0;
  #presumed: ScanFacts | null = null;

  /**
   * @param take null to survey only
   * @param known hosts of the files that were read before; null where no others come
   */
  constructor(take: TakeHost | null, known: KnownHosts | null = null) {
    const shape: Shape = take === null ? surveyShape : importShape;
    this.#stream = new ByteStream(
      (host) => {
        this.#presumed ??= scanFactsOf(this.#stream.header(), null);
        this.#tally.add(host);
        this.#seen.add(host.address);
        take?.(host, this.#presumed);
      },
      shape,
      take === null ? null : known,
    );
  }

  push(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#stream.push(bytes);
  }

  end(bytesBreak: BytesBreak | null): DocumentEnd {
    const end = this.#stream.end();
    const facts = factsOf({
      sha256: this.#hash.digest("hex"),
      bytes: this.#bytes,
      end,
      tally: this.#tally,
      repeated: [...this.#seen.repeated],
      bytesBreak,
      notes: end.encodingNotes,
    });
    const { scan, repeated, hosts } = facts;
    const isAsPresumed = hosts === 0 || JSON.stringify(scan) === JSON.stringify(this.#presumed);
    return { facts, isOrdinary: scan !== null && repeated.length === 0 && isAsPresumed };
  }
}

/** What is said of a file of which nothing can be known. */
export function refusedEnd(why: string): DocumentEnd {
  const grade = { grade: "refused", why } as const;
  const facts: DocumentFacts = {
    sha256: "",
    bytes: 0,
    grade,
    run: null,
    scan: null,
    hosts: 0,
    repeated: [],
    warnings: [],
  };
  return { facts, isOrdinary: false };
}

export interface DocumentSink {
  push(bytes: Buffer): void;
  end(bytesBreak: BytesBreak | null): void;
}

const MOST_DOCUMENTS = 10_000;

/**
 * Reads a file through, document by document; there is one at least, if an empty one.
 * @param open told of each document
 * @param between called between pieces, which are 64 KB: there reading may wait, or throw to stop
 */
export async function eachDocument(
  path: string,
  open: (index: number) => DocumentSink,
  between: () => Promise<void> | void,
): Promise<void> {
  const splitter = new DocumentSplitter();
  let sink: DocumentSink | null = null;
  let count = 0;
  let bytesBreak: BytesBreak | null = null;
  for await (const piece of readFileBytes(path)) {
    if (!Buffer.isBuffer(piece)) {
      bytesBreak = piece;
      break;
    }
    for (const part of splitter.push(piece)) take(part.bytes, part.isFirst);
    await between();
  }
  for (const part of splitter.end()) take(part.bytes, part.isFirst);
  sink ??= open(0);
  sink.end(bytesBreak);

  function take(bytes: Buffer, isFirst: boolean): void {
    if (isFirst && count < MOST_DOCUMENTS) {
      sink?.end(null);
      sink = open(count);
      count += 1;
    }
    sink?.push(bytes);
  }
}

/** All that is to be known of a file before its hosts are used. */
export async function surveyFile(
  path: string,
  between: () => Promise<void> | void = () => {},
): Promise<DocumentEnd[]> {
  const ends: DocumentEnd[] = [];
  await eachDocument(
    path,
    () => {
      const reading = new DocumentReading(null);
      return {
        push: (bytes) => reading.push(bytes),
        end: (bytesBreak) => {
          ends.push(reading.end(bytesBreak));
        },
      };
    },
    between,
  );
  return ends;
}
