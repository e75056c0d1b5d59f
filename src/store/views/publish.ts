import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { PortreeveError } from "../../facts/error.js";
import { explained } from "../explainFault.js";
import type { Ledger } from "../ledger.js";
import { checkPlaceOfCopy } from "../placeOfCopy.js";
import { exists, makePrivateFile, type Owner, refuseForeignLinks } from "../privateFiles.js";
import { fillViews } from "./fillViews.js";

/** "PRTP": a published copy, which may be written over. */
export const PUBLISHED_ID = 0x50525450;

const CACHE_KB = 65_536;

/**
 * Writes the `v1_` tables as a plain SQLite file for Grafana, Datasette or a spreadsheet: beside its place first, then
 * renamed, so that a reader has the old copy or the new one. Runs go on meanwhile. A copy that is there keeps its mode.
 * @throws PortreeveError `usage` where something else lies there
 */
export function publish(ledger: Ledger, path: string, owner: Owner | null): void {
  const file = resolve(path);
  checkPlaceOfCopy(file, ledger.path);
  explained(file, () => {
    refuseOther(file, ledger.path);
    if (owner !== null) refuseForeignLinks(dirname(file));
    const mode = exists(file) ? statSync(file).mode & 0o777 : null;
    const part = `${file}.${process.pid}.part`;
    makePrivateFile(part, owner);
    try {
      const target = new Sqlite(part);
      try {
        // It is thrown away where anything fails: no journal is needed.
        target.pragma("journal_mode = OFF");
        target.pragma("synchronous = OFF");
        target.pragma("locking_mode = EXCLUSIVE");
        target.pragma("temp_store = MEMORY");
        target.pragma(`cache_size = -${CACHE_KB}`);
        fillViews(ledger, target);
        target.pragma(`application_id = ${PUBLISHED_ID}`);
        target.pragma("user_version = 1");
        // A look at some rows of each index is all the planner needs.
        target.pragma("analysis_limit = 400");
        target.exec("ANALYZE");
      } finally {
        target.close();
      }
      if (mode !== null) chmodSync(part, mode);
      syncPath(part);
      renameSync(part, file);
      syncPath(dirname(file));
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  });
}

function refuseOther(file: string, database: string): void {
  if (!exists(file)) return;
  if (file !== database && isPublished(file)) return;
  throw new PortreeveError("usage", `${file} is there and is no published copy: it is not written over`, {
    hint: "name a new file",
  });
}

function isPublished(file: string): boolean {
  if (!statSync(file).isFile()) return false;
  try {
    const database = new Sqlite(file, { readonly: true, fileMustExist: true });
    try {
      return database.pragma("application_id", { simple: true }) === PUBLISHED_ID;
    } finally {
      database.close();
    }
  } catch {
    // No database at all.
    return false;
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
