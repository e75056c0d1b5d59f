import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";

const PIECE = 1 << 20;

/**
 * All bytes of a file, of standard input for `-`. A pipe is read too, and never more than `most` bytes of anything.
 * @throws PortreeveError `usage` where it cannot be read or is longer
 */
export function readInput(file: string, most: number): Uint8Array {
  const name = file === "-" ? "standard input" : quoteText(file);
  try {
    const fd = file === "-" ? 0 : openSync(file, "r");
    try {
      if (fstatSync(fd).isDirectory()) throw new PortreeveError("usage", `${name} is a folder`);
      return readAll(fd, name, most);
    } finally {
      if (file !== "-") closeSync(fd);
    }
  } catch (cause) {
    if (cause instanceof PortreeveError) throw cause;
    throw new PortreeveError("usage", `${name} cannot be read: ${(cause as Error).message}`, {
      hint: "check the path, or give - to read standard input",
      cause,
    });
  }
}

function readAll(fd: number, name: string, most: number): Uint8Array {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE);
    const count = readPiece(fd, piece);
    if (count === 0) return Buffer.concat(pieces, length);
    length += count;
    if (length > most) {
      throw new PortreeveError("usage", `${name} is longer than ${Math.floor(most / (1 << 20))} MB`, {
        hint: "split it, or leave out columns that are not needed",
      });
    }
    pieces.push(piece.subarray(0, count));
  }
}

/** Standard input may have been set not to wait by whoever shares it. */
function readPiece(fd: number, piece: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
