/**
 * A large file with one document, or one part of it, read in the belief that all of it is in order. Two
 * threads can read two parts at once: one up to a place between two hosts, the other the beginning, up to the first
 * host, and then from that place on. That it is such a place is known when the first one gets there.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { ByteStream } from "../nmap/byteStream.js";
import { importShape } from "../nmap/elementShape.js";
import { type FileRun, fileRunOf } from "../nmap/fileRun.js";
import { type ScanFacts, scanFactsOf } from "../nmap/scanFacts.js";
import type { StreamEnd } from "../nmap/streamXml.js";
import { type CountedHosts, HostTally } from "./documentFacts.js";
import { DocumentHosts } from "./documentHosts.js";
import type { HostsTaker } from "./readHosts.js";
import { SeenAddresses } from "./seenAddresses.js";
import { DocumentSplitter } from "./splitDocuments.js";

export interface FilePart {
  readonly from: number;
  /** Null: the end of the file. */
  readonly to: number | null;
}

export interface PartTaker extends HostsTaker {
  /** Before the first host: what the document says before its first host. */
  begun(run: FileRun, scan: ScanFacts): void;
}

export interface PartEnd {
  /** Null where another part follows. */
  readonly end: StreamEnd | null;
  /** What was taken for granted of each host; null where there was none. */
  readonly presumed: ScanFacts | null;
  readonly tally: CountedHosts;
  /** Numbers of the addresses (`seenAddresses.ts`): those that came, those that came again. */
  readonly seen: Uint32Array;
  readonly repeated: readonly number[];
  /** Of the bytes' encoding. */
  readonly notes: readonly string[];
}

const PIECE = 64 * 1024;
/** Pieces between which a stop is heard. */
const TURN = 16;
/** Before the first host nmap writes a few kilobytes; with every port listed, a few hundred. */
const LONGEST_HEAD = 1024 * 1024;
const FIRST_HOST = /<host[ >]/;

/** Null where it is no single document, or the part does not end between two hosts: it is to be read in another way. */
export async function readPart(path: string, part: FilePart, taker: PartTaker): Promise<PartEnd | null> {
  const file = openSync(path, "r");
  try {
    const reading = new PartReading(part, taker);
    if (part.from > 0 && !readHead(file, reading)) return null;
    const memory = Buffer.allocUnsafeSlow(PIECE);
    for (let at = part.from, count = 1; part.to === null || at < part.to; count++) {
      const wanted = part.to === null ? PIECE : Math.min(PIECE, part.to - at);
      const length = readSync(file, memory, 0, wanted, at);
      if (length === 0) break;
      at += length;
      if (!reading.push(memory.subarray(0, length))) return null;
      await taker.between();
      if (count % TURN === 0) await setImmediate();
    }
    return reading.end();
  } finally {
    closeSync(file);
  }
}

/** What stands before the first host; false where that is not in sight, or odd. */
function readHead(file: number, reading: PartReading): boolean {
  const head = Buffer.allocUnsafeSlow(LONGEST_HEAD);
  const bytes = head.subarray(0, readSync(file, head, 0, LONGEST_HEAD, 0));
  const text = bytes.toString("latin1");
  const first = text.search(FIRST_HOST);
  if (first === -1) return false;
  const end = text.lastIndexOf(">", first) + 1;
  return text.slice(end, first).trim() === "" && reading.push(bytes.subarray(0, end)) && reading.isBetween();
}

class PartReading {
  readonly #part: FilePart;
  readonly #splitter = new DocumentSplitter();
  readonly #stream: ByteStream;
  readonly #hosts: DocumentHosts;
  readonly #tally = new HostTally();
  readonly #seen = new SeenAddresses();
  #documents = 0;
  #presumed: ScanFacts | null = null;
  #header = "";

  constructor(part: FilePart, taker: PartTaker) {
    this.#part = part;
    this.#hosts = new DocumentHosts(null, 0, 1, taker.sink(0));
    this.#stream = new ByteStream((host) => {
      if (this.#presumed === null) {
        const header = this.#stream.header();
        this.#header = JSON.stringify(header);
        this.#presumed = scanFactsOf(header, null);
        taker.begun(fileRunOf(header, this.#presumed, { firstStart: null, lastEnd: null }), this.#presumed);
      }
      this.#tally.add(host);
      this.#seen.add(host.address);
      this.#hosts.take(host, this.#presumed);
    }, importShape);
  }

  /** False where another document begins. */
  push(bytes: Buffer): boolean {
    for (const part of this.#splitter.push(bytes)) this.#take(part);
    return this.#documents <= 1;
  }

  isBetween(): boolean {
    for (const part of this.#splitter.end()) this.#take(part);
    return this.#documents === 1 && this.#stream.settle();
  }

  end(): PartEnd | null {
    for (const part of this.#splitter.end()) this.#take(part);
    if (this.#documents > 1) return null;
    const end = this.#part.to === null ? this.#stream.end() : null;
    if (end === null && (!this.#stream.settle() || !this.#isPlain())) return null;
    this.#hosts.end();
    return {
      end,
      presumed: this.#presumed,
      tally: this.#tally,
      seen: this.#seen.numbers(),
      repeated: [...this.#seen.repeated],
      notes: end?.encodingNotes ?? [],
    };
  }

  #take({ bytes, isFirst }: { readonly bytes: Buffer; readonly isFirst: boolean }): void {
    if (isFirst) this.#documents += 1;
    if (this.#documents === 1) this.#stream.push(bytes);
  }

  /** Whether there is nothing to tell of this part but its hosts. */
  #isPlain(): boolean {
    const isAllHeader = JSON.stringify(this.#stream.header()) === this.#header;
    return isAllHeader && !this.#stream.hasNotes;
  }
}
