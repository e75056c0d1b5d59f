import type { LoggedChange } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import type { Instant, Run, RunId } from "../facts/run.js";
import type { ChangeKind } from "../facts/view.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { hasAddress } from "../scope/addressSet.js";
import type { HostChoice } from "./chosenHosts.js";
import { inAddressOrder } from "./chosenHosts.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { WHOLE_HOST } from "./recordChanges.js";
import { listRuns, type RunFilter } from "./runs.js";

export interface ChangeFilter extends HostChoice, Pick<RunFilter, "vantage" | "realm"> {
  /** Changes that were found at or after this: by a run that ended, or a correction that was written, then or later. */
  readonly since?: Instant;
  /** Changes found by then. */
  readonly until?: Instant;
  readonly run?: RunId;
  readonly kinds?: readonly ChangeKind[];
  readonly port?: Port;
  readonly audit?: string;
  /** Also rows that a correction took back or replaced, and the corrections: the log as it was written. */
  readonly withCorrections?: boolean;
}

type StoredChange = [
  host: number,
  protoport: number,
  what: number,
  serial: number,
  timeFrom: number | null,
  recordedAt: number | null,
  retracted: number,
];

/** Changes over all runs by the time they were found, then by address and port; those of a run that goes on among them. */
export function changeRows(ledger: Ledger, filter: ChangeFilter = {}): LoggedChange[] {
  return ledger.read(() =>
    listRuns(ledger, filter)
      .filter((run) => isWanted(ledger, run, filter))
      .sort((a, b) => endOf(ledger, a) - endOf(ledger, b) || a.id - b.id)
      .flatMap((run) => changesBy(ledger, run, filter)),
  );
}

function isWanted(ledger: Ledger, run: Run, { since, until, run: only, audit }: ChangeFilter): boolean {
  const end = endOf(ledger, run);
  return (
    (only === undefined || run.id === only) &&
    (audit === undefined || run.audit === audit) &&
    (until === undefined || run.startedAt <= until) &&
    (since === undefined || end >= since || wasCorrected(ledger, run.id, since))
  );
}

/** Whether a correction of the run's changes was written since: it is news, though the run is old. */
function wasCorrected(ledger: Ledger, run: RunId, since: Instant): boolean {
  return (
    ledger.sql("SELECT 1 FROM change WHERE run = ? AND recorded_at >= ? LIMIT 1").get(run, since) !==
    undefined
  );
}

function changesBy(ledger: Ledger, run: Run, filter: ChangeFilter): LoggedChange[] {
  const code = filter.port === undefined ? null : cellCode(filter.port.protocol, filter.port.port);
  const timeTo = endOf(ledger, run);
  const stored = ledger
    .rows<StoredChange>(
      `SELECT host, protoport, what, serial, coalesce(earlier.ended_at, earlier.started_at), change.recorded_at, retracted
       FROM change LEFT JOIN run AS earlier ON earlier.id = after_run
       WHERE change.run = ? ORDER BY host, protoport, what, serial`,
    )
    .all(run.id);
  const current = filter.withCorrections === true ? stored : stored.filter(isCurrent);
  const rows = current.flatMap(([host, protoport, what, serial, timeFrom, recordedAt, retracted]) => {
    if (code !== null && protoport !== code) return [];
    const { kind, from, to } = changeValueOf(ledger, what);
    const found = recordedAt ?? timeTo;
    if (filter.kinds !== undefined && !filter.kinds.includes(kind)) return [];
    if (filter.since !== undefined && found < filter.since) return [];
    if (filter.until !== undefined && found > filter.until) return [];
    const address = addressOf(ledger, host);
    if (filter.hosts !== undefined && !filter.hosts.includes(address)) return [];
    if (filter.network !== undefined && !hasAddress(filter.network, address)) return [];
    const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
    const row: LoggedChange = {
      run: run.id,
      timeFrom,
      timeTo,
      address,
      protocol: port?.protocol ?? null,
      port: port?.port ?? null,
      kind,
      before: from,
      after: to,
      vantage: run.vantage,
      operator: run.operator,
      realm: run.realm,
      audit: run.audit,
      recordedAt,
      retracted: retracted === 1,
      serial,
    };
    return [row];
  });
  return inAddressOrder(rows);
}

/** The last word on a change, if that word is not that it never was. Rows are in the order of their serials. */
function isCurrent(row: StoredChange, index: number, rows: readonly StoredChange[]): boolean {
  const next = rows[index + 1];
  const isReplaced = next !== undefined && next[0] === row[0] && next[1] === row[1] && next[2] === row[2];
  return !isReplaced && row[6] === 0;
}

function endOf(ledger: Ledger, { endedAt }: Run): Instant {
  return endedAt ?? ledger.now();
}
