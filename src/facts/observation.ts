import type { Address } from "./address.js";
import type { PortSet, Protocol } from "./port.js";

/** A state as nmap states it (nmap's manual, "Port Scanning Basics"), plus `closed|filtered` of idle scans. */
export const PORT_STATES = [
  "open",
  "closed",
  "filtered",
  "unfiltered",
  "open|filtered",
  "closed|filtered",
] as const;
export type PortState = (typeof PORT_STATES)[number];

/**
 * What a state with its reason proves (measuring.md). `silent` is no proof by itself: it becomes coverage only
 * between anchors. `unstable` is open and reset in one run.
 */
export const PROOFS = ["open", "closed", "refused", "silent", "unstable", "none"] as const;
export type Proof = (typeof PROOFS)[number];

/** A service as nmap's `<service>` element tells it; absent attributes are null. */
export interface Service {
  readonly name: string;
  readonly product: string | null;
  readonly version: string | null;
  readonly extraInfo: string | null;
  /** `ssl` where the service was found inside TLS. */
  readonly tunnel: string | null;
  /** `table` is a guess by port number, `probed` an answer. */
  readonly method: "table" | "probed";
  /** nmap's `conf`, 0 to 10. */
  readonly confidence: number;
  readonly hostname: string | null;
  readonly osType: string | null;
  readonly deviceType: string | null;
  readonly cpes: readonly string[];
}

export interface ScriptResult {
  readonly id: string;
  readonly output: string;
}

/** One port of one host as one nmap process reported it. */
export interface PortAnswer {
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly reason: string;
  /** IP TTL of the answer, null where nmap gave 0 or nothing. */
  readonly ttl: number | null;
  readonly service: Service | null;
  readonly scripts: readonly ScriptResult[];
}

/**
 * How far an observation may be believed: `confirmed` was seen again (or identified) in its run, `single` was
 * seen once, `imported` comes from a file; a `tarpit` or `middlebox` answers for everybody.
 */
export const CONFIDENCES = ["confirmed", "single", "imported", "unconfirmed", "tarpit", "middlebox"] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** One cell's merged state within one run: a positive answer beats silence. */
export interface CellObservation {
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
  readonly reason: string;
  readonly proof: Proof;
  readonly ttl: number | null;
  /** Null where this run did not identify the port: that says nothing about an earlier identification. */
  readonly service: Service | null;
  readonly scripts: readonly ScriptResult[];
  readonly confidence: Confidence;
}

/** Ports of one host that share a state; how the ports that never were open are kept. */
export interface QuietGroup {
  readonly state: PortState | "closed-or-filtered";
  readonly reason: string;
  readonly proof: Proof;
  readonly ports: PortSet;
}

/** TCP ports that reset on a host that is silent otherwise, after the slow second look (measuring.md, "Firewall holes"). */
export interface HoleLook {
  readonly protocol: Protocol;
  readonly port: number;
  /** Share of the host's covered ports that were silent or filtered, 0 to 1. */
  readonly silentShare: number;
  readonly neighboursAsked: number;
  readonly neighboursAnswered: number;
}

/**
 * All that one run has proved of one host so far. Recording it again replaces what the run said before, so it
 * can be written as each shard ends.
 */
export interface HostObservation {
  readonly address: Address;
  /** `alive` answered something itself in this run; `silent` did not; `vanished` is a believed silence. */
  readonly presence: "alive" | "silent" | "vanished";
  /** nmap's reason of the first answer (`echo-reply`, `arp-response`, `syn-ack`), null while silent. */
  readonly aliveReason: string | null;
  readonly mac: string | null;
  readonly vendor: string | null;
  /** Names of this address (PTR). Attacker-owned text: shown, never matched. */
  readonly names: readonly string[];
  /** Ports that were open (or `unstable`) in this run, one entry each. */
  readonly cells: readonly CellObservation[];
  /** Every other port that was proved, grouped. Disjoint from `cells`. The store looks up which of them were open before. */
  readonly quiet: readonly QuietGroup[];
  /** What was proved: exactly the ports of `cells` and `quiet` together. */
  readonly covered: PortSet;
  /** `positive-only`: nothing but answers is covered (a cut shard, a run that was killed). */
  readonly grade: "full" | "positive-only";
  readonly holes: readonly HoleLook[];
  /** Why holes cannot be judged on this host (`resets everything`, `reset limit`, `connect scan`), null where they can. */
  readonly holesUnjudged: string | null;
}
