import type { Address } from "../facts/address.js";
import type { Finding, FindingRule, FindingStatus } from "../facts/finding.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { RunId } from "../facts/run.js";
import { compareAddresses } from "../scope/address.js";
import type { Sighting } from "./findingSightings.js";
import { type FindingState, findingPartOf } from "./findingState.js";
import type { Ledger } from "./ledger.js";

export interface FindingFilter {
  readonly realm?: string;
  readonly vantage?: string;
  readonly address?: Address;
  readonly status?: FindingStatus;
  readonly rule?: FindingRule;
  /** Those that this run was the last to judge. */
  readonly run?: RunId;
}

/** A finding with one of its states, as `FINDING_COLUMNS` reads it. */
export interface FindingRow extends FindingState {
  readonly finding: number;
  readonly fingerprint: string;
  readonly rule: FindingRule;
  readonly address: Address;
  readonly protocol: Protocol | null;
  readonly port: number | null;
  readonly vantage_name: string;
  readonly realm_name: string;
}

export const FINDING_COLUMNS = `finding.fingerprint, finding.rule, finding.address, finding.protocol, finding.port,
  vantage.name AS vantage_name, realm.name AS realm_name, finding_state.*`;
/** What every list of findings joins besides the state. */
export const FINDING_PLACE = `JOIN vantage ON vantage.id = finding.vantage JOIN realm ON realm.id = vantage.realm`;

/** Findings as they are now, by address and port. */
export function findings(ledger: Ledger, filter: FindingFilter = {}): Finding[] {
  const columns = {
    "realm.name": filter.realm,
    "vantage.name": filter.vantage,
    "finding.address": filter.address,
    "finding_state.status": filter.status,
    "finding.rule": filter.rule,
    "finding.judged_by": filter.run,
  };
  const wanted = Object.entries(columns).filter(([, value]) => value !== undefined);
  const conditions = wanted.map(([column]) => `${column} = ?`);
  return ledger.read(() =>
    currentFindings(
      ledger,
      conditions.join(" AND "),
      wanted.map(([, value]) => value),
    ),
  );
}

/** Findings as they are now whose fingerprint begins with these hex digits, of either case; none for other text. */
export function findFindings(ledger: Ledger, prefix: string): Finding[] {
  if (!/^[0-9a-f]+$/i.test(prefix)) return [];
  const digits = prefix.toLowerCase();
  // "g" follows every hex digit.
  const values = [digits, `${digits}g`];
  return ledger.read(() => currentFindings(ledger, "fingerprint >= ? AND fingerprint < ?", values));
}

/** Inside a read. */
export function currentFindings(ledger: Ledger, condition: string, values: readonly unknown[]): Finding[] {
  const rows = ledger
    .sql<FindingRow & Sighting>(
      `SELECT ${FINDING_COLUMNS}, finding.judged_by AS judgedBy, run.id AS toldBy,
         coalesce(run.ended_at, run.started_at) AS toldAt, finding.last_seen AS lastSeen
       FROM finding JOIN finding_state ON finding_state.id = finding.state ${FINDING_PLACE}
       JOIN run ON run.id = finding.told_by ${condition === "" ? "" : `WHERE ${condition}`}`,
    )
    .all(...values);
  return rows.map((row) => findingOfRow(row, row)).sort(compareFindings);
}

const DAY = 86_400_000;

export function findingOfRow(row: FindingRow, { judgedBy, toldAt, lastSeen }: Sighting): Finding {
  const { fingerprint, rule, address, protocol, port } = row;
  return {
    fingerprint,
    rule,
    address,
    protocol,
    port,
    vantage: row.vantage_name,
    realm: row.realm_name,
    ...findingPartOf(row),
    lastSeen,
    ageDays: Math.max(0, Math.floor((toldAt - row.first_seen) / DAY)),
    run: judgedBy,
  };
}

/** By address, what is said of the host first, then by port; realm, vantage and rule break ties. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareAddresses(a.address, b.address) ||
    rankProtocol(a.protocol) - rankProtocol(b.protocol) ||
    (a.port ?? -1) - (b.port ?? -1) ||
    compareTexts(a.realm, b.realm) ||
    compareTexts(a.vantage, b.vantage) ||
    compareTexts(a.rule, b.rule)
  );
}

function rankProtocol(protocol: Protocol | null): number {
  return protocol === null ? -1 : PROTOCOLS.indexOf(protocol);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
