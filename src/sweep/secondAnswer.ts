/**
 * A change is believed when it was seen twice: what the sweep found of a port that was open, and what the slow look after
 * it found, must be the same. A port that reset once and was silent then, or whose look did not come to its end, is
 * neither closed nor open in this run; it is not covered.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { ShardResult } from "./engine.js";
import {
  answeredPorts,
  closedPorts,
  foldShard,
  type HostEvidence,
  openPorts,
  type RunEvidence,
} from "./evidence.js";

/** Ports by what was found of them. */
export interface Found {
  readonly closed: PortSet;
  readonly refused: PortSet;
  readonly silent: PortSet;
}

/** What is known of `ports` that are not open. */
export function foundOf(host: HostEvidence, ports: PortSet): Found {
  const answered = answeredPorts(host);
  const closed = closedPorts(host);
  return {
    closed: intersectPorts(ports, closed),
    refused: intersectPorts(ports, subtractPorts(subtractPorts(answered, closed), openPorts(host))),
    silent: subtractPorts(ports, answered),
  };
}

/** What a whole look found of the ports it asked, by itself; null where it was not whole. */
export function foundBy(result: ShardResult, address: Address): Found | null {
  if (!result.whole) return null;
  const alone: RunEvidence = new Map();
  foldShard(alone, result);
  const host = alone.get(address);
  return host === undefined ? null : foundOf(host, subtractPorts(result.shard.ports, openPorts(host)));
}

/** Ports of which both say the same. */
export function agreedPorts(sweep: Found, look: Found | null): PortSet {
  if (look === null) return emptyPortSet;
  return unionPorts(
    intersectPorts(sweep.closed, look.closed),
    intersectPorts(sweep.refused, look.refused),
    intersectPorts(sweep.silent, look.silent),
  );
}
