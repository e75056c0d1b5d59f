import { closeSync, openSync, readSync, statSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";
import { parseProfile } from "./parse.js";
import type { Profile } from "./profile.js";

/** A profile of 10,000 hosts is under 1 MB; more than this is some other file. */
const LARGEST_PROFILE = 4 * 1024 * 1024;

/**
 * Reads the profile at `path`.
 * @throws PortreeveError `usage` where it is missing, unreadable, no text, larger than 4 MB, or wrong in itself
 */
export function loadProfile(path: string): Profile {
  return parseProfile(decodeProfile(readProfileFile(path), path), path);
}

function readProfileFile(path: string): Buffer {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw unfit(path, stat.isDirectory() ? "is a folder" : "is no regular file");
    if (stat.size > LARGEST_PROFILE) throw unfit(path, "is larger than 4 MB");
    return readAtMost(path, LARGEST_PROFILE + 1);
  } catch (cause) {
    if (cause instanceof PortreeveError) throw cause;
    throw unfit(path, whyUnreadable(cause), cause);
  }
}

/** The file may grow between the look and the reading: never more than `limit` bytes are read. */
function readAtMost(path: string, limit: number): Buffer {
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
    if (total >= limit) throw unfit(path, "is larger than 4 MB");
    return Buffer.concat(chunks);
  } finally {
    closeSync(descriptor);
  }
}

function decodeProfile(bytes: Buffer, path: string): string {
  if (bytes.includes(0)) throw unfit(path, "is no text (it holds NUL bytes)");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw unfit(path, "is not UTF-8 text", cause);
  }
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  return `cannot be read (${String(code ?? cause)})`;
}

function unfit(path: string, why: string, cause?: unknown): PortreeveError {
  return new PortreeveError("usage", `the profile ${quoteText(path)} ${why}`, {
    hint: "write a starting profile with `portreeve profile init --from-run N`",
    ...(cause === undefined ? {} : { cause }),
  });
}
