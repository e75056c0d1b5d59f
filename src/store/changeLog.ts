import type { Address } from "../facts/address.js";
import type { Protocol } from "../facts/port.js";
import type { Instant, RunId } from "../facts/run.js";
import type { ChangeKind } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
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

interface LogRow {
  readonly run: number;
  readonly host: number;
  readonly protoport: number;
  readonly what: number;
  readonly serial: number;
  readonly recorded_at: number | null;
  readonly at: number;
  readonly forgotten: number;
  readonly operator: string;
  readonly vantage: string;
  readonly realm: string;
}

/**
 * The change log in the order in which it was written. A change is recorded when its run ends, or while it goes on
 * (then with the present time, for it may still be amended); one of an imported run when that was imported.
 */
export function changeLog(ledger: Ledger, filter: ChangeLogFilter = {}): ChangeLogRow[] {
  const { since = 0, run = null, vantage = null, realm = null } = filter;
  // Runs first: of the lines that came with a run, those of runs that are too old are never read.
  const sql = `
    WITH known AS (
      SELECT run.id, vantage, operator, 0 AS forgotten,
        coalesce(import.imported_at, run.ended_at, @now) AS at
      FROM run LEFT JOIN import ON import.run = run.id
      UNION ALL SELECT id, vantage, operator, 1, ended_at FROM forgotten_run
    ), line AS (
      SELECT change.*, known.at FROM known CROSS JOIN change ON change.run = known.id
      WHERE known.at >= @since AND change.recorded_at IS NULL AND (@run IS NULL OR known.id = @run)
      UNION ALL
      SELECT *, recorded_at FROM change WHERE recorded_at >= @since AND (@run IS NULL OR change.run = @run)
    )
    SELECT line.*, known.forgotten, known.operator, vantage.name AS vantage, realm.name AS realm
    FROM line JOIN known ON known.id = line.run JOIN vantage ON vantage.id = known.vantage
      JOIN realm ON realm.id = vantage.realm
    WHERE (@vantage IS NULL OR vantage.name = @vantage) AND (@realm IS NULL OR realm.name = @realm)
    ORDER BY line.at, line.run, line.host, line.protoport, line.serial, line.what`;
  return ledger.read(() =>
    ledger
      .sql<LogRow>(sql)
      .all({ now: ledger.now(), since, run, vantage, realm })
      .map((row) => rowOf(ledger, row)),
  );
}

function rowOf(ledger: Ledger, row: LogRow): ChangeLogRow {
  const port = row.protoport === WHOLE_HOST ? null : portOfCode(row.protoport);
  const { kind, from, to } = changeValueOf(ledger, row.what);
  const act = !isTold(row.serial) ? "retracted" : row.recorded_at === null ? "told" : "corrected";
  return {
    run: row.run,
    serial: row.serial,
    recordedAt: row.at,
    act,
    supersedes: row.serial === 0 ? null : row.serial - 1,
    isForgotten: row.forgotten === 1,
    address: addressOf(ledger, row.host),
    protocol: port?.protocol ?? null,
    port: port?.port ?? null,
    kind,
    before: from,
    after: to,
    vantage: row.vantage,
    realm: row.realm,
    operator: row.operator,
  };
}
