import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../facts/run.js";
import type { Ledger } from "./ledger.js";

export interface TableSize {
  readonly table: string;
  readonly rows: number;
  /** With its indices. */
  readonly bytes: number;
}

export interface StoreStats {
  readonly path: string;
  readonly schema: number;
  readonly bytes: number;
  /** Pages that are free inside the file. */
  readonly freeBytes: number;
  /** The write-ahead log beside it. */
  readonly logBytes: number;
  readonly runs: number;
  readonly firstRun: Instant | null;
  readonly lastRun: Instant | null;
  readonly hosts: number;
  readonly tables: readonly TableSize[];
  /** Kept nmap XML, compressed. */
  readonly rawFiles: number;
  readonly rawBytes: number;
}

/** What lies in the database and how much room it takes, the largest table first. */
export function storeStats(ledger: Ledger): StoreStats {
  return ledger.read(() => {
    const pragma = (name: string): number => Number(ledger.database.pragma(name, { simple: true }));
    const pageSize = pragma("page_size");
    const about = ledger
      .sql<{ runs: number; first: number | null; last: number | null }>(
        "SELECT count(*) AS runs, min(started_at) AS first, max(started_at) AS last FROM run",
      )
      .get();
    const raw = rawFiles(`${ledger.path}.xml`);
    return {
      path: ledger.path,
      schema: pragma("user_version"),
      bytes: pragma("page_count") * pageSize,
      freeBytes: pragma("freelist_count") * pageSize,
      logBytes: statSync(`${ledger.path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
      runs: about?.runs ?? 0,
      firstRun: about?.first ?? null,
      lastRun: about?.last ?? null,
      hosts: rowsOf(ledger, "host"),
      tables: tableSizes(ledger),
      rawFiles: raw.length,
      rawBytes: raw.reduce((sum, { size }) => sum + size, 0),
    };
  });
}

function tableSizes(ledger: Ledger): TableSize[] {
  const sizes = ledger
    .sql<{ table: string; bytes: number }>(
      `SELECT schema.tbl_name AS "table", sum(pgsize) AS bytes FROM dbstat
       JOIN sqlite_schema AS schema ON schema.name = dbstat.name
       WHERE aggregate = TRUE GROUP BY schema.tbl_name ORDER BY bytes DESC, 1`,
    )
    .all();
  return sizes.map(({ table, bytes }) => ({ table, bytes, rows: rowsOf(ledger, table) }));
}

/** @param table a name that the schema itself gave */
function rowsOf(ledger: Ledger, table: string): number {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  return ledger.sql<{ n: number }>(`SELECT count(*) AS n FROM ${quoted}`).get()?.n ?? 0;
}

export interface RawFile {
  readonly sha256: string;
  readonly path: string;
  readonly size: number;
}

/** The kept XML files below a folder; none where there is no folder. */
export function rawFiles(folder: string): RawFile[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" }).flatMap((entry) => {
    const sha256 = /^([0-9a-f]{64})\.xml\.gz$/.exec(entry.name)?.[1];
    if (sha256 === undefined || !entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    return [{ sha256, path, size: statSync(path, { throwIfNoEntry: false })?.size ?? 0 }];
  });
}
