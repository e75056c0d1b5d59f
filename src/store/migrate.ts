import Sqlite, { type Database } from "better-sqlite3";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { MIGRATIONS } from "./migrations/all.js";
import type { Migration } from "./migrations/migration.js";
import { makePrivateFile, type Owner } from "./privateFiles.js";
import { writeWith } from "./transaction.js";

/** "PRTV": marks the file as ours (`PRAGMA application_id`, at byte 68 of the file). */
export const APPLICATION_ID = 0x50525456;

export interface MigrateOptions {
  readonly owner?: Owner | null;
  readonly now?: () => Instant;
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
 */
export function migrate(database: Database, path: string, options: MigrateOptions = {}): string | null {
  const { migrations = MIGRATIONS, owner = null, now = Date.now } = options;
  if (checkVersion(database, path, migrations) === migrations.length) return null;
  return writeWith(database, () => {
    // Another process may have done it while this one waited for the lock.
    const version = checkVersion(database, path, migrations);
    if (version === migrations.length) return null;
    const backup = version === 0 ? null : copyBeside(path, version, now(), owner);
    for (const step of migrations.slice(version)) database.exec(step.sql);
    database.pragma(`user_version = ${migrations.length}`);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    return backup;
  });
}

/** A whole copy, read by a second connection while the first holds the write lock and has written nothing yet. */
function copyBeside(path: string, version: number, now: Instant, owner: Owner | null): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const copy = `${path}.schema-${version}-${stamp}`;
  makePrivateFile(copy, owner);
  const reader = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    reader.prepare("VACUUM INTO ?").run(copy);
  } finally {
    reader.close();
  }
  return copy;
}
