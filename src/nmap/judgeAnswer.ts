/** What one answer in a file proves, given how its scan was made: the table of `proof.ts`, and what old files leave out. */
import type { PortState, Proof } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";
import { isHostsOwnAnswer, proofOf } from "./proof.js";
import type { ScanFacts } from "./scanFacts.js";

export interface Answer {
  readonly protocol: Protocol;
  readonly state: PortState;
  readonly reason: string;
}

export interface Judgement {
  readonly state: PortState | "closed-or-filtered";
  readonly reason: string;
  readonly proof: Proof;
  /** The host itself said so. */
  readonly isOwn: boolean;
}

/** @param source TTL and sender of the answer, null for a group of ports */
export function judgeAnswer(
  scan: ScanFacts,
  answer: Answer,
  isLoopback: boolean,
  source: { readonly ttl: number | null; readonly reasonIp: string | null } | null,
): Judgement {
  const { protocol, state } = answer;
  const reason = answer.reason === "" ? usualReason(scan, protocol, state) : answer.reason;
  const proof = proofOf({ protocol, state, reason, loopback: isLoopback });
  if (protocol === "tcp" && (scan.tcp === "other" || (state === "open" && reason === "reset")))
    return { state, reason, proof: "none", isOwn: reason === "reset" };
  if (protocol === "tcp" && proof === "silent" && scan.isResetBlind)
    return { state: "closed-or-filtered", reason, proof, isOwn: false };
  return { state, reason, proof, isOwn: isOwn({ ...answer, reason }, proof, isLoopback, source) };
}

/** A refused `connect()` is the host's own word on loopback only; of a group, what no filter says. */
function isOwn(
  answer: Answer,
  proof: Proof,
  isLoopback: boolean,
  source: { readonly ttl: number | null; readonly reasonIp: string | null } | null,
): boolean {
  if (answer.reason === "conn-refused") return isLoopback;
  return source === null ? proof === "closed" : isHostsOwnAnswer({ ...answer, ...source });
}

/** nmap before 4.2 states no reasons; for these states there is only one. */
export function usualReason(scan: ScanFacts, protocol: Protocol, state: PortState): string {
  if (protocol === "sctp") return "";
  const key = `${protocol === "tcp" ? scan.tcp : "udp"} ${state}`;
  return USUAL_REASONS.get(key) ?? "";
}

const USUAL_REASONS: ReadonlyMap<string, string> = new Map([
  ["raw open", "syn-ack"],
  ["raw closed", "reset"],
  ["connect open", "syn-ack"],
  ["connect closed", "conn-refused"],
  ["udp open", "udp-response"],
  ["udp closed", "port-unreach"],
  ["udp open|filtered", "no-response"],
]);
