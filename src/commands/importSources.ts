/** From what was typed to files: folders are searched, `-` is standard input. */
import { closeSync, type Dirent, openSync, readdirSync, readSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { PortreeveError } from "../facts/error.js";
import type { Source } from "../ingest/importFiles.js";
import { quoteText } from "../scope/quoteText.js";

export interface ImportSources {
  readonly sources: readonly Source[];
  /** Files of the folders that do not look like scans. */
  readonly passedOver: number;
}

const SCAN_NAME = /\.(xml|nmap-xml)(\.gz)?$/i;
/** A scan by another name says so early: before the root come a declaration, a style sheet, a comment with the command. */
const FIRST_BYTES = 4096;

/**
 * A name that was typed is taken whatever it holds: what is wrong with it is said of it later. Of a folder, and of the
 * folders in it, those files are taken that are called `.xml` or `.xml.gz`, or begin like a scan of nmap's. In the order
 * of their names; links to folders are not followed.
 * @throws PortreeveError `usage` for `-` twice, `failed` for a folder that cannot be read
 */
export function importSources(typed: readonly string[]): ImportSources {
  if (typed.filter((name) => name === "-").length > 1)
    throw new PortreeveError("usage", "- (standard input) can be given once only");
  const sources: Source[] = [];
  let passedOver = 0;
  for (const name of typed) {
    if (name === "-") sources.push(process.stdin);
    else if (!isFolder(name)) sources.push(name);
    else {
      for (const file of filesIn(name)) {
        if (SCAN_NAME.test(file) || beginsLikeScan(file)) sources.push(file);
        else passedOver += 1;
      }
    }
  }
  return { sources, passedOver };
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

/** Null for what is not there, for a link that leads round in a circle, and where nobody may look. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    // What was named is told of when it is read.
    return null;
  }
}

function filesIn(folder: string): string[] {
  const entries = entriesOf(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    const isFile = entry.isSymbolicLink() ? statOf(path)?.isFile() : entry.isFile();
    return isFile ? [path] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new PortreeveError(
      "failed",
      `the folder ${quoteText(folder)} cannot be read: ${(cause as Error).message}`,
      { hint: "nothing was imported: leave it out, or make it readable", cause },
    );
  }
}

function beginsLikeScan(path: string): boolean {
  const first = Buffer.alloc(FIRST_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return first.subarray(0, readSync(file, first, 0, FIRST_BYTES, 0)).includes("<nmaprun");
    } finally {
      closeSync(file);
    }
  } catch {
    // Nobody named it; one that was named would be told of.
    return false;
  }
}
