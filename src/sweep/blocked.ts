/** Is the scanner itself shut out? Then a segment's silence says nothing about its hosts (measuring.md). */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { segmentOf } from "../scope/network.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts } from "../scope/portSet.js";
import { answeredPorts, type RunEvidence } from "./evidence.js";

const LEAST_KNOWN_OPEN = 20;
const MOST_SILENT_SHARE = 0.2;

/** Segments where of 20 or more ports known open over a fifth are silent now. */
export function blockedSegments(
  evidence: RunEvidence,
  knownOpen: ReadonlyMap<Address, PortSet>,
  asked: PortSet,
): Set<string> {
  const counts = new Map<string, { known: number; silent: number }>();
  for (const [address, ports] of knownOpen) {
    const known = intersectPorts(ports, asked);
    const host = evidence.get(address);
    const silent = subtractPorts(known, host ? answeredPorts(host) : emptyPortSet);
    const segment = segmentOf(address);
    const count = counts.get(segment) ?? { known: 0, silent: 0 };
    counts.set(segment, {
      known: count.known + countPorts(known),
      silent: count.silent + countPorts(silent),
    });
  }
  const blocked = new Set<string>();
  for (const [segment, { known, silent }] of counts) {
    if (known >= LEAST_KNOWN_OPEN && silent > known * MOST_SILENT_SHARE) blocked.add(segment);
  }
  return blocked;
}
