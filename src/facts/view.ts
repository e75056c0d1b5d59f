import type { Address } from "./address.js";
import type { Confidence, HoleLook, PortState, Proof, QuietGroup, Service } from "./observation.js";
import type { PortSet, Protocol } from "./port.js";
import type { Instant, Run, RunId } from "./run.js";

/** What a run recorded of an observation, or what several runs together tell: it changes from run to run. */
export type RowConfidence = Confidence | "flapping";

/** A cell of `query open` and of a report: design.md's observation row. */
export interface ObservationRow {
  readonly address: Address;
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly reason: string;
  readonly proof: Proof;
  readonly service: Service | null;
  readonly vantage: string;
  readonly realm: string;
  /** The run that last covered the cell. */
  readonly run: RunId;
  /** When the present state was first seen. */
  readonly firstSeen: Instant;
  /** When the present state was last seen. */
  readonly lastSeen: Instant;
  /** When the cell was last covered, whatever it showed. */
  readonly lastCovered: Instant;
  readonly confidence: RowConfidence;
}

export const CHANGE_KINDS = [
  "opened",
  "closed",
  "refused",
  "went-silent",
  "reopened",
  "service-changed",
  "host-appeared",
  "host-vanished",
  "first-seen",
] as const;
/** `first-seen` is in the list for the report's sake and is no change: no earlier run had covered the cell. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** design.md's change row. It happened after `timeFrom` (null: never covered before) and by `timeTo`. */
export interface ChangeRow {
  readonly run: RunId;
  readonly timeFrom: Instant | null;
  readonly timeTo: Instant;
  readonly address: Address;
  readonly protocol: Protocol | null;
  readonly port: number | null;
  readonly kind: ChangeKind;
  readonly before: string | null;
  readonly after: string | null;
  readonly vantage: string;
  readonly operator: string;
}

/** One host of a run, with what is known of it as of that run. */
export interface HostView {
  readonly address: Address;
  readonly presence: "alive" | "silent" | "vanished" | "not-covered";
  readonly aliveReason: string | null;
  /** When the present series of being alive began; null if never alive. */
  readonly aliveSince: Instant | null;
  readonly lastAlive: Instant | null;
  readonly mac: string | null;
  readonly vendor: string | null;
  readonly names: readonly string[];
  /** The bastion's own address: scanned through loopback, "not exposure". */
  readonly local: boolean;
  /**
   * Ports with a history of their own (open now or once). `covered` tells whether this run proved the row; an
   * uncovered row shows the last proved state.
   */
  readonly ports: readonly (ObservationRow & { readonly covered: boolean })[];
  /** The other ports this run proved. */
  readonly quiet: readonly QuietGroup[];
  /** What this run proved on this host. */
  readonly covered: PortSet;
  readonly holes: readonly (HoleLook & { readonly firstSeen: Instant })[];
  readonly holesUnjudged: string | null;
}

/** Everything judging and reporting need of one run. */
export interface RunView {
  readonly run: Run;
  /** Alive hosts, vanished ones, and silent ones that history knows or the profile names; other silent addresses are only counted. */
  readonly hosts: readonly HostView[];
  /** Addresses of the scope that gave no answer: unknown, not absent. */
  readonly silentCount: number;
  readonly changes: readonly ChangeRow[];
}

/** A period through which a port kept one state. */
export interface HistorySpan {
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly from: Instant;
  /** When a run proved another state; null: still so when it was last covered. */
  readonly until: Instant | null;
  readonly lastSeen: Instant;
}

/** One host as seen from one vantage. */
export interface HostHistory {
  readonly vantage: string;
  readonly realm: string;
  /** As of the newest run that asked the host. */
  readonly view: HostView;
  readonly history: readonly HistorySpan[];
  /** The runs that asked the host and what they proved, the newest first. */
  readonly runs: readonly { readonly id: RunId; readonly startedAt: Instant; readonly covered: PortSet }[];
}
