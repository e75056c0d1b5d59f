/** nmap's XML output as plain data (nmap.dtd of nmap 7.93). Times in milliseconds since the epoch. */
import type { Address, Family } from "../facts/address.js";
import type { PortAnswer, PortState, ScriptResult } from "../facts/observation.js";
import type { PortRange, Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";

export interface NmapDocument {
  /** `nmap`; other tools write the same form (`masscan`). */
  readonly scanner: string;
  /** The command line, as text. */
  readonly args: string;
  readonly version: string;
  /** Zenmap's name of a profile; in an export of ours a note (`runNote.ts`). Null where absent. */
  readonly profileName: string | null;
  readonly startedAt: Instant | null;
  readonly scanInfo: readonly ScanInfo[];
  /** Only hosts whose element is whole. */
  readonly hosts: readonly NmapHost[];
  /** Targets that nmap skipped: names that do not resolve, bad syntax. */
  readonly skippedTargets: readonly { readonly specification: string; readonly reason: string }[];
  readonly preScripts: readonly ScriptResult[];
  readonly postScripts: readonly ScriptResult[];
  /** Null where the file does not reach that far. In a cut file `exit: "success"` proves nothing. */
  readonly finished: NmapFinish | null;
  readonly counts: { readonly up: number; readonly down: number; readonly total: number } | null;
}

export interface ScanInfo {
  /** `syn`, `connect`, `udp`, … */
  readonly type: string;
  readonly protocol: string;
  readonly count: number;
  readonly ports: readonly PortRange[];
}

export interface NmapFinish {
  readonly at: Instant | null;
  /** Seconds. */
  readonly elapsed: number | null;
  /** Null in files of old versions. */
  readonly exit: "success" | "error" | null;
  readonly errorMessage: string | null;
  readonly summary: string | null;
}

export interface NmapHost {
  readonly address: Address;
  readonly family: Family;
  readonly mac: string | null;
  readonly vendor: string | null;
  /** `type` is `PTR` (the network's word) or `user` (as typed). */
  readonly hostnames: readonly { readonly name: string; readonly type: string }[];
  readonly status: { readonly state: string; readonly reason: string; readonly ttl: number | null };
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** nmap gave up on the host: what it lists counts, what it does not list proves nothing. */
  readonly timedOut: boolean;
  readonly comment: string | null;
  readonly ports: readonly NmapPort[];
  readonly extraPorts: readonly ExtraPorts[];
  readonly hostScripts: readonly ScriptResult[];
  readonly osMatches: readonly { readonly name: string; readonly accuracy: number }[];
  /** Hops, as nmap guessed them. */
  readonly distance: number | null;
  readonly uptimeSeconds: number | null;
  readonly trace: readonly {
    readonly ttl: number;
    readonly address: string | null;
    readonly name: string | null;
  }[];
}

export interface NmapPort extends PortAnswer {
  /** Who answered, where that was not the host itself: a router or filter on the way (`reason_ip`). */
  readonly reasonIp: string | null;
}

/** Ports that nmap did not list one by one. */
export interface ExtraPorts {
  /** `unknown`: nmap says itself that it does not know (7.91, `-sV` on 65,535 ports); the group proves nothing. */
  readonly state: PortState | "unknown";
  readonly count: number;
  readonly reasons: readonly ExtraReason[];
}

export interface ExtraReason {
  /** As for a single port: `reset`, not `resets`. */
  readonly reason: string;
  readonly count: number;
  /** Null in files of versions before 7.91, with `ports`. */
  readonly protocol: Protocol | null;
  readonly ports: readonly PortRange[] | null;
}
