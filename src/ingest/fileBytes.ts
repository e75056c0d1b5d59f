/**
 * The bytes of a file as they were before somebody packed them: gzip is recognised by its first bytes, whatever the name.
 * Memory is bounded by the size of a piece; time, of a file made to unpack without end, by the limits here.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { constants, createGunzip } from "node:zlib";

/** Told instead of more bytes. */
export interface BytesBreak {
  readonly why: string;
  /** Nothing of it may be used; else what came before may. */
  readonly isRefused: boolean;
}

const PIECE = 64 * 1024;
/** A packed piece can grow a thousandfold before it can be stopped. */
const PACKED_PIECE = 8 * 1024;
/** Real scans pack 10 to 60 times; what is smaller than this is read in a second anyway. */
const MOST_RATIO = 500;
const FREE_SIZE = 64 * 1024 * 1024;

const GZIP = [0x1f, 0x8b];
/** Other packings, by their first bytes, with the command that unpacks them. */
const OTHERS: readonly (readonly [name: string, magic: readonly number[], command: string])[] = [
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz -d"],
  ["bzip2", [0x42, 0x5a, 0x68], "bzip2 -d"],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd], "zstd -d"],
  ["zip", [0x50, 0x4b, 0x03, 0x04], "unzip"],
];

/**
 * Yields pieces; each is good only until the next is asked for. A break comes last. A file that cannot be read breaks
 * too: of many files that are imported, the others go on.
 */
export async function* readFileBytes(path: string): AsyncGenerator<Buffer | BytesBreak> {
  try {
    let isFirst = true;
    const pieces = readPieces(path, PIECE);
    for await (const piece of pieces) {
      if (isFirst && startsWith(piece, GZIP)) {
        await pieces.return(undefined);
        yield* unpack(path);
        return;
      }
      const other = isFirst ? OTHERS.find(([, magic]) => startsWith(piece, magic)) : undefined;
      if (other !== undefined) {
        yield { why: `it is packed with ${other[0]}: unpack it with ${other[2]} first`, isRefused: true };
        return;
      }
      isFirst = false;
      yield piece;
    }
  } catch (error) {
    yield { why: `it cannot be read: ${(error as Error).message}`, isRefused: true };
  }
}

/** By its first bytes. @throws where it cannot be read */
export function isGzip(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const first = Buffer.alloc(GZIP.length);
    return readSync(file, first, 0, first.length, 0) === first.length && startsWith(first, GZIP);
  } finally {
    closeSync(file);
  }
}

function startsWith(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Pieces between which other things of the thread have their turn: a stop, a survey. */
const TURN = 16;

/**
 * Every piece in the same memory. Read at once and not by way of Node's pool: a thread that does nothing else gains
 * nothing by waiting there, and loses two changes of thread a piece.
 */
async function* readPieces(path: string, size: number): AsyncGenerator<Buffer, void, undefined> {
  const file = openSync(path, "r");
  try {
    const memory = Buffer.allocUnsafeSlow(size);
    for (let count = 1; ; count++) {
      const length = readSync(file, memory, 0, size, null);
      if (length === 0) return;
      yield memory.subarray(0, length);
      if (count % TURN === 0) await setImmediate();
    }
  } finally {
    closeSync(file);
  }
}

/** What was unpacked before a fault is given: a truncated file holds whole hosts. */
async function* unpack(path: string): AsyncGenerator<Buffer | BytesBreak> {
  let packedSize = 0;
  let size = 0;
  const gunzip = new Unpacking();
  try {
    for await (const piece of readPieces(path, PACKED_PIECE)) {
      for (const unpacked of await gunzip.push(piece)) {
        size += unpacked.length;
        yield unpacked;
      }
      if (gunzip.fault !== null) break;
      packedSize += piece.length;
      if (size > FREE_SIZE && size > MOST_RATIO * packedSize) {
        yield {
          why: `it unpacks to more than ${MOST_RATIO} times its size, as no scan does`,
          isRefused: true,
        };
        return;
      }
    }
    if (gunzip.fault === null) yield* await gunzip.end();
    else yield* unpackToFault(path, packedSize, size);
    if (gunzip.fault !== null && !isRestIgnored(gunzip.fault))
      yield { why: explainFault(gunzip.fault), isRefused: false };
  } finally {
    gunzip.close();
  }
}

/**
 * zlib keeps for itself what it made of a piece before the fault in it. So it is all done again, and in that piece byte
 * by byte.
 * @param whole packed bytes without a fault
 * @param given unpacked bytes that were given already
 */
async function* unpackToFault(path: string, whole: number, given: number): AsyncGenerator<Buffer> {
  const gunzip = new Unpacking();
  let packedSize = 0;
  let size = 0;
  try {
    for await (const piece of readPieces(path, PACKED_PIECE)) {
      const step = packedSize < whole ? piece.length : 1;
      for (let at = 0; at < piece.length && gunzip.fault === null; at += step) {
        for (const unpacked of await gunzip.push(piece.subarray(at, at + step))) {
          size += unpacked.length;
          const fresh = Math.min(unpacked.length, size - given);
          if (fresh > 0) yield unpacked.subarray(unpacked.length - fresh);
        }
      }
      packedSize += piece.length;
      if (gunzip.fault !== null) return;
    }
  } finally {
    gunzip.close();
  }
}

class Unpacking {
  readonly #gunzip = createGunzip({ chunkSize: PIECE, finishFlush: constants.Z_FINISH });
  #unpacked: Buffer[] = [];
  fault: NodeJS.ErrnoException | null = null;

  constructor() {
    this.#gunzip.on("data", (piece: Buffer) => this.#unpacked.push(piece));
    this.#gunzip.on("error", (error) => {
      this.fault ??= error;
    });
  }

  /** A piece with a fault is never called done, nor is one that ends in padding. */
  push(piece: Buffer): Promise<Buffer[]> {
    return this.#until((done) => this.#gunzip.write(piece, () => done()));
  }

  end(): Promise<Buffer[]> {
    return this.#until(() => this.#gunzip.end());
  }

  close(): void {
    this.#gunzip.destroy();
  }

  async #until(act: (done: () => void) => void): Promise<Buffer[]> {
    if (!this.#gunzip.readableEnded && !this.#gunzip.destroyed) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#gunzip.off("end", done).off("error", done);
          resolve();
        };
        this.#gunzip.once("end", done).once("error", done);
        act(done);
      });
    }
    const unpacked = this.#unpacked;
    this.#unpacked = [];
    return unpacked;
  }
}

/** What stands behind a whole member and is none itself: gunzip(1) leaves it out, too. */
function isRestIgnored({ message }: NodeJS.ErrnoException): boolean {
  return message === "incorrect header check";
}

function explainFault({ code, message }: NodeJS.ErrnoException): string {
  return code === "Z_BUF_ERROR" ? "the gzip file breaks off" : `the gzip file is damaged (${message})`;
}
