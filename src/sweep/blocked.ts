/**
 * Is the scanner itself shut out, or does something answer for everybody? Then what a segment says of its known open
 * ports is no news of its hosts (measuring.md).
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { segmentOf } from "../scope/network.js";
import { countPorts, intersectPorts, subtractPorts } from "../scope/portSet.js";
import { answeredPorts, closedPorts, isAlive, openPorts, type RunEvidence } from "./evidence.js";

const LEAST_KNOWN_OPEN = 20;
const MOST_SILENT_SHARE = 0.2;
/** A team may close many ports in a week; nearly all of a segment's at once is a box that resets for them. */
const MOST_RESET_SHARE = 0.8;

interface Tally {
  /** Hosts that answered, with ports known open. */
  alive: number;
  known: number;
  silent: number;
  reset: number;
  /** Hosts with a known open port that is silent or resets now. */
  hosts: number;
}

/**
 * Segments where, of 20 or more ports known open on hosts that answered in this run, over a fifth are silent or over
 * four fifths reset, on two hosts if there are two: one of several that goes down takes only itself along.
 */
export function blockedSegments(
  evidence: RunEvidence,
  knownOpen: ReadonlyMap<Address, PortSet>,
  asked: PortSet,
): Set<string> {
  const tallies = new Map<string, Tally>();
  for (const [address, ports] of knownOpen) {
    const host = evidence.get(address);
    if (host === undefined || !isAlive(host)) continue;
    const known = intersectPorts(ports, asked);
    const silent = countPorts(subtractPorts(known, answeredPorts(host)));
    const closed = subtractPorts(closedPorts(host), openPorts(host));
    const reset = countPorts(intersectPorts(known, closed));
    const segment = segmentOf(address);
    const tally = tallies.get(segment) ?? { alive: 0, known: 0, silent: 0, reset: 0, hosts: 0 };
    tally.alive += 1;
    tally.known += countPorts(known);
    tally.silent += silent;
    tally.reset += reset;
    if (silent + reset > 0) tally.hosts += 1;
    tallies.set(segment, tally);
  }
  return new Set([...tallies].filter(([, tally]) => isBlocked(tally)).map(([segment]) => segment));
}

function isBlocked({ alive, known, silent, reset, hosts }: Tally): boolean {
  if (known < LEAST_KNOWN_OPEN || hosts < Math.min(2, alive)) return false;
  return silent > known * MOST_SILENT_SHARE || reset > known * MOST_RESET_SHARE;
}
