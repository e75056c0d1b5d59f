import { renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { PortreeveError } from "../facts/error.js";
import { explainFault } from "./explainFault.js";
import type { Ledger } from "./ledger.js";
import { checkPlaceOfCopy } from "./placeOfCopy.js";
import { exists, makePrivateFile, type Owner, refuseForeignLinks, syncPath } from "./privateFiles.js";

/** All that is left in one step: with the source read in one snapshot, no writer makes it begin again. */
const ALL_PAGES = 0x7fff_ffff;

export interface BackUp {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Copies the whole database by SQLite's online backup while runs go on, then looks whether the copy is whole. It is made
 * beside its place and renamed, so that a backup that is there is a whole one. Kept XML is not in it.
 * @throws PortreeveError `usage` where the file is there already
 */
export async function backUp(ledger: Ledger, path: string, owner: Owner | null): Promise<BackUp> {
  const file = resolve(path);
  checkPlaceOfCopy(file, ledger.path);
  if (exists(file)) {
    throw new PortreeveError("usage", `${file} is there already: a backup is not written over`, {
      hint: "name a new file, with the date in its name",
    });
  }
  const part = `${file}.${process.pid}.part`;
  try {
    if (owner !== null) refuseForeignLinks(dirname(file));
    makePrivateFile(part, owner);
    await ledger.database.backup(part, { progress: () => ALL_PAGES });
    const bytes = checkCopy(part);
    syncPath(part);
    renameSync(part, file);
    syncPath(dirname(file));
    return { file, bytes };
  } catch (error) {
    throw explainFault(error, file);
  } finally {
    for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(`${part}${end}`, { force: true });
  }
}

function checkCopy(part: string): number {
  const copy = new Sqlite(part);
  try {
    // One file is easier to carry away than three.
    copy.pragma("journal_mode = DELETE");
    const said = copy.pragma("quick_check(1)", { simple: true });
    if (said !== "ok") throw new PortreeveError("failed", `the copy is damaged: ${String(said)}`);
    return (
      Number(copy.pragma("page_count", { simple: true })) * Number(copy.pragma("page_size", { simple: true }))
    );
  } finally {
    copy.close();
  }
}
