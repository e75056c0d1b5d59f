import { rmSync } from "node:fs";
import type { Instant } from "../facts/run.js";
import { explained } from "./explainFault.js";
import type { Ledger } from "./ledger.js";
import { type RawFile, rawFiles } from "./storeStats.js";

/**
 * Removes kept XML that only runs ended before then refer to, and nothing else: no row changes, for no span depends on
 * it. A file that no run refers to is left, for what refers to it may be no run.
 * @returns what was removed
 */
export function pruneRaw(ledger: Ledger, before: Instant): RawFile[] {
  return explained(`${ledger.path}.xml`, () => {
    const lastUse = new Map(
      ledger
        .rows<[sha256: string, last: number]>(
          `SELECT hash, max(coalesce(ended_at, 9e15)) FROM (
             SELECT run, xml_sha256 AS hash FROM shard WHERE xml_sha256 IS NOT NULL
             UNION ALL SELECT run, file_hash FROM import
           ) AS used JOIN run ON run.id = used.run GROUP BY hash`,
        )
        .all(),
    );
    const old = rawFiles(`${ledger.path}.xml`).filter(
      ({ sha256 }) => (lastUse.get(sha256) ?? Number.POSITIVE_INFINITY) < before,
    );
    for (const { path } of old) rmSync(path, { force: true });
    return old;
  });
}
