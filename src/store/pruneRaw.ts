import { rmSync } from "node:fs";
import type { Instant } from "../facts/run.js";
import { explained } from "./explainFault.js";
import type { Ledger } from "./ledger.js";
import { type RawFile, rawFiles } from "./storeStats.js";
import { strayXml } from "./strayXml.js";

/** What counts as the age of a foreign file's XML: when its scan ended, or when it was brought in. */
export type AgeOfImport = "by scan" | "by import";

/**
 * Removes kept XML that only runs ended before then refer to, and nothing else: no row changes, for no span depends on
 * it. One that no run refers to goes once it is a day old: whoever kept it died before it was recorded.
 * @param age a scan of years ago that was brought in today is young where things are kept for a time
 * @returns what was removed
 */
export function pruneRaw(ledger: Ledger, before: Instant, age: AgeOfImport = "by scan"): RawFile[] {
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
    const broughtIn = new Map(
      ledger
        .rows<[sha256: string, last: number]>(
          "SELECT file_hash, max(imported_at) FROM import GROUP BY file_hash",
        )
        .all(),
    );
    const isOld = ({ sha256 }: RawFile): boolean => {
      const used = lastUse.get(sha256) ?? Number.POSITIVE_INFINITY;
      return (age === "by scan" ? used : Math.max(used, broughtIn.get(sha256) ?? 0)) < before;
    };
    const old = rawFiles(`${ledger.path}.xml`).filter(isOld);
    const stray = strayXml(ledger);
    for (const { path } of [...old, ...stray]) rmSync(path, { force: true });
    return [...old, ...stray];
  });
}
