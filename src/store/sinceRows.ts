import type { Address } from "../facts/address.js";
import type { SinceRow } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import type { Run } from "../facts/run.js";
import { portStateOf, timeOf } from "./asOf.js";
import { cellPeriods, type Period, periodRow } from "./cellPeriods.js";
import { chosenHosts } from "./chosenHosts.js";
import { evidenceReader } from "./evidence.js";
import { STILL_SO } from "./heldSpans.js";
import type { Ledger } from "./ledger.js";
import { isOfAudit, type Moment, type VantageAt, vantagesAtMoment } from "./vantageAt.js";

export interface SinceFilter extends Moment {
  readonly audit?: string;
  readonly maxAge?: (run: Run) => number | null;
}

/**
 * Since when a port is in its present state, at each vantage: the run that first saw it so, what it was before, and
 * when it had been open earlier. A vantage that never proved anything of it says `unknown`.
 */
export function sinceRows(
  ledger: Ledger,
  address: Address,
  port: Port,
  filter: SinceFilter = {},
): SinceRow[] {
  return ledger.read(() =>
    vantagesAtMoment(ledger, filter).flatMap((at): SinceRow[] => {
      const [host] = chosenHosts(ledger, at.realm, { hosts: [address] });
      if (host === undefined) return [unknownSince(at, address, port)];
      if (filter.audit !== undefined && !isOfAudit(at, host.id, port, filter.audit)) return [];
      return [sinceAt(ledger, at, { id: host.id, address }, port, filter)];
    }),
  );
}

function sinceAt(
  ledger: Ledger,
  at: VantageAt,
  { id, address }: { readonly id: number; readonly address: Address },
  port: Port,
  { maxAge }: SinceFilter,
): SinceRow {
  const periods = cellPeriods(ledger, at, id, port);
  const now = periods.at(-1);
  if (now === undefined) return unknownSince(at, address, port);
  const before = periods.at(-2);
  const lastState = portStateOf(now.value.state);
  const evidence = evidenceReader(at, maxAge)(
    id,
    port.protocol,
    port.port,
    now.from,
    now.contradictedBy ?? STILL_SO,
    lastState,
    now.said,
  );
  const rowOf = (period: Period) => periodRow(at, address, port, period);
  return {
    ...unknownSince(at, address, port),
    state: evidence.state,
    lastState,
    since: timeOf(at.view, now.from),
    sinceRun: at.byKey.get(now.from)?.run.id ?? null,
    changedAfter: before === undefined ? null : endOf(at, before),
    lastSeen: timeOf(at.view, now.lastSeen),
    lastCovered: evidence.run.startedAt,
    run: evidence.run.id,
    before: before === undefined ? null : rowOf(before),
    earlierOpen: periods
      .slice(0, -1)
      .filter(({ value }) => value.state === "open")
      .reverse()
      .map(rowOf),
  };
}

function endOf({ byKey, view }: VantageAt, { lastSeen }: Period): number {
  return byKey.get(lastSeen)?.run.endedAt ?? timeOf(view, lastSeen);
}

function unknownSince(at: VantageAt, address: Address, { protocol, port }: Port): SinceRow {
  return {
    address,
    protocol,
    port,
    vantage: at.name,
    realm: at.realm,
    state: "unknown",
    lastState: null,
    since: null,
    sinceRun: null,
    changedAfter: null,
    lastSeen: null,
    lastCovered: null,
    run: null,
    before: null,
    earlierOpen: [],
  };
}
