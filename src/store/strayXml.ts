import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../facts/run.js";
import type { Ledger } from "./ledger.js";

/** A file is kept before the row that names it is written: younger ones than this may still get theirs. */
const GRACE = 86_400_000;

export interface StrayXml {
  readonly sha256: string;
  readonly path: string;
  readonly size: number;
}

/**
 * Kept XML that no row names, and halves of files: what a process leaves that was killed between keeping a file and
 * recording it. Only what is older than a day is told.
 */
export function strayXml(ledger: Ledger, now: Instant = ledger.now()): StrayXml[] {
  const folder = `${ledger.path}.xml`;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" });
  const kept = files.flatMap((entry) => {
    const [, sha256, part] = /^([0-9a-f]{64})\.xml\.gz(\..+\.part)?$/.exec(entry.name) ?? [];
    if (sha256 === undefined || !entry.isFile()) return [];
    return [{ sha256, isPart: part !== undefined, path: join(entry.parentPath, entry.name) }];
  });
  if (kept.length === 0) return [];
  const named = new Set(
    ledger
      .rows<[string]>(
        "SELECT xml_sha256 FROM shard WHERE xml_sha256 IS NOT NULL UNION SELECT file_hash FROM import",
      )
      .all()
      .map(([sha256]) => sha256),
  );
  return kept.flatMap(({ sha256, isPart, path }) => {
    if (!isPart && named.has(sha256)) return [];
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined || now - stat.mtimeMs < GRACE ? [] : [{ sha256, path, size: stat.size }];
  });
}
