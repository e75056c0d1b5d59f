import { PROOFS } from "../facts/observation.js";
import { checkSpans } from "./checkSpans.js";
import { cellValueOf, hostsetOf, portsetOf, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { SpanTable } from "./track.js";

/** What was looked at, and what is wrong with it; nothing where all is well. */
export interface StoreCheck {
  readonly name: string;
  readonly looked: number;
  readonly faults: readonly string[];
}

/** More of a kind than these say nothing new. */
const SHOWN_FAULTS = 10;

const TRACKS: readonly (readonly [table: SpanTable, track: string])[] = [
  ["span", "protoport"],
  ["service_span", "protoport"],
  ["quiet", "portset"],
  ["host_span", "track"],
];

/** SQLite's own checks, then the store's rules: spans that follow each other without a gap, sets that can be read. */
export function checkStore(ledger: Ledger): StoreCheck[] {
  return ledger.read(() => [
    integrity(ledger),
    foreignKeys(ledger),
    ...TRACKS.map(([table, track]) => chains(ledger, table, track)),
    sameNeighbours(ledger),
    readable(ledger, "hostset", (id) => hostsetOf(ledger, id).list()),
    readable(ledger, "portset", (id) => portsetOf(ledger, id)),
    readable(ledger, "quiet_value", (id) => quietOf(ledger, id)),
    checkSpans(ledger),
  ]);
}

function integrity(ledger: Ledger): StoreCheck {
  const said = ledger.database.pragma(`integrity_check(${SHOWN_FAULTS})`) as { integrity_check: string }[];
  const faults = said.map((row) => row.integrity_check).filter((text) => text !== "ok");
  return { name: "the file", looked: Number(ledger.database.pragma("page_count", { simple: true })), faults };
}

function foreignKeys(ledger: Ledger): StoreCheck {
  const said = ledger.database.pragma("foreign_key_check") as { table: string; parent: string }[];
  const faults = said.map(({ table, parent }) => `a row of ${table} names a ${parent} that is not there`);
  return { name: "references", looked: said.length, faults: [...new Set(faults)].slice(0, SHOWN_FAULTS) };
}

/** Each span ends where the next begins, and the last one is open. */
function chains(ledger: Ledger, table: SpanTable, track: string): StoreCheck {
  const rows = ledger
    .sql<{ host: number; vantage: number; track: number | string; from_key: number }>(
      `SELECT host, vantage, ${track} AS track, from_key FROM (
         SELECT *, lead(from_key) OVER (PARTITION BY host, vantage, ${track} ORDER BY from_key) AS next FROM ${table}
       ) WHERE until_key IS NOT next LIMIT ${SHOWN_FAULTS}`,
    )
    .all();
  return {
    name: `${table} rows`,
    looked: countOf(ledger, table),
    faults: rows.map(
      (row) =>
        `host ${row.host}, vantage ${row.vantage}, ${track} ${row.track}: the span from ${row.from_key} does not end where the next begins`,
    ),
  };
}

/** Two spans of one proof side by side would be one. */
function sameNeighbours(ledger: Ledger): StoreCheck {
  const rows = ledger
    .sql<{ host: number; protoport: number; value: number; next: number }>(
      `SELECT host, protoport, value, next FROM (
         SELECT host, protoport, value, lead(value) OVER (PARTITION BY host, vantage, protoport ORDER BY from_key) AS next
         FROM span
       ) WHERE next IS NOT NULL`,
    )
    .all();
  const faults = rows
    .filter(({ value, next }) => cellValueOf(ledger, value).proof === cellValueOf(ledger, next).proof)
    .map(({ host, protoport }) => `host ${host}, port ${protoport}: two spans of one state side by side`);
  const words = ledger.sql<{ proof: string }>("SELECT DISTINCT proof FROM value").all();
  const strange = words.filter(({ proof }) => !PROOFS.some((known) => known === proof));
  return {
    name: "changes of state",
    looked: rows.length,
    faults: [...faults, ...strange.map(({ proof }) => `a value with the proof ${proof}`)].slice(
      0,
      SHOWN_FAULTS,
    ),
  };
}

function readable(
  ledger: Ledger,
  table: "hostset" | "portset" | "quiet_value",
  read: (id: number) => unknown,
): StoreCheck {
  const ids = ledger.sql<{ id: number }>(`SELECT id FROM ${table}`).all();
  // What is remembered was read before the damage.
  ledger.contents.delete(table);
  const faults: string[] = [];
  for (const { id } of ids) {
    try {
      read(id);
    } catch (error) {
      faults.push(`${table} ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { name: `${table} rows`, looked: ids.length, faults: faults.slice(0, SHOWN_FAULTS) };
}

function countOf(ledger: Ledger, table: SpanTable): number {
  return ledger.sql<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
}
