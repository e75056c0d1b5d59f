import type { Address } from "../facts/address.js";
import type { JudgingBasis } from "../facts/profileText.js";
import type { RunId } from "../facts/run.js";
import { keptTextId, keptTextOf } from "./keptText.js";
import type { Ledger } from "./ledger.js";
import { keepProfile, profileTexts } from "./profileTexts.js";
import { storedRun } from "./runs.js";

/** Writes what a run was judged by in place of what it was judged by before; inside a write transaction. */
export function writeBasis(ledger: Ledger, run: RunId, basis: Omit<JudgingBasis, "run">): void {
  const { profileHash, profile, names, zone } = basis;
  if (profileHash !== null) keepProfile(ledger, profileHash, profile);
  // Sorted, so that the same names are one text.
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  ledger
    .sql("REPLACE INTO judgement (run, judged_at, zone, names) VALUES (?, ?, ?, ?)")
    .run(run, ledger.now(), zone, keptTextId(ledger, JSON.stringify(sorted)));
  ledger.sql("UPDATE run SET profile_hash = ? WHERE id = ?").run(profileHash, run);
}

/**
 * What the run was judged by; null where it was not judged.
 * @throws PortreeveError `usage` where there is no such run
 */
export function judgingBasis(ledger: Ledger, id: RunId): JudgingBasis | null {
  return ledger.read(() => {
    const { run } = storedRun(ledger, id);
    const row = ledger
      .sql<{ zone: string; names: number }>("SELECT zone, names FROM judgement WHERE run = ?")
      .get(id);
    if (row === undefined) return null;
    const names: [string, Address[]][] = JSON.parse(keptTextOf(ledger, row.names));
    const { profileHash } = run;
    const profile = profileHash === null ? [] : (profileTexts(ledger, profileHash) ?? []);
    return { run: id, profileHash, profile, names: new Map(names), zone: row.zone };
  });
}

/** Whether the vantage has a judged run with this key or a later one. */
export function isJudgedFrom(ledger: Ledger, vantage: number, key: number): boolean {
  const sql = "SELECT 1 FROM run JOIN judgement ON judgement.run = run.id WHERE vantage = ? AND key >= ?";
  return ledger.sql(`${sql} LIMIT 1`).get(vantage, key) !== undefined;
}

/** The key of the vantage's newest judged run; null where none is. */
export function newestJudgedKey(ledger: Ledger, vantage: number): number | null {
  const row = ledger
    .sql<{ key: number | null }>(
      "SELECT max(key) AS key FROM run JOIN judgement ON judgement.run = run.id WHERE vantage = ?",
    )
    .get(vantage);
  return row?.key ?? null;
}
