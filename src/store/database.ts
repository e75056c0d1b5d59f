import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { PortreeveError } from "../facts/error.js";
import { explained } from "./explainFault.js";
import { checkVersion, type MigrateOptions, migrate } from "./migrate.js";
import { MIGRATIONS } from "./migrations/all.js";
import {
  closeToOthers,
  exists,
  makePrivateFile,
  makePrivateFolder,
  type Owner,
  refuseForeignLinks,
  refuseLink,
} from "./privateFiles.js";
import { PATIENCE } from "./transaction.js";

export interface OpenOptions extends MigrateOptions {
  readonly mode: "write" | "read";
  /** How long to wait for another writer's transaction, ms; default 60 s. */
  readonly patience?: number;
}

/**
 * Opens the file as SQLite: write-ahead log, every commit on the disk (`synchronous=FULL`), foreign keys on. In write
 * mode it is made if missing and brought up to date; a reader changes nothing.
 * @throws PortreeveError where it is missing (read), foreign, newer, not readable or not writable
 */
export function openDatabase(path: string, options: OpenOptions): Database {
  const file = resolve(path);
  return explained(file, () =>
    options.mode === "write" ? openToWrite(file, options) : openToRead(file, options),
  );
}

function openToWrite(file: string, options: OpenOptions): Database {
  const owner = options.owner ?? null;
  makeFolderOf(file, owner);
  makePrivateFile(file, owner);
  const database = connect(file, false, options.patience);
  try {
    // The version first: a foreign file must not even be given a write-ahead log.
    checkVersion(database, file, options.migrations);
    // Ours for sure by now: the modes of another program's file are not ours to change.
    closeToOthers(file);
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    migrate(database, file, options);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The folder of a database, if it is missing, and nothing in it. @throws PortreeveError where others' links are in the way */
export function makeFolderOf(file: string, owner: Owner | null): void {
  if (owner !== null) {
    refuseForeignLinks(dirname(file));
    for (const path of [dirname(file), file, `${file}.xml`]) refuseLink(path);
  }
  refuseOther(file);
  makePrivateFolder(dirname(file), owner);
}

function openToRead(file: string, options: OpenOptions): Database {
  if (!exists(file)) {
    throw new PortreeveError("failed", `no database at ${file}`, {
      hint: "run `portreeve scan` first, or name one with --db",
    });
  }
  refuseOther(file);
  const database = connectToRead(file, options);
  try {
    const { length: needed } = options.migrations ?? MIGRATIONS;
    const version = checkVersion(database, file, options.migrations);
    if (version === needed) return database;
    const what =
      version === 0 ? "is empty" : `has the older schema ${version}, this portreeve reads ${needed}`;
    throw new PortreeveError("failed", `the database ${file} ${what}`, {
      hint: "the next `portreeve scan` brings it up to date",
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * SQLite reads a write-ahead log only where it may write beside it. One who may not (an auditor's account, a read-only
 * medium) reads the file itself, into memory: where no log is waiting, all is in it.
 * @throws PortreeveError `failed` where one is
 */
function connectToRead(file: string, options: OpenOptions): Database {
  const database = connect(file, true, options.patience);
  try {
    database.pragma("user_version");
    return database;
  } catch (error) {
    database.close();
    const code = String((error as { code?: unknown }).code);
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(code)) throw error;
    if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      throw new PortreeveError("failed", `the database ${file} is in use, and this account may not join in`, {
        hint: "ask its owner for a copy: portreeve db backup FILE",
        cause: error,
      });
    }
    return connectToCopy(file);
  }
}

/** Offsets of the file format's write and read version: 2 is "with a write-ahead log" (sqlite.org/fileformat2.html). */
const FORMAT_VERSIONS = [18, 19];

function connectToCopy(file: string): Database {
  const bytes = readFileSync(file);
  for (const offset of FORMAT_VERSIONS) bytes[offset] = 1;
  const database = new Sqlite(bytes, { readonly: true });
  database.pragma("foreign_keys = ON");
  database.pragma("trusted_schema = OFF");
  return database;
}

function connect(file: string, readonly: boolean, patience: number = PATIENCE): Database {
  const database = new Sqlite(file, { readonly, fileMustExist: true, timeout: patience });
  database.pragma("foreign_keys = ON");
  database.pragma("trusted_schema = OFF");
  return database;
}

/** A folder, a device or a pipe is no database; opening a pipe would wait for ever. */
function refuseOther(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return;
  throw new PortreeveError("failed", `${file} is ${stats.isDirectory() ? "a folder" : "no regular file"}`, {
    hint: "name a file with --db",
  });
}
