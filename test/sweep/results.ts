/** Small factories: shards, hosts as nmap tells them, and results, each with only what a test cares about. */
import type { Address } from "../../src/facts/address.js";
import type { PortState } from "../../src/facts/observation.js";
import type { PortRange, PortSet } from "../../src/facts/port.js";
import type { Shard } from "../../src/facts/run.js";
import type { ExtraPorts, NmapDocument, NmapHost, NmapPort } from "../../src/nmap/document.js";
import { emptyPortSet, parseCanonicalPorts } from "../../src/scope/portSet.js";
import type { ShardResult } from "../../src/sweep/engine.js";
import { evidenceOf, foldShard, type HostEvidence, type RunEvidence } from "../../src/sweep/evidence.js";

export const HOST = "198.18.0.1" as Address;

export function ports(text: string): PortSet {
  return text === "" ? emptyPortSet : parseCanonicalPorts(text);
}

export function shardOf(over: Partial<Shard> = {}): Shard {
  return {
    id: "sweep-1-1",
    stage: "sweep",
    pass: 1,
    probe: "ports",
    addresses: [HOST],
    ports: ports("T:22,80"),
    rate: 100,
    ...over,
  };
}

export function answer(
  port: number,
  state: PortState,
  reason: string,
  over: Partial<NmapPort> = {},
): NmapPort {
  return {
    protocol: "tcp",
    port,
    state,
    reason,
    ttl: 64,
    service: null,
    scripts: [],
    reasonIp: null,
    ...over,
  };
}

export const open = (port: number, over: Partial<NmapPort> = {}) => answer(port, "open", "syn-ack", over);
export const reset = (port: number, over: Partial<NmapPort> = {}) => answer(port, "closed", "reset", over);

export function extra(state: ExtraPorts["state"], reason: string, ranges: PortRange[] | null): ExtraPorts {
  const count = (ranges ?? []).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return {
    state,
    count,
    reasons: [{ reason, count, protocol: ranges === null ? null : "tcp", ports: ranges }],
  };
}

export function hostOf(over: Partial<NmapHost> = {}): NmapHost {
  return {
    address: HOST,
    family: 4,
    mac: null,
    vendor: null,
    hostnames: [],
    status: { state: "up", reason: "user-set", ttl: null },
    startedAt: null,
    endedAt: null,
    timedOut: false,
    comment: null,
    ports: [],
    extraPorts: [],
    hostScripts: [],
    osMatches: [],
    distance: null,
    uptimeSeconds: null,
    trace: [],
    ...over,
  };
}

export function documentOf(hosts: readonly NmapHost[]): NmapDocument {
  return {
    scanner: "nmap",
    args: "nmap",
    version: "7.93",
    profileName: null,
    startedAt: null,
    scanInfo: [],
    hosts,
    skippedTargets: [],
    preScripts: [],
    postScripts: [],
    finished: null,
    counts: null,
  };
}

export interface ResultParts {
  readonly shard?: Partial<Shard>;
  readonly hosts?: readonly NmapHost[];
  readonly whole?: boolean;
  readonly at?: readonly [from: number, to: number];
  readonly attempt?: number;
  readonly warnings?: readonly string[];
}

/** A result whose process ran from `at[0]` to `at[1]`. */
export function resultOf(parts: ResultParts = {}): ShardResult {
  const { hosts = [], whole = true, at = [1000, 2000], attempt = 1, warnings = [] } = parts;
  return {
    shard: shardOf(parts.shard),
    attempt,
    exit: {
      code: whole ? 0 : null,
      signal: whole ? null : "SIGKILL",
      ended: whole ? "exited" : "killed",
      xml: "",
      stderr: [],
      startedAt: at[0],
      endedAt: at[1],
      pid: 1,
      argv: [],
    } as ShardResult["exit"],
    form: whole ? "whole" : "cut",
    document: documentOf(hosts),
    whole,
    failure: whole ? null : "nmap was killed by SIGKILL",
    warnings,
  };
}

/** One host's evidence after these results. */
export function evidenceAfter(...results: readonly ShardResult[]): HostEvidence {
  const run: RunEvidence = new Map();
  for (const result of results) foldShard(run, result);
  return evidenceOf(run, HOST);
}
