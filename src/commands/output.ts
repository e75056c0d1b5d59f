/** Documents go to stdout, everything said to people goes to stderr. */
import { writeSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";

/** Writes all of `text` before it returns, to a pipe too; a reader that left (`| head`) ends the program quietly. */
export function printDocument(text: string): void {
  writeAll(1, text);
}

/** A piece of a long document; false where nobody reads any more, and no more need be made. */
export function printPiece(text: string): boolean {
  return writeAll(1, text);
}

/** One line for people. A lost terminal is no reason to stop. */
export function printMessage(line: string): void {
  try {
    writeAll(2, `${line}\n`);
  } catch {
    // Nobody is listening any more.
  }
}

function writeAll(fd: number, text: string): boolean {
  const bytes = Buffer.from(text, "utf8");
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EAGAIN") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        continue;
      }
      if (code === "EPIPE" || code === "EIO" || code === "EBADF") return false;
      if (code === "ENOSPC") {
        throw new PortreeveError("failed", "the output could not be written: no space left", {
          hint: "what was recorded is in the database: portreeve report shows it again",
          cause: error,
        });
      }
      throw error;
    }
  }
  return true;
}
