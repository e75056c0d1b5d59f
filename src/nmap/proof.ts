/** What an answer proves: the table of measuring.md, "What an answer proves". */
import type { PortAnswer, PortState, Proof } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";

export interface AnswerFacts {
  readonly protocol: Protocol;
  readonly state: PortState | "closed-or-filtered" | "unknown";
  /** As nmap states it; the plural forms of older grouped ports (`resets`) mean the same. */
  readonly reason: string;
  /** True where the address is loopback: there Linux's "connection refused" can come from the host only. */
  readonly loopback: boolean;
}

/** Proofs that some packet came back: they beat silence. */
export type PositiveProof = "open" | "closed" | "refused" | "unstable";

/** ICMP errors by which a filter refuses. */
const REFUSALS = new Set([
  "port-unreach",
  "proto-unreach",
  "host-prohibited",
  "net-prohibited",
  "admin-prohibited",
  "comm-prohibited",
  "source-quench",
  "precedence-violation",
  "precedence-cutoff",
]);
/**
 * No word of the host, and none of a filter: nothing came, or a router found nobody behind an address. A host that is
 * switched off during a run must not look like one whose ports are refused.
 */
const SILENCES = new Set([
  "no-response",
  "no-reply",
  "host-unreach",
  "net-unreach",
  "dest-unreach",
  "host-unknown",
  "net-unknown",
]);

/**
 * The proof in one answer. `none` is everything the table does not name: states that no port scan of ours gives
 * (`unfiltered`, `closed|filtered`), a state without a reason, a reason of the scanner's own (`perm-denied`).
 */
export function proofOf(answer: AnswerFacts): Proof {
  const reason = singularReason(answer.reason);
  switch (answer.state) {
    case "open":
      return "open";
    case "closed":
      return closedProof(answer.protocol, reason, answer.loopback);
    case "filtered":
      if (SILENCES.has(reason)) return "silent";
      return REFUSALS.has(reason) ? "refused" : "none";
    case "open|filtered":
      // Of TCP only scans with odd flags say so (-sF, -sN, -sX), where an open port is silent too.
      return answer.protocol === "udp" && SILENCES.has(reason) ? "silent" : "none";
    default:
      return "none";
  }
}

function closedProof(protocol: Protocol, reason: string, loopback: boolean): Proof {
  if (reason === "conn-refused") return loopback ? "closed" : "refused";
  if (protocol === "udp") return reason === "port-unreach" ? "closed" : "none";
  if (protocol === "sctp" && reason === "abort") return "closed";
  if (protocol === "tcp" && reason === "reset") return "closed";
  return REFUSALS.has(reason) ? "refused" : "none";
}

/** True where something came back. */
export function isPositive(proof: Proof): proof is PositiveProof {
  return proof !== "silent" && proof !== "none";
}

/**
 * True where the answer came from the host itself and so proves it alive: a handshake, a reset, a UDP reply, or
 * an ICMP error that nmap does not ascribe to another address (`reason_ip`). A refused `connect()` counts as in
 * measuring.md; an unreachable that the kernel made up itself for `connect()` (no TTL) does not.
 */
export function isHostsOwnAnswer(
  answer: Omit<AnswerFacts, "loopback"> & { readonly ttl: number | null; readonly reasonIp?: string | null },
): boolean {
  const proof = proofOf({ ...answer, loopback: false });
  if (!isPositive(proof)) return false;
  const reason = singularReason(answer.reason);
  if (proof === "open" || reason === "reset" || reason === "conn-refused" || reason === "abort") return true;
  return answer.ttl !== null && (answer.reasonIp ?? null) === null;
}

const STRENGTH: Readonly<Record<Proof, number>> = {
  unstable: 5,
  open: 4,
  closed: 3,
  refused: 2,
  silent: 1,
  none: 0,
};

type Judged = Pick<PortAnswer, "reason" | "service" | "scripts"> & { readonly proof: Proof };

/**
 * The stronger of two answers of one cell within one run. A positive answer beats silence; open in one and reset
 * in the other is `unstable`, told with the open answer. Between equals the one that was identified wins, then `a`.
 * `unstable` for any order, so a fold over many answers does not depend on theirs.
 */
export function strongerAnswer<A extends Judged>(a: A, b: A): A {
  const [strong, weak] = rank(b) > rank(a) ? [b, a] : [a, b];
  if (strong.proof === "open" && contradictsOpen(weak)) return { ...strong, proof: "unstable" };
  return strong;
}

function contradictsOpen(answer: Judged): boolean {
  return answer.proof === "closed" || singularReason(answer.reason) === "conn-refused";
}

/** How strong a proof is beside others of one cell in one run: the higher one stands. */
export function strengthOf(proof: Proof): number {
  return STRENGTH[proof];
}

function rank(answer: Judged): number {
  const identified = answer.service?.method === "probed" ? 0.5 : answer.scripts.length > 0 ? 0.25 : 0;
  return STRENGTH[answer.proof] + identified;
}

/** nmap writes `resets`, `no-responses`, `port-unreaches` for a group of ports; this is the word for one. */
export function singularReason(reason: string): string {
  if (!reason.endsWith("s")) return reason;
  if (reason.endsWith("-unreaches")) return reason.slice(0, -2);
  if (reason.endsWith("-replies")) return `${reason.slice(0, -3)}y`;
  return /^(reset|abort|no-response|.*-(response|prohibited|ack|quench|violation|cutoff|unknown|exceeded))s$/.test(
    reason,
  )
    ? reason.slice(0, -1)
    : reason;
}
