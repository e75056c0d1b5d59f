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
      if (isFirst && startsWith(piece, [0x1f, 0x8b])) {
        await pieces.return(undefined);
        yield* unpack(readPieces(path, PACKED_PIECE));
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
async function* unpack(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer | BytesBreak> {
  const gunzip = createGunzip({ chunkSize: PIECE, finishFlush: constants.Z_FINISH });
  let unpacked: Buffer[] = [];
  let packedSize = 0;
  let size = 0;
  let fault: NodeJS.ErrnoException | null = null;
  gunzip.on("data", (piece: Buffer) => unpacked.push(piece));
  gunzip.on("error", (error) => {
    fault ??= error;
  });
  const taken = () => {
    const some = unpacked;
    unpacked = [];
    for (const piece of some) size += piece.length;
    return some;
  };
  try {
    for await (const piece of pieces) {
      packedSize += piece.length;
      await new Promise<void>((resolve) => gunzip.write(piece, () => resolve()));
      yield* taken();
      if (fault !== null) break;
      if (size > FREE_SIZE && size > MOST_RATIO * packedSize) {
        yield {
          why: `it unpacks to more than ${MOST_RATIO} times its size, as no scan does`,
          isRefused: true,
        };
        return;
      }
    }
    if (fault === null) {
      await new Promise<void>((resolve) => {
        gunzip.once("end", resolve).once("error", () => resolve());
        gunzip.end();
      });
      yield* taken();
    }
    if (fault !== null) yield { why: explainFault(fault), isRefused: false };
  } finally {
    gunzip.destroy();
  }
}

function explainFault({ code, message }: NodeJS.ErrnoException): string {
  return code === "Z_BUF_ERROR" ? "the gzip file breaks off" : `the gzip file is damaged (${message})`;
}
