/** Looks at a large file as a whole, before it is read: its hash, and a place to cut it in two. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { PortreeveError } from "../facts/error.js";
import { isUtf16 } from "../nmap/textDecoder.js";

const FIRST_BYTES = 4096;
const PIECE = 1024 * 1024;
/** Between two hosts, as nmap writes them. A comment can hold it, too: it is only where the reading tries to part. */
const BETWEEN = "</host>\n<host ";
const END_OF_HOST = "</host>".length;
/** No further behind the middle is it searched for. */
const FARTHEST = 4 * PIECE;

/** Whether it begins as nmap's XML, neither packed nor in two bytes a character. */
export function isPlainXml(path: string): boolean {
  const first = readAt(path, 0, FIRST_BYTES);
  return !isUtf16(first) && first.includes("<nmaprun");
}

/** A place near the middle where a host has probably ended and another begins; null where there is none in sight. */
export function findCut(path: string, size: number): number | null {
  const middle = size >> 1;
  for (let at = middle; at < Math.min(size, middle + FARTHEST); at += PIECE) {
    const found = readAt(path, at, PIECE + BETWEEN.length).indexOf(BETWEEN);
    if (found !== -1) return at + found + END_OF_HOST;
  }
  return null;
}

function readAt(path: string, at: number, length: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, at));
  } finally {
    closeSync(file);
  }
}

/** SHA-256 of the file, hexadecimal. @throws PortreeveError `interrupted` */
export async function hashOf(path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path);
  try {
    const hash = createHash("sha256");
    const memory = Buffer.allocUnsafeSlow(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(memory, 0, PIECE, null);
      if (bytesRead === 0) return hash.digest("hex");
      if (signal?.aborted) throw new PortreeveError("interrupted", "the import was stopped");
      hash.update(memory.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
