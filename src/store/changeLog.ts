import type { Address } from "../facts/address.js";
import type { Protocol } from "../facts/port.js";
import type { Instant, RunId } from "../facts/run.js";
import type { ChangeKind } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { type ChangeLine, changeLinesOf } from "./published.js";
import { isTold, WHOLE_HOST } from "./recordChanges.js";

/** One line of the audit trail: what was published, and when. Lines are added, never changed. */
export interface ChangeLogRow {
  readonly run: RunId;
  /** Orders the lines on one change: 0 came with its run, each correction has the next. */
  readonly serial: number;
  readonly recordedAt: Instant;
  /** `retracted`: it does not hold any more; `corrected`: it holds, though its run had not told of it, or took it back. */
  readonly act: "told" | "corrected" | "retracted";
  /** The serial of the line it takes the place of; null where it is the first on its change. */
  readonly supersedes: number | null;
  /** Its run was taken back since. */
  readonly isForgotten: boolean;
  readonly address: Address;
  readonly protocol: Protocol | null;
  readonly port: number | null;
  readonly kind: ChangeKind;
  readonly before: string | null;
  readonly after: string | null;
  readonly vantage: string;
  readonly realm: string;
  readonly operator: string;
}

export interface ChangeLogFilter {
  /** Lines recorded at or after this moment. */
  readonly since?: Instant;
  /** Lines on changes of this run. */
  readonly run?: RunId;
  readonly vantage?: string;
  readonly realm?: string;
}

/** A run of the log; one that was taken back is among them. */
interface LogRun {
  readonly id: RunId;
  readonly operator: string;
  readonly forgotten: number;
  /** When its own lines were recorded. */
  readonly at: Instant;
  readonly vantage: string;
  readonly realm: string;
}

/**
 * The change log in the order in which it was written. A change is recorded when its run ends, or while it goes on
 * (then with the present time, for it may still be amended); one of an imported run when that was imported.
 */
export function changeLog(ledger: Ledger, filter: ChangeLogFilter = {}): ChangeLogRow[] {
  return ledger.read(() => {
    const { since = 0 } = filter;
    const corrected = new Set(
      ledger
        .rows<[RunId]>("SELECT DISTINCT run FROM change WHERE recorded_at >= ?")
        .all(since)
        .map(([run]) => run),
    );
    const lines = logRuns(ledger, filter)
      // Of runs that are too old the lines that came with them are never read.
      .filter(({ id, at }) => at >= since || corrected.has(id))
      .flatMap((run) => changeLinesOf(ledger, run.id).map((line) => ({ run, line, at: line[4] ?? run.at })))
      .filter(({ at }) => at >= since);
    // Stable: lines of one run and moment stay by host, port, change and serial.
    return lines
      .sort((a, b) => a.at - b.at || a.run.id - b.run.id)
      .map(({ run, line }) => rowOf(ledger, run, line));
  });
}

function logRuns(ledger: Ledger, filter: ChangeLogFilter): LogRun[] {
  const asked = {
    now: ledger.now(),
    run: filter.run ?? null,
    vantage: filter.vantage ?? null,
    realm: filter.realm ?? null,
  };
  return ledger
    .sql<LogRun>(
      `WITH known AS (
         SELECT run.id, vantage, operator, 0 AS forgotten, coalesce(import.imported_at, run.ended_at, @now) AS at
         FROM run LEFT JOIN import ON import.run = run.id
         UNION ALL SELECT id, vantage, operator, 1, coalesce(imported_at, ended_at) FROM forgotten_run
       )
       SELECT known.id, operator, forgotten, at, vantage.name AS vantage, realm.name AS realm
       FROM known JOIN vantage ON vantage.id = known.vantage JOIN realm ON realm.id = vantage.realm
       WHERE (@run IS NULL OR known.id = @run) AND (@vantage IS NULL OR vantage.name = @vantage)
         AND (@realm IS NULL OR realm.name = @realm)`,
    )
    .all(asked);
}

function rowOf(ledger: Ledger, run: LogRun, line: ChangeLine): ChangeLogRow {
  const [host, protoport, what, serial, recordedAt] = line;
  const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
  const { kind, from, to } = changeValueOf(ledger, what);
  const act = !isTold(serial) ? "retracted" : recordedAt === null ? "told" : "corrected";
  return {
    run: run.id,
    serial,
    recordedAt: recordedAt ?? run.at,
    act,
    supersedes: serial === 0 ? null : serial - 1,
    isForgotten: run.forgotten === 1,
    address: addressOf(ledger, host),
    protocol: port?.protocol ?? null,
    port: port?.port ?? null,
    kind,
    before: from,
    after: to,
    vantage: run.vantage,
    realm: run.realm,
    operator: run.operator,
  };
}
