import type { RunId, Sitting } from "../facts/run.js";
import type { Ledger } from "./ledger.js";

/** The periods that a run was carried out in, the present one last; empty for a run that never was taken up again. */
export function sittingsOf(ledger: Ledger, run: RunId): Sitting[] {
  const row = ledger.sql<{ sittings: string }>("SELECT sittings FROM run WHERE id = ?").get(run);
  return row === undefined ? [] : JSON.parse(row.sittings);
}

/** Inside a transaction. */
export function writeSittings(ledger: Ledger, run: RunId, sittings: readonly Sitting[]): void {
  ledger.sql("UPDATE run SET sittings = ? WHERE id = ?").run(JSON.stringify(sittings), run);
}
