import { PROOFS } from "../facts/observation.js";
import type { Hostset } from "../history/hostset.js";
import { unpackTracks } from "../history/trackPack.js";
import { checkSpans } from "./checkSpans.js";
import { cellValueOf, hostsetOf, portsetOf, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { hostsOfPort } from "./portHosts.js";
import { publishedBy } from "./published.js";
import { rawFiles } from "./storeStats.js";
import { strayXml } from "./strayXml.js";
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
  ["quiet", "portset"],
  ["host_span", "track"],
];

/** SQLite's own checks, then the store's rules: spans that follow each other without a gap, sets that can be read. */
export function checkStore(ledger: Ledger): StoreCheck[] {
  return ledger.read(() => [
    integrity(ledger),
    foreignKeys(ledger),
    ...TRACKS.map(([table, track]) => chains(ledger, table, track)),
    packed(ledger),
    published(ledger),
    keptXml(ledger),
    values(ledger),
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

/**
 * Spans of ports and services cannot but follow each other. What may be wrong is their bytes, two of one proof side by side
 * (they would be one), or the hint of which hosts have them.
 */
function packed(ledger: Ledger): StoreCheck {
  const rows = ledger.sql<{ host: number; packed: Uint8Array }>("SELECT host, packed FROM tracks").all();
  ledger.contents.delete("value");
  const faults: string[] = [];
  const hints = new Map<number, Hostset>();
  for (const { host, packed } of rows) {
    try {
      for (const [code, spans] of unpackTracks(packed).cells) {
        const hint = hints.get(code) ?? hostsOfPort(ledger, code);
        hints.set(code, hint);
        if (!hint.has(host)) faults.push(`host ${host}, port ${code}: who-has would not find it`);
        const proofs = spans.map(({ value }) => cellValueOf(ledger, value).proof);
        if (proofs.some((proof, index) => proof === proofs[index + 1]))
          faults.push(`host ${host}, port ${code}: two spans of one state side by side`);
      }
    } catch (error) {
      faults.push(`the spans of host ${host}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { name: "tracks rows", looked: rows.length, faults: faults.slice(0, SHOWN_FAULTS) };
}

/** What a span proves is one of the words that are known. */
function values(ledger: Ledger): StoreCheck {
  const words = ledger.sql<{ proof: string }>("SELECT proof FROM value").all();
  const strange = words.filter(({ proof }) => !PROOFS.some((known) => known === proof));
  const faults = strange.map(({ proof }) => `a value with the proof ${proof}`);
  return { name: "value rows", looked: words.length, faults: faults.slice(0, SHOWN_FAULTS) };
}

function published(ledger: Ledger): StoreCheck {
  const runs = ledger.sql<{ run: number }>("SELECT run FROM published").all();
  ledger.contents.delete("published");
  const faults: string[] = [];
  for (const { run } of runs) {
    try {
      publishedBy(ledger, run);
    } catch (error) {
      faults.push(`the changes of run ${run}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { name: "published rows", looked: runs.length, faults: faults.slice(0, SHOWN_FAULTS) };
}

/** Files beside the database that no run names. */
function keptXml(ledger: Ledger): StoreCheck {
  const stray = strayXml(ledger);
  return {
    name: "kept XML",
    looked: rawFiles(`${ledger.path}.xml`).length,
    faults: stray
      .slice(0, SHOWN_FAULTS)
      .map(({ path }) => `no run names ${path}: \`portreeve db prune\` removes it`),
  };
}
