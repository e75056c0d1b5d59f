/**
 * What a run has learned of each host so far, folded from shard results as they come.
 *
 * A positive answer counts whatever became of its shard. Silence counts only in a whole shard, is kept with the
 * time its shard took, and becomes coverage only between two anchors: answers of the host known to come before
 * its start and after its end (measuring.md, "What an answer proves").
 */
import type { Address } from "../facts/address.js";
import type { PortAnswer, PortState, Proof } from "../facts/observation.js";
import type { PortSet, Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { ExtraPorts, NmapHost, NmapPort } from "../nmap/document.js";
import { isHostsOwnAnswer, proofOf } from "../nmap/proof.js";
import { isLoopback } from "../scope/address.js";
import { emptyPortSet, intersectPorts, portSetOf, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { ShardResult } from "./engine.js";

/** An answer that is open (or was, and reset later in the same run). */
export interface OpenPort {
  readonly answer: PortAnswer;
  /** How many shards saw it open: two make it confirmed. */
  readonly seen: number;
  readonly identified: boolean;
  readonly reset: boolean;
}

/** Ports that answered with one (state, reason). */
export interface Refusals {
  readonly state: PortState;
  readonly reason: string;
  readonly proof: Proof;
  readonly ports: PortSet;
}

export interface Silence {
  readonly ports: PortSet;
  readonly from: Instant;
  readonly to: Instant;
}

export interface HostEvidence {
  readonly address: Address;
  /** An answer is known to have come before this moment; null while there was none. */
  firstAnswerBy: Instant | null;
  /** An answer is known to have come after this moment. */
  lastAnswerFrom: Instant | null;
  aliveReason: string | null;
  mac: string | null;
  vendor: string | null;
  /** TTL of an answer that is no reset, to hold resets against. */
  ttl: number | null;
  /** TTL of the first reset that told one; a box that resets for others has the same for all. */
  resetTtl: number | null;
  readonly open: Map<string, OpenPort>;
  readonly refusals: Map<string, Refusals>;
  readonly resetTtls: Map<number, number>;
  silences: Silence[];
  /** The same as `firstAnswerBy`, but since the run was last taken up again: an answer before a break says nothing after it. */
  anchoredBy: Instant | null;
  /** Silences from before a break that an answer from before the break stands after, or that may count (`breaks.ts`). */
  earlier: readonly Silence[];
  /** Silent passes that make silence of a TCP port believable in this run (`loss.ts`). */
  silencesNeeded: number;
  /** nmap calls it up by a refused `connect()`: worth sweeping, no proof of life. */
  refusedConnect: boolean;
  /** Ports that nmap could not tell apart (two groups without port lists). */
  blurred: PortSet;
}

export type RunEvidence = Map<Address, HostEvidence>;

/** Reasons by which a host is up without having answered anything. */
const NO_ANSWER = new Set(["user-set", "no-response", "unknown-response", "none"]);

/** Folds one shard's result into the run's evidence; returns the addresses it touched. */
export function foldShard(run: RunEvidence, result: ShardResult): Address[] {
  const touched: Address[] = [];
  const asked = new Set(result.shard.addresses);
  for (const host of result.document?.hosts ?? []) {
    // nmap was given just these addresses; anything else in its output is not ours to believe.
    if (!asked.has(host.address)) continue;
    foldHost(evidenceOf(run, host.address), host, result);
    touched.push(host.address);
  }
  return touched;
}

export function evidenceOf(run: RunEvidence, address: Address): HostEvidence {
  const known = run.get(address);
  if (known) return known;
  const fresh: HostEvidence = {
    address,
    firstAnswerBy: null,
    lastAnswerFrom: null,
    aliveReason: null,
    mac: null,
    vendor: null,
    ttl: null,
    resetTtl: null,
    open: new Map(),
    refusals: new Map(),
    resetTtls: new Map(),
    silences: [],
    anchoredBy: null,
    earlier: [],
    silencesNeeded: 2,
    refusedConnect: false,
    blurred: emptyPortSet,
  };
  run.set(address, fresh);
  return fresh;
}

/** True once the host answered something itself in this run. */
export function isAlive(host: HostEvidence): boolean {
  return host.firstAnswerBy !== null;
}

/** Ports that answered anything: open, reset or refused. */
export function answeredPorts(host: HostEvidence): PortSet {
  let ports = openPorts(host);
  for (const group of host.refusals.values()) ports = unionPorts(ports, group.ports);
  return ports;
}

export function openPorts(host: HostEvidence): PortSet {
  return portSetOf([...host.open.values()].map((o) => o.answer));
}

/** Ports that the host reset (TCP) or called unreachable (UDP). */
export function closedPorts(host: HostEvidence): PortSet {
  let ports = emptyPortSet;
  for (const group of host.refusals.values())
    if (group.proof === "closed") ports = unionPorts(ports, group.ports);
  return ports;
}

function foldHost(evidence: HostEvidence, host: NmapHost, result: ShardResult): void {
  evidence.mac ??= host.mac;
  evidence.vendor ??= host.vendor;
  const time = answerTime(host, result);
  if (host.status.reason === "conn-refused" && !isLoopback(host.address)) {
    // Linux says the same of a reset and of a filter's refusal on behalf of an address where nobody is.
    evidence.refusedConnect = true;
  } else if (host.status.state === "up" && !NO_ANSWER.has(host.status.reason)) {
    noteAnswer(evidence, host.status.reason, time);
    if (host.status.reason === "reset") evidence.resetTtl ??= host.status.ttl;
    else if (host.status.ttl !== null) evidence.ttl ??= host.status.ttl;
  }
  const listed = portSetOf(host.ports);
  const answered = [portSetOf(host.ports.filter((port) => foldPort(evidence, port, result, time)))];
  for (const extra of host.extraPorts) answered.push(foldExtra(evidence, extra, host, listed, result, time));
  foldSilence(evidence, host, unionPorts(...answered), result);
}

/** The moments between which the host's answers came: its own times in the XML, to the second, else the process's. */
function answerTime(host: NmapHost, result: ShardResult): { from: Instant; to: Instant } {
  // nmap writes whole seconds, cut off: its end time may be up to a second too early. The process's times are ours
  // and exact, and a shard is short: they are the safe bounds.
  return { from: result.exit.startedAt, to: Math.max(result.exit.endedAt, host.endedAt ?? 0) };
}

export function noteAnswer(
  evidence: HostEvidence,
  reason: string,
  time: { from: Instant; to: Instant },
): void {
  evidence.aliveReason ??= reason;
  evidence.firstAnswerBy = Math.min(evidence.firstAnswerBy ?? time.to, time.to);
  evidence.anchoredBy = Math.min(evidence.anchoredBy ?? time.to, time.to);
  evidence.lastAnswerFrom = Math.max(evidence.lastAnswerFrom ?? time.from, time.from);
}

/** Folds one port; true where it answered. */
function foldPort(
  evidence: HostEvidence,
  port: NmapPort,
  result: ShardResult,
  time: { from: Instant; to: Instant },
): boolean {
  const proof = proofOf({ ...port, loopback: isLoopback(evidence.address) });
  if (proof === "silent" || proof === "none") return false;
  if (proof === "open") foldOpen(evidence, port, result);
  else addRefusal(evidence, port.state, port.reason, proof, portSetOf([port]));
  if (proof === "closed" && port.protocol === "tcp" && port.ttl !== null) {
    evidence.resetTtls.set(port.port, port.ttl);
    evidence.resetTtl ??= port.ttl;
  }
  // An ICMP refusal may come from a router on the way: then it proves the port refused and nobody alive.
  if (isOwnAnswer(evidence, port)) noteAnswer(evidence, port.reason, time);
  return true;
}

/** A refused `connect()` is the host's own word on loopback only. */
function isOwnAnswer(evidence: HostEvidence, port: NmapPort): boolean {
  return port.reason === "conn-refused" ? isLoopback(evidence.address) : isHostsOwnAnswer(port);
}

function foldOpen(evidence: HostEvidence, port: PortAnswer, result: ShardResult): void {
  if (port.ttl !== null) evidence.ttl ??= port.ttl;
  const key = `${port.port}/${port.protocol}`;
  const before = evidence.open.get(key);
  const identified = result.shard.probe === "services";
  const better = before && !identified && before.identified ? before.answer : port;
  evidence.open.set(key, {
    answer: better,
    seen: (before?.seen ?? 0) + 1,
    identified: identified || (before?.identified ?? false),
    reset: before?.reset ?? false,
  });
}

function addRefusal(
  evidence: HostEvidence,
  state: PortState,
  reason: string,
  proof: Proof,
  ports: PortSet,
): void {
  const key = `${state} ${reason}`;
  const before = evidence.refusals.get(key);
  evidence.refusals.set(key, {
    state,
    reason,
    proof,
    ports: before ? unionPorts(before.ports, ports) : ports,
  });
}

/** Folds ports that nmap wrote as a group; returns those that answered. */
function foldExtra(
  evidence: HostEvidence,
  extra: ExtraPorts,
  host: NmapHost,
  listed: PortSet,
  result: ShardResult,
  time: { from: Instant; to: Instant },
): PortSet {
  let answered = emptyPortSet;
  for (const reason of extra.reasons) {
    const protocol = (reason.protocol ?? onlyProtocol(result.shard.ports)) as Protocol;
    const ports = groupPorts(reason.ports, protocol, host, listed, result);
    if (ports === null) {
      evidence.blurred = unionPorts(evidence.blurred, subtractPorts(result.shard.ports, listed));
      continue;
    }
    const loopback = isLoopback(evidence.address);
    if (extra.state === "unknown") continue;
    const proof = proofOf({ protocol, state: extra.state, reason: reason.reason, loopback });
    if (proof === "silent" || proof === "none" || proof === "open") continue;
    addRefusal(evidence, extra.state, reason.reason, proof, ports);
    if (proof === "closed") noteAnswer(evidence, reason.reason, time);
    answered = unionPorts(answered, ports);
  }
  return answered;
}

/** The ports of a group: as listed, or all the others where it is the only group; null where nobody can tell. */
function groupPorts(
  ranges: PortSet[Protocol] | null,
  protocol: Protocol,
  host: NmapHost,
  listed: PortSet,
  result: ShardResult,
): PortSet | null {
  if (ranges !== null) return intersectPorts({ ...emptyPortSet, [protocol]: ranges }, result.shard.ports);
  const groups = host.extraPorts.flatMap((e) => e.reasons);
  return groups.length === 1 ? subtractPorts(result.shard.ports, listed) : null;
}

function onlyProtocol(ports: PortSet): Protocol {
  return ports.tcp.length > 0 ? "tcp" : "udp";
}

/** In a whole shard every asked port that did not answer was silent; a cut or timed-out one proves no silence. */
function foldSilence(evidence: HostEvidence, host: NmapHost, answered: PortSet, result: ShardResult): void {
  if (!result.whole || host.timedOut || result.shard.probe !== "ports") return;
  const ports = subtractPorts(subtractPorts(result.shard.ports, answered), evidence.blurred);
  evidence.silences.push({ ports, from: result.exit.startedAt, to: result.exit.endedAt });
}
