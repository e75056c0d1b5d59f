import { rmSync } from "node:fs";
import type { Instant } from "../facts/run.js";
import { explained } from "./explainFault.js";
import type { Ledger } from "./ledger.js";
import { type RawFile, rawFiles } from "./storeStats.js";
import { strayXml } from "./strayXml.js";

/**
 * Removes kept XML that only runs ended before then refer to, and nothing else: no row changes, for no span depends on
 * it. One that no run refers to goes once it is a day old: whoever kept it died before it was recorded.
 * @returns what was removed
 */
export function pruneRaw(ledger: Ledger, before: Instant): RawFile[] {
  return explained(`${ledger.path}.xml`, () => {
    const lastUse = new Map(
      ledger
        .rows<[sha256: string, last: number]>(
          `SELECT sha256, max(coalesce(run.ended_at, 9e15)) FROM (
             SELECT run, xml_sha256 AS sha256 FROM shard WHERE xml_sha256 IS NOT NULL
             UNION ALL SELECT run, file_hash FROM import
           ) AS named JOIN run ON run.id = named.run GROUP BY sha256`,
        )
        .all(),
    );
    const old = rawFiles(`${ledger.path}.xml`).filter(
      ({ sha256 }) => (lastUse.get(sha256) ?? Number.POSITIVE_INFINITY) < before,
    );
    const stray = strayXml(ledger);
    for (const { path } of [...old, ...stray]) rmSync(path, { force: true });
    return [...old, ...stray];
  });
}
