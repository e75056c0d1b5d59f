/** A profile as an argument names it: a file, or `-` for standard input. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { PortreeveError } from "../facts/error.js";
import type { TextSource } from "../profile/include.js";
import type { Profile } from "../profile/profile.js";
import { readProfile } from "./judging.js";
import { readInput } from "./readInput.js";

/** As `profile/load.ts` has it. */
const LARGEST_FILE = 4 * 1024 * 1024;

/**
 * Reads a profile; `-` reads standard input. What that includes is looked for in the folder of `beside` (a path), as
 * if it lay there.
 * @throws PortreeveError `usage` naming file, line and column
 */
export async function readProfileFrom(file: string, beside = "."): Promise<Profile> {
  if (file !== "-") {
    const profile = await readProfile(file);
    if (profile === null) throw new PortreeveError("failed", `the profile ${file} was not read`);
    return profile;
  }
  const { parseFrom } = await import("../profile/parse.js");
  const text = decode(readInput("-", LARGEST_FILE));
  if (text === null) throw new PortreeveError("usage", "the profile on standard input is no UTF-8 text");
  return parseFrom({ name: join(dirname(beside), "stdin"), text }, onDisk);
}

const onDisk: TextSource = (name) => {
  try {
    if (!statSync(name).isFile()) return { wrong: "is no regular file" };
    const text = decode(readInput(name, LARGEST_FILE));
    return text === null ? { wrong: "is not UTF-8 text" } : { text };
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { wrong: gone ? "does not exist" : "cannot be read" };
  }
};

function decode(bytes: Uint8Array): string | null {
  try {
    return bytes.includes(0) ? null : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // No UTF-8: the caller says of which file.
    return null;
  }
}
