/** design.md's observation row and whose host it is, as scripts read it. */
import type { PortState } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";
import type { ObservationRow, RowConfidence } from "../facts/view.js";
import { toRfc3339 } from "./time.js";

/** Who answers for a port; what is not known may be left out. */
export interface Ownership {
  readonly owner?: string | null;
  /** What the profile or the asset list calls the host. */
  readonly host?: string | null;
  readonly system?: string | null;
  readonly tags?: readonly string[];
}

export type OwnedRow = ObservationRow & Ownership;

/** As scripts read it: names of design.md, times in RFC 3339, absent things null. */
export interface ObservationJson {
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly reason: string;
  /** nmap's service name. */
  readonly service: string | null;
  readonly product: string | null;
  readonly version: string | null;
  readonly vantage: string;
  readonly realm: string;
  readonly run: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly lastCovered: string;
  readonly confidence: RowConfidence;
  readonly owner: string | null;
  readonly host: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
}

export function observationJson(row: OwnedRow): ObservationJson {
  const { service } = row;
  return {
    address: row.address,
    protocol: row.protocol,
    port: row.port,
    state: row.state,
    reason: row.reason,
    service: service?.name ?? null,
    product: service?.product ?? null,
    version: service?.version ?? null,
    vantage: row.vantage,
    realm: row.realm,
    run: row.run,
    firstSeen: toRfc3339(row.firstSeen),
    lastSeen: toRfc3339(row.lastSeen),
    lastCovered: toRfc3339(row.lastCovered),
    confidence: row.confidence,
    owner: row.owner ?? null,
    host: row.host ?? null,
    system: row.system ?? null,
    tags: row.tags ?? [],
  };
}
