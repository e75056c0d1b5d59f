import type { PlacedChange } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import type { Instant, RunId } from "../facts/run.js";
import type { ChangeKind, ChangeRow } from "../facts/view.js";
import { cellCode } from "../history/cell.js";
import { changesOfRun, type IsWantedChange } from "./changesOf.js";
import { chosenHosts, type HostChoice, inAddressOrder } from "./chosenHosts.js";
import type { Ledger } from "./ledger.js";
import { proofsOf } from "./proofBefore.js";
import { runsUpTo, type StoredRun } from "./runs.js";
import { type KnownVantage, type Place, vantagesAt } from "./vantages.js";

export interface ChangeFilter extends HostChoice, Place {
  /** By runs that ended at or after this, or still go on. */
  readonly since?: Instant;
  /** By runs that ended by then. */
  readonly until?: Instant;
  readonly run?: RunId;
  readonly kinds?: readonly ChangeKind[];
  readonly port?: Port;
  readonly audit?: string;
}

/**
 * What happened, as it is known now: changes by the time of the run that found them, then by address and port. A file
 * that was brought in late counts by its own time, and what a correction took back is in the change log only.
 */
export function changeRows(ledger: Ledger, filter: ChangeFilter = {}): PlacedChange[] {
  return ledger.read(() =>
    vantagesAt(ledger, filter)
      .flatMap((vantage) => foundAt(ledger, vantage, filter))
      .sort((a, b) => a.end - b.end || a.run - b.run)
      .flatMap(({ changes }) => changes),
  );
}

/** Hands out all of them, run by run: for tables of a million rows. */
export function eachChange(
  ledger: Ledger,
  visit: (change: ChangeRow, realm: string, audit: string | null) => void,
): void {
  for (const { id, realm } of vantagesAt(ledger, {})) {
    const proofs = proofsOf(ledger, id);
    for (const stored of runsUpTo(ledger, id, Number.MAX_SAFE_INTEGER).reverse()) {
      for (const change of changesOfRun(ledger, proofs, stored)) visit(change, realm, stored.run.audit);
    }
  }
}

interface FoundByRun {
  readonly run: RunId;
  readonly end: Instant;
  readonly changes: readonly PlacedChange[];
}

function foundAt(ledger: Ledger, { id, realm }: KnownVantage, filter: ChangeFilter): FoundByRun[] {
  const runs = runsUpTo(ledger, id, Number.MAX_SAFE_INTEGER).filter((run) => isWanted(ledger, run, filter));
  if (runs.length === 0) return [];
  const wanted = wantedOf(ledger, realm, filter);
  const proofs = proofsOf(ledger, id);
  return runs.map((stored) => {
    const { audit } = stored.run;
    const changes = changesOfRun(ledger, proofs, stored, wanted).map((change) =>
      placed(change, realm, audit),
    );
    return { run: stored.run.id, end: endOf(ledger, stored), changes: inAddressOrder(changes) };
  });
}

/** Field by field: a spread is ten times slower here, and there are many. */
function placed(
  { run, timeFrom, timeTo, address, protocol, port, kind, before, after, vantage, operator }: ChangeRow,
  realm: string,
  audit: string | null,
): PlacedChange {
  return {
    run,
    timeFrom,
    timeTo,
    address,
    protocol,
    port,
    kind,
    before,
    after,
    vantage,
    operator,
    realm,
    audit,
  };
}

function isWanted(
  ledger: Ledger,
  stored: StoredRun,
  { since, until, run: only, audit }: ChangeFilter,
): boolean {
  const end = endOf(ledger, stored);
  return (
    (only === undefined || stored.run.id === only) &&
    (audit === undefined || stored.run.audit === audit) &&
    (until === undefined || end <= until) &&
    (since === undefined || end >= since)
  );
}

function wantedOf(ledger: Ledger, realm: string, filter: ChangeFilter): IsWantedChange {
  const { port, kinds, hosts, network } = filter;
  const code = port === undefined ? null : cellCode(port.protocol, port.port);
  const ids =
    hosts === undefined && network === undefined
      ? null
      : new Set(chosenHosts(ledger, realm, filter).map(({ id }) => id));
  return (host, protoport, kind) =>
    (code === null || protoport === code) &&
    (kinds === undefined || kinds.includes(kind)) &&
    (ids === null || ids.has(host));
}

function endOf(ledger: Ledger, { run: { endedAt } }: StoredRun): Instant {
  return endedAt ?? ledger.now();
}
