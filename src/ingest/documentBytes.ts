/** The plain bytes of one document of a file, once more: to keep them. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { readFileBytes } from "./fileBytes.js";
import { DocumentSplitter } from "./splitDocuments.js";

/**
 * As they were read: unpacked, cut where the file breaks off, without the documents before and behind.
 * @param index of the document in the file
 * @param sha256 hexadecimal; what has another is not what was read, and the stream ends with an error then
 */
export function documentBytes(path: string, index: number, sha256: string): Readable {
  return Readable.from(checkedBytes(path, index, sha256), { objectMode: false });
}

async function* checkedBytes(path: string, index: number, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const bytes of bytesOf(path, index)) {
    hash.update(bytes);
    // The reader uses its memory again.
    yield Buffer.from(bytes);
  }
  if (hash.digest("hex") !== sha256) throw new Error("the file changed while it was read");
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
