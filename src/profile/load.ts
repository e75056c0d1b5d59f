import { closeSync, openSync, readSync, statSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";
import { parseFrom } from "./parse.js";
import type { Profile } from "./profile.js";

/** A profile of 10,000 hosts is under 1 MB; more than this is some other file. */
const LARGEST_FILE = 4 * 1024 * 1024;
/** Of all files of a profile together. */
const LARGEST_PROFILE = 16 * 1024 * 1024;

/**
 * Reads the profile at `path` and what it includes.
 * @throws PortreeveError `usage` where it is missing, unreadable, no text, larger than 4 MB, or wrong in itself
 */
export function loadProfile(path: string): Profile {
  const root = readText(path);
  if ("wrong" in root) throw unfit(path, root);
  let size = root.size;
  return parseFrom({ name: path, text: root.text }, (name) => {
    const read = readText(name);
    if ("wrong" in read) return read;
    size += read.size;
    return size > LARGEST_PROFILE
      ? { wrong: "and the files before it are larger than 16 MB together" }
      : read;
  });
}

interface Unreadable {
  /** As it follows on the file's name: `does not exist`. */
  readonly wrong: string;
  readonly cause?: unknown;
}

function readText(path: string): { readonly text: string; readonly size: number } | Unreadable {
  const bytes = readBytes(path);
  if ("wrong" in bytes) return bytes;
  if (bytes.includes(0)) return { wrong: "is no text (it holds NUL bytes)" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return { text, size: bytes.length };
  } catch (cause) {
    return { wrong: "is not UTF-8 text", cause };
  }
}

const TOO_LARGE: Unreadable = { wrong: "is larger than 4 MB" };

function readBytes(path: string): Buffer | Unreadable {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { wrong: stat.isDirectory() ? "is a folder" : "is no regular file" };
    if (stat.size > LARGEST_FILE) return TOO_LARGE;
    return readAtMost(path, LARGEST_FILE + 1) ?? TOO_LARGE;
  } catch (cause) {
    return { wrong: whyUnreadable(cause), cause };
  }
}

/** The file may grow between the look and the reading: null where it has `limit` bytes or more. */
function readAtMost(path: string, limit: number): Buffer | null {
  const descriptor = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.alloc(Math.min(65_536, limit - total));
      const count = chunk.length === 0 ? 0 : readSync(descriptor, chunk);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      total += count;
    }
    return total >= limit ? null : Buffer.concat(chunks);
  } finally {
    closeSync(descriptor);
  }
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  return `cannot be read (${String(code ?? cause)})`;
}

function unfit(path: string, { wrong, cause }: Unreadable): PortreeveError {
  return new PortreeveError("usage", `the profile ${quoteText(path)} ${wrong}`, {
    hint: "write a starting profile with `portreeve profile init --from-run N`",
    ...(cause === undefined ? {} : { cause }),
  });
}
