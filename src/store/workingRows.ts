import type { RunId } from "../facts/run.js";
import { hostsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { ALIVE_BY, coverageOf } from "./runCoverage.js";

/** Takes what `compactRun` folded together apart again: one row a host, as while the run went on. Inside a transaction. */
export function restoreWorkingRows(ledger: Ledger, run: RunId): void {
  restoreHosts(ledger, run);
  const rows = ledger.sql<{ portset: number; grade: string; hostset: number }>(
    "SELECT portset, grade, hostset FROM coverage WHERE run = ?",
  );
  const insert = ledger.sql("INSERT INTO working_coverage (run, host, portset, grade) VALUES (?, ?, ?, ?)");
  for (const { portset, grade, hostset } of rows.all(run)) {
    for (const host of hostsetOf(ledger, hostset).list()) insert.run(run, host, portset, grade);
  }
  for (const table of ["coverage", "roster", "unjudged"]) {
    ledger.sql(`DELETE FROM ${table} WHERE run = ?`).run(run);
  }
  ledger.coverage.delete(run);
}

function restoreHosts(ledger: Ledger, run: RunId): void {
  const coverage = coverageOf(ledger, run, false);
  const reasons = aliveReasons(ledger, run);
  const insert = ledger.sql(
    `INSERT INTO working_host (run, host, presence, has_mac, has_names, identified, unjudged, alive_reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const presence of ["alive", "silent", "vanished"] as const) {
    for (const host of coverage.list(presence)) {
      insert.run(
        run,
        host,
        presence,
        coverage.has(host, "mac") ? 1 : 0,
        coverage.has(host, "named") ? 1 : 0,
        coverage.has(host, "identified") ? 1 : 0,
        coverage.unjudged(host),
        reasons.get(host) ?? null,
      );
    }
  }
}

function aliveReasons(ledger: Ledger, run: RunId): Map<number, string> {
  const rows = ledger.sql<{ trait: string; hostset: number }>(
    "SELECT trait, hostset FROM roster WHERE run = ?",
  );
  const reasons = new Map<number, string>();
  for (const { trait, hostset } of rows.all(run)) {
    if (!trait.startsWith(ALIVE_BY)) continue;
    for (const host of hostsetOf(ledger, hostset).list()) reasons.set(host, trait.slice(ALIVE_BY.length));
  }
  return reasons;
}
