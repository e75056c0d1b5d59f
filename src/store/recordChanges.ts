import type { RunId } from "../facts/run.js";
import type { ChangeKind } from "../facts/view.js";
import { changeValueId } from "./intern.js";
import type { Recording } from "./recording.js";

export interface ChangeDraft {
  /** Null: the host itself. */
  readonly protoport: number | null;
  readonly kind: ChangeKind;
  readonly from: string | null;
  readonly to: string | null;
  /** The last earlier run that covered it: it happened after that run's end. Null where none did. */
  readonly after: RunId | null;
}

/** Stands for the host itself in the column of ports. */
export const WHOLE_HOST = -1;

/** Puts the host's changes of this run in place of those written before. */
export function writeChanges(
  { ledger, stored }: Recording,
  host: number,
  changes: readonly ChangeDraft[],
  again: boolean,
): void {
  if (again) ledger.sql("DELETE FROM change WHERE run = ? AND host = ?").run(stored.run.id, host);
  for (const { protoport, kind, from, to, after } of changes) {
    ledger
      .sql("INSERT INTO change (run, host, protoport, what, after_run) VALUES (?, ?, ?, ?, ?)")
      .run(stored.run.id, host, protoport ?? WHOLE_HOST, changeValueId(ledger, { kind, from, to }), after);
  }
}
