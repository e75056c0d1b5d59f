import { renameSync, rmSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { MIGRATIONS } from "./migrations/all.js";
import type { Migration } from "./migrations/migration.js";
import { makePrivateFile, type Owner, syncPath } from "./privateFiles.js";
import { writeWith } from "./transaction.js";

/** "PRTV": marks the file as ours (`PRAGMA application_id`, at byte 68 of the file). */
export const APPLICATION_ID = 0x50525456;

export interface MigrateOptions {
  readonly owner?: Owner | null;
  readonly now?: () => Instant;
  /** Bytes free in a folder; a test may tell another number. */
  readonly freeBytes?: (folder: string) => number;
  /** The steps to reach; a test may pass more than there are. */
  readonly migrations?: readonly Migration[];
}

/**
 * Refuses a database that this version cannot read.
 * @throws PortreeveError for a foreign SQLite file, one of a newer portreeve, and (where reading) one of an older
 */
export function checkVersion(
  database: Database,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): number {
  const version = Number(database.pragma("user_version", { simple: true }));
  const application = Number(database.pragma("application_id", { simple: true }));
  const tables = database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
  if (application !== APPLICATION_ID && !(application === 0 && version === 0 && tables === 0)) {
    throw new PortreeveError("failed", `${path} is a SQLite database, but not one of portreeve`, {
      hint: "name another file with --db",
    });
  }
  if (version > migrations.length) {
    throw new PortreeveError(
      "failed",
      `the database ${path} is from the future: it has schema ${version}, this portreeve knows up to ${migrations.length}`,
      { hint: `use the portreeve that wrote it, or a later one (one with schema ${version})` },
    );
  }
  return version;
}

/**
 * Brings the schema up to date while the write lock is held, an existing one after a copy was made beside it.
 * @returns the path of that copy, null where none was needed
 * @throws PortreeveError `failed` where the disk has no room for the copy and the new tables
 */
export function migrate(database: Database, path: string, options: MigrateOptions = {}): string | null {
  const { migrations = MIGRATIONS, owner = null, now = Date.now, freeBytes = freeIn } = options;
  if (checkVersion(database, path, migrations) === migrations.length) return null;
  return writeWith(database, () => {
    // Another process may have done it while this one waited for the lock.
    const version = checkVersion(database, path, migrations);
    if (version === migrations.length) return null;
    if (version > 0) requireRoom(database, path, freeBytes);
    const backup = version === 0 ? null : copyBeside(path, version, now(), owner);
    for (const migration of migrations.slice(version)) {
      database.exec(migration.sql);
      migration.step?.(database);
    }
    database.pragma(`user_version = ${migrations.length}`);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    return backup;
  });
}

/** The copy beside it takes its size, and the tables that are made anew nearly as much again in the write-ahead log. */
const ROOM = 2;

function requireRoom(database: Database, path: string, freeBytes: (folder: string) => number): void {
  const pragma = (name: string): number => Number(database.pragma(name, { simple: true }));
  const needed = ROOM * pragma("page_count") * pragma("page_size");
  const free = freeBytes(dirname(path));
  if (free >= needed) return;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  throw new PortreeveError(
    "failed",
    `the database ${path} is to be brought up to date, which needs ${megabytes(needed)} beside it: ${megabytes(free)} are free`,
    {
      hint: "make room there, or move the database and its `.xml` folder to a larger disk and name it with --db",
    },
  );
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** A whole copy, read by a second connection while the first holds the write lock and has written nothing yet. */
function copyBeside(path: string, version: number, now: Instant, owner: Owner | null): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const copy = `${path}.schema-${version}-${stamp}`;
  // Renamed when it is whole: a copy that is there can be gone back to.
  const part = `${copy}.${process.pid}.part`;
  makePrivateFile(part, owner);
  const reader = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    reader.prepare("VACUUM INTO ?").run(part);
    syncPath(part);
    renameSync(part, copy);
    syncPath(dirname(copy));
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    reader.close();
  }
  return copy;
}
