import type { LoggedChange } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import type { Instant, Run, RunId } from "../facts/run.js";
import type { ChangeKind } from "../facts/view.js";
import { cellCode, portOfCode } from "../history/cell.js";
import type { Key } from "../history/span.js";
import { hasAddress } from "../scope/addressSet.js";
import type { HostChoice } from "./chosenHosts.js";
import { inAddressOrder } from "./chosenHosts.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { lastProof, type RunsOfVantage } from "./proofBefore.js";
import { changeLinesOf, isLastOn } from "./published.js";
import { isTold, WHOLE_HOST } from "./recordChanges.js";
import { type KeyedRun, runsOfVantage } from "./recording.js";
import { listRuns, type RunFilter, storedRun } from "./runs.js";

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
  const place = placeOf(ledger, run.id);
  const stored = changeLinesOf(ledger, run.id);
  const current =
    filter.withCorrections === true
      ? stored
      : stored.filter(([, , , serial], index) => isTold(serial) && isLastOn(stored, index));
  const rows = current.flatMap(([host, protoport, what, serial, recordedAt]) => {
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
      timeFrom: lastProof(place, host, protoport, { key: place.key, kind, from })?.endedAt ?? null,
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
      retracted: !isTold(serial),
      serial,
    };
    return [row];
  });
  return inAddressOrder(rows);
}

/** Where the run before each change is looked up. */
function placeOf(ledger: Ledger, run: RunId): RunsOfVantage & { readonly key: Key } {
  const stored = storedRun(ledger, run);
  let runs: readonly KeyedRun[] | null = null;
  return {
    ledger,
    stored,
    key: stored.key,
    runs() {
      runs ??= runsOfVantage(ledger, stored.vantage);
      return runs;
    },
  };
}

function endOf(ledger: Ledger, { endedAt }: Run): Instant {
  return endedAt ?? ledger.now();
}
