/** What questions to the history come back with: rows that tell a state, how sure it is, and how old its evidence. */
import type { Address } from "./address.js";
import { PORT_STATES, type PortState } from "./observation.js";
import type { PortSet, Protocol } from "./port.js";
import type { Instant, Run, RunId } from "./run.js";
import type { ChangeRow, ObservationRow } from "./view.js";

/** A port's state, or that nothing recent enough says it. */
export const ROW_STATES = [...PORT_STATES, "unknown"] as const;
export type RowState = (typeof ROW_STATES)[number];

/**
 * How far a row holds at the moment asked for (history.md rule 11): `sure` where a run at the moment, or the next one
 * after it, proved the state; `changed` where the next one proved another (`changedBy`); `last-known` where none came
 * after; `unknown` where the evidence is older than what is still believed.
 */
export const CERTAINTIES = ["sure", "changed", "last-known", "unknown"] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** An observation row as of a moment. */
export interface OpenRow extends Omit<ObservationRow, "state"> {
  /** `unknown` where the last proof is too old; `lastState` still says what it was. */
  readonly state: RowState;
  readonly lastState: PortState;
  readonly certainty: Certainty;
  /** The run that first proved another state after the moment. */
  readonly changedBy: RunId | null;
  /** From the last proof of the state to the moment, ms. */
  readonly evidenceAge: number;
}

/** A period through which a port kept one state, with the runs at its ends. */
export interface PeriodRow {
  readonly address: Address;
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly reason: string;
  readonly from: Instant;
  /** The run that first saw it so. */
  readonly fromRun: RunId;
  /** When a run last proved it so. */
  readonly lastSeen: Instant;
  /** When a run first proved another state; null: none did. */
  readonly until: Instant | null;
  readonly untilRun: RunId | null;
  readonly vantage: string;
  readonly realm: string;
}

/** Since when a port is as it is. Where no run ever proved anything of it: `unknown`, and the rest null. */
export interface SinceRow {
  readonly address: Address;
  readonly protocol: Protocol;
  readonly port: number;
  readonly vantage: string;
  readonly realm: string;
  readonly state: RowState;
  readonly lastState: PortState | null;
  readonly since: Instant | null;
  /** The first run that saw it so. */
  readonly sinceRun: RunId | null;
  /** The end of the last run that had proved the state before: the change came after it. Null: no earlier run covered it. */
  readonly changedAfter: Instant | null;
  readonly lastSeen: Instant | null;
  readonly lastCovered: Instant | null;
  /** The run that last covered it. */
  readonly run: RunId | null;
  readonly before: PeriodRow | null;
  /** Earlier periods in which it was open, the newest first. */
  readonly earlierOpen: readonly PeriodRow[];
}

/** A change with where it was seen from and for which audit. */
export interface PlacedChange extends ChangeRow {
  readonly realm: string;
  readonly audit: string | null;
}

/** `retracted`: it does not hold any more; `corrected`: it holds, and was not known when later runs were recorded. */
export const LOG_ACTS = ["told", "corrected", "retracted"] as const;

/** One line of the audit trail: what was published, and when. Lines are added, never changed. */
export interface LoggedChange extends PlacedChange {
  /** Orders the lines on one change: 0 came with its run, each correction has the next. */
  readonly serial: number;
  /** When it was put down: at the end of its run, or now while that goes on; of a file when it was imported. */
  readonly recordedAt: Instant;
  readonly act: (typeof LOG_ACTS)[number];
  /** The serial of the line it takes the place of; null where it is the first on its change. */
  readonly supersedes: number | null;
  /** Its run was taken back since. */
  readonly isForgotten: boolean;
}

/** How well one address is known from one vantage. */
export interface CoverageRow {
  readonly address: Address;
  readonly vantage: string;
  readonly realm: string;
  /** `silent`: asked and never answered, so that nothing is proved. `never`: not even asked. */
  readonly coverage: "covered" | "silent" | "never";
  /** The run that covered it last, and when. */
  readonly run: RunId | null;
  readonly lastCovered: Instant | null;
  /** From then to the moment asked for, ms. */
  readonly age: number | null;
  /** What that run proved. */
  readonly ports: PortSet;
  /** What all runs up to the moment proved. */
  readonly everCovered: PortSet;
  /** The last run that asked it at all, and what it found of the host. */
  readonly askedBy: RunId | null;
  readonly presence: "alive" | "silent" | "vanished" | "not-covered";
}

/** Ports of one address that two runs cannot be compared on. */
export interface NotComparable {
  readonly address: Address;
  readonly ports: PortSet;
  /** The run that proved them; null where neither did, though both asked. */
  readonly coveredBy: RunId | null;
  readonly why: "only-one-covered" | "host-only-in-one" | "said-nothing" | "open-and-reset";
}

/** Two runs held against each other, on what both proved. */
export interface RunComparison {
  readonly before: Run;
  readonly after: Run;
  readonly changes: readonly ChangeRow[];
  /** Open in the later one where no earlier run had covered it: no change. */
  readonly firstSeen: readonly ChangeRow[];
  readonly notComparable: readonly NotComparable[];
}
