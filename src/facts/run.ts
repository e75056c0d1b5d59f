import type { Address } from "./address.js";
import type { PortSet } from "./port.js";

/** Milliseconds since the epoch, UTC. */
export type Instant = number;

export type RunId = number;

export const OUTCOMES = ["running", "complete", "partial", "failed", "interrupted"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const STAGES = ["discover", "sweep", "identify", "confirm"] as const;
export type Stage = (typeof STAGES)[number];

/** How ports are probed: raw packets (`-sS`, `-sU`) or the system's `connect()` (`-sT`). */
export type Method = "raw" | "connect";

/** How many of the open ports a run has found, as shares of 1; null where it was not measured. */
export interface Recall {
  readonly estimate: number | null;
  /** Bounds at 95 %. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** What it comes from: `40,130 witnesses`, `…; 10.0.4.0/24 assumed from 10.0.3.0/24`, `not measured`. */
  readonly source: string;
}

/** A host that answered in a run and answered no more at its end. */
export interface SilencedHost {
  readonly address: Address;
  /** It answered after this moment for the last time. */
  readonly lastAnswer: Instant;
  /** What was sent to it last before the last look; ports in nmap's syntax. */
  readonly lastSent: { readonly stage: Stage; readonly ports: string; readonly at: Instant } | null;
}

/** An address or network whose open ports are answers of something else: they are kept, flagged, and raise no alarm. */
export interface Disbelieved {
  /** An address, or a network in CIDR. */
  readonly place: string;
  readonly flag: "middlebox" | "tarpit";
  /** For people: what gave it away. */
  readonly why: string;
}

/** A period in which a run was carried out: a run that was broken off and taken up again has more than one. */
export interface Sitting {
  readonly operator: string;
  readonly startedAt: Instant;
  /** Null while it goes on. */
  readonly endedAt: Instant | null;
  /** Why it was broken off; null while it goes on, and where nothing was wrong. */
  readonly why: string | null;
}

/** What another process asked of a run that goes on: nothing, to finish what it has in flight, to stop at once. */
export type StopAsked = "no" | "finish" | "now";

/** How far a run is, as another process may read it. */
export interface RunProgress {
  readonly stage: Stage;
  readonly pass: number;
  readonly hostsAlive: number;
  readonly openPorts: number;
  /** Probes of ports that were carried out, and all that are planned so far. */
  readonly cellsDone: number;
  readonly cellsTotal: number;
  /** Packets of discovery and sweep, as planned. */
  readonly probes: number;
  /** Null where nothing can be said yet. */
  readonly endsAbout: Instant | null;
  /** nmap processes at this moment. */
  readonly inFlight: number;
  /** What the run has taken note of; `finish` starts nothing more. */
  readonly stopping: StopAsked;
  readonly at: Instant;
}

/** One run as the store keeps it. */
export interface Run {
  readonly id: RunId;
  readonly source: "live" | "import";
  readonly audit: string | null;
  readonly vantage: string;
  readonly realm: string;
  readonly operator: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly outcome: Outcome;
  /** Why the outcome is not `complete`, for people; null otherwise. */
  readonly why: string | null;
  readonly method: Method;
  /** Canonical port specification of what was asked, as `scope/portSet.ts` prints it. */
  readonly ports: string;
  /** What the user asked for, as typed. */
  readonly targets: readonly string[];
  readonly exclusions: readonly string[];
  /** Effective addresses: targets minus exclusions. */
  readonly addressCount: number;
  /** Packets a second over all processes. */
  readonly rate: number;
  readonly nmapVersion: string;
  /** The bastion's own addresses that the run could have used as source. */
  readonly sources: readonly Address[];
  /** SHA-256 of the profile text it was judged by, null without a profile. */
  readonly profileHash: string | null;
  readonly warnings: readonly string[];
  /** Shares of 1 over the cells due; null while running. */
  readonly coverage: number | null;
  readonly cellsDue: number | null;
  readonly cellsCovered: number | null;
  /** Null where it was not stated: a file, a run of an older portreeve, one that goes on. */
  readonly recall: Recall | null;
  readonly silenced: readonly SilencedHost[];
  readonly disbelieved: readonly Disbelieved[];
}

export interface Shard {
  /** Unique within its run; stable between a dry run's print and the run. */
  readonly id: string;
  readonly stage: Stage;
  /** 1 for the first probe of a port, 2 for the second, … */
  readonly pass: number;
  /** What it asks: is the host there (`hosts`), what state are the ports in, what service is behind them. */
  readonly probe: "hosts" | "ports" | "services";
  readonly addresses: readonly Address[];
  /** The ports asked; for `hosts`, TCP ports to ask beside the usual ones. */
  readonly ports: PortSet;
  /** Packets a second for this shard's process. */
  readonly rate: number;
}

/** One attempt at a shard: one nmap process. */
export interface ShardRecord {
  readonly id: string;
  readonly stage: Stage;
  readonly pass: number;
  readonly probe: Shard["probe"];
  readonly attempt: number;
  readonly state: "planned" | "running" | "done" | "failed" | "lost";
  readonly hostCount: number;
  /** Empty in runs of an older portreeve. */
  readonly addresses: readonly Address[];
  readonly ports: PortSet;
  /** Share of the packet budget that was in use, 1 for all of it. */
  readonly pace: number;
  readonly argv: readonly string[];
  readonly pid: number | null;
  /** Field 22 of /proc/PID/stat: with it a reused pid is not taken for our nmap. */
  readonly startTicks: number | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** How the process came to its end, in the engine's words (`exited`, `watchdog`, `cancelled`, …). */
  readonly ended: string | null;
  readonly form: "whole" | "cut" | "refused" | null;
  readonly xmlSha256: string | null;
  readonly xmlBytes: number | null;
  readonly warnings: readonly string[];
  /** What went wrong, for people. */
  readonly error: string | null;
}
