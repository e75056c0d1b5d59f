import type { Database } from "better-sqlite3";
import { type Section, visitSpans } from "../history/trackPack.js";

const VIEWS: readonly (readonly [name: string, section: Section])[] = [
  ["span", "cells"],
  ["service_span", "services"],
];

/**
 * Lets a connection ask for the packed spans as if each were a row: `span` and `service_span`, with the columns host,
 * vantage, protoport, from_key, value and until_key. By host and vantage they are found by the index; a pass over all of them
 * costs a second for a million, so large answers read the packs themselves.
 */
export function defineSpanViews(database: Database): void {
  for (const [name, section] of VIEWS) {
    database.table(`unpacked_${section}`, {
      columns: ["protoport", "from_key", "value", "until_key"],
      parameters: ["packed"],
      *rows(packed: unknown) {
        if (!(packed instanceof Uint8Array)) return;
        const rows: (number | null)[][] = [];
        visitSpans(packed, section, (code, from, value, until) => rows.push([code, from, value, until]));
        yield* rows;
      },
    });
    database.exec(
      `CREATE TEMP VIEW ${name} AS
       SELECT tracks.host, tracks.vantage, each.protoport, each.from_key, each.value, each.until_key
       FROM tracks CROSS JOIN unpacked_${section}(tracks.packed) AS each`,
    );
  }
}
