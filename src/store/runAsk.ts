import type { RunId } from "../facts/run.js";
import type { RunAsk } from "../facts/runAsk.js";
import type { Ledger } from "./ledger.js";

/** What the run was asked; null for a file's, an older portreeve's, or a newer one's that says it otherwise. */
export function runAsk(ledger: Ledger, run: RunId): RunAsk | null {
  const row = ledger.sql<{ request: string | null }>("SELECT request FROM run WHERE id = ?").get(run);
  if (row === undefined || row.request === null) return null;
  const ask = JSON.parse(row.request) as RunAsk;
  return ask.version === 1 ? ask : null;
}
