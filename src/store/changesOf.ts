import type { RunId } from "../facts/run.js";
import type { ChangeRow } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { compareAddresses } from "../scope/address.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { WHOLE_HOST } from "./recordChanges.js";
import { storedRun } from "./runs.js";

/** What happened by the run, by address, then port; `first-seen` rows among them. */
export function changesOf(ledger: Ledger, run: RunId): ChangeRow[] {
  return ledger.read(() => {
    const { run: now } = storedRun(ledger, run);
    const rows = ledger
      .sql<{ host: number; protoport: number; what: number; time_from: number | null }>(
        `SELECT host, protoport, what, coalesce(earlier.ended_at, earlier.started_at) AS time_from
         FROM change LEFT JOIN run AS earlier ON earlier.id = after_run
         WHERE run = ? AND serial = 0 ORDER BY host, protoport, what`,
      )
      .all(run);
    return rows
      .map(({ host, protoport, what, time_from }): ChangeRow => {
        const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
        const { kind, from, to } = changeValueOf(ledger, what);
        return {
          run,
          timeFrom: time_from,
          timeTo: now.endedAt ?? ledger.now(),
          address: addressOf(ledger, host),
          protocol: port?.protocol ?? null,
          port: port?.port ?? null,
          kind,
          before: from,
          after: to,
          vantage: now.vantage,
          operator: now.operator,
        };
      })
      .sort((a, b) => compareAddresses(a.address, b.address));
  });
}
