/**
 * The change log as it lies in the database. While a run goes on, what it tells are rows of `change`, which follow it.
 * When it ends they are packed into one row of `published`, which is never touched again: a row each would be a quarter of
 * the database, and most questions are about all changes of a run. Corrections stay rows of `change`.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { RunId } from "../facts/run.js";
import { ChangeLines } from "../history/changeLines.js";
import { type ChangeColumns, type PackedLine, packChanges, unpackChanges } from "../history/changePack.js";
import type { Ledger } from "./ledger.js";

/** A line of the log. serial and recordedAt: see `change` in the schema. */
export type ChangeLine = readonly [
  host: number,
  protoport: number,
  what: number,
  serial: number,
  recordedAt: number | null,
];

/** Remembered by run: what was published never changes. */
const MEMORY = "published";

/** Writes what an ended run told. Inside a transaction, once a run. */
export function publishLines(ledger: Ledger, run: RunId, lines: ChangeLines): void {
  if (lines.count === 0) return;
  ledger
    .sql("INSERT INTO published (run, lines) VALUES (?, ?)")
    .run(run, deflateRawSync(packChanges(lines.sorted())));
}

/** Packs the rows of a run that ends now. Inside a transaction, while its outcome is still `running`. */
export function publishRows(ledger: Ledger, run: RunId): void {
  const rows = ledger.sql<PackedLine>(
    "SELECT host, protoport, what FROM change WHERE run = ? AND serial = 0 AND recorded_at IS NULL",
  );
  publishLines(ledger, run, ChangeLines.of(rows.all(run)));
  ledger.sql("DELETE FROM change WHERE run = ? AND serial = 0 AND recorded_at IS NULL").run(run);
}

/** What came with a run that has ended; null where it told of nothing. */
export function publishedBy(ledger: Ledger, run: RunId): ChangeColumns | null {
  const memory = ledger.contents.get(MEMORY) ?? new Map<number, unknown>();
  ledger.contents.set(MEMORY, memory);
  const known = memory.get(run);
  if (known !== undefined) return known as ChangeColumns;
  const row = ledger.rows<[Uint8Array]>("SELECT lines FROM published WHERE run = ?").get(run);
  if (row === undefined) return null;
  const lines = unpackChanges(inflateRawSync(row[0]));
  memory.set(run, lines);
  return lines;
}

/** All lines on changes of the run, by host, port, what and serial: as they came with it, and corrected since. */
export function changeLinesOf(ledger: Ledger, run: RunId): ChangeLine[] {
  const lines: ChangeLine[] = [];
  const columns = publishedBy(ledger, run);
  if (columns !== null) {
    const { hosts, protoports, whats } = columns;
    for (let index = 0; index < hosts.length; index++)
      lines.push([hosts[index] ?? 0, protoports[index] ?? 0, whats[index] ?? 0, 0, null]);
  }
  const rows = ledger
    .rows<[number, number, number, number, number | null]>(
      `SELECT host, protoport, what, serial, recorded_at FROM change WHERE run = ?
       ORDER BY host, protoport, what, serial`,
    )
    .all(run);
  if (rows.length === 0) return lines;
  if (lines.length === 0) return rows;
  return [...lines, ...rows].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
}
