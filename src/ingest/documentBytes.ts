/** The plain bytes of one document of a file, once more: to keep them. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { isGzip, readFileBytes } from "./fileBytes.js";
import { type FileIdentity, isUnchanged } from "./fileIdentity.js";
import { DocumentSplitter } from "./splitDocuments.js";

export interface KeptDocument {
  /** Of the document in the file. */
  readonly index: number;
  /** Hexadecimal, of its plain bytes; and how many these are. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of the file before it was read; null where that is not known. */
  readonly identity: FileIdentity | null;
}

const PIECE = 128 * 1024;
const CHANGED = "the file changed while it was read";

/**
 * As they were read: unpacked, cut where the file breaks off, without the documents before and behind. Of what is not
 * the file that was read any more the stream ends with an error.
 */
export function documentBytes(path: string, document: KeptDocument): Readable {
  return Readable.from(ofFile(bytesToKeep(path, document)), { objectMode: false, highWaterMark: PIECE });
}

/** The file's fault, not the store's: other files may go on. */
export class Unreadable extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** Whoever writes the bytes has faults of his own, a full disk say, and the stream ends with those as well. */
async function* ofFile(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error : new Error(String(error)));
  }
}

async function* bytesToKeep(path: string, document: KeptDocument): AsyncGenerator<Buffer> {
  const { identity, bytes, index } = document;
  // Of that size it is no one of several; and with its looks unchanged its hash needs no second time.
  const isWhole = identity !== null && index === 0 && identity.size === bytes && !isGzip(path);
  if (!isWhole) {
    yield* checkedBytes(path, document);
    return;
  }
  yield* createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>;
  if (!(await isUnchanged(path, identity))) throw new Error(CHANGED);
}

async function* checkedBytes(path: string, { index, sha256 }: KeptDocument): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const bytes of bytesOf(path, index)) {
    hash.update(bytes);
    // The reader uses its memory again.
    yield Buffer.from(bytes);
  }
  if (hash.digest("hex") !== sha256) throw new Error(CHANGED);
}

async function* bytesOf(path: string, index: number): AsyncGenerator<Buffer> {
  const splitter = new DocumentSplitter();
  let document = -1;
  for await (const piece of readFileBytes(path)) {
    if (!Buffer.isBuffer(piece)) break;
    for (const part of splitter.push(piece)) {
      if (part.isFirst) document += 1;
      if (document === index) yield part.bytes;
    }
    if (document > index) return;
  }
  for (const part of splitter.end()) {
    if (part.isFirst) document += 1;
    if (document === index) yield part.bytes;
  }
}
