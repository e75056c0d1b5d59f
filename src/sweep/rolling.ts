/**
 * The order of a sweep that may not get to its end: a window of hours, a network too large for one night.
 *
 * Ports that a profile names and ports ever open come first, then the ports most used, then all others; within each,
 * those covered least recently. Silence is believed only after several passes, so a host is asked in portions that each
 * go through all their passes: what a night did not get to was not begun, and is first in the next.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import {
  countPorts,
  emptyPortSet,
  intersectPorts,
  listPorts,
  portSetOf,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import type { Budget } from "./pace.js";
import { WITNESS_PORTS } from "./witnesses.js";

/** Ports of a host that were covered last at one time. */
export interface CoveredAt {
  readonly at: Instant;
  readonly ports: PortSet;
}

/** Ports of a host that are asked together; those of a lower rank are asked first. */
export interface Portion {
  readonly rank: number;
  readonly ports: PortSet;
}

export interface Rolling {
  readonly portionsOf: (address: Address) => readonly Portion[];
  /** No discovery is begun after it: finding hosts must leave time to sweep them. */
  readonly discoverUntil: Instant;
}

export interface RollingRequest {
  readonly ports: PortSet;
  /** Named by a profile, or ever open. */
  readonly first: (address: Address) => PortSet;
  /** The most used ports. */
  readonly likely: PortSet;
  /** What runs covered, each port once: at the last time. */
  readonly covered: ReadonlyMap<Address, readonly CoveredAt[]>;
  /** Hosts that will be swept, as far as is known. */
  readonly hosts: number;
  readonly budget: Budget;
  readonly from: Instant;
  readonly until: Instant;
}

/** A port is asked twice before its silence is believed. */
const PASSES = 2;
/** Finding hosts takes so much of a window at most, and so do the ports that come first every time. */
const DISCOVERY_SHARE = 0.25;
const EARLY_SHARE = 0.5;
/** A portion keeps its host for about so long a pass. */
const PORTION_SECONDS = 30;

export function planRolling(request: RollingRequest): Rolling {
  const times = [...new Set([...request.covered.values()].flat().map(({ at }) => at))].sort((a, b) => a - b);
  const indexOf = new Map(times.map((at, index) => [at, index + 1]));
  const size = portionSize(request.budget);
  // Where the most used ports alone would take every night, they take their turn like all others.
  const likely = earlyCells(request) > cellsIn(request) * EARLY_SHARE ? emptyPortSet : request.likely;
  return {
    discoverUntil: request.from + (request.until - request.from) * DISCOVERY_SHARE,
    portionsOf: (address) => {
      const first = intersectPorts(request.ports, request.first(address));
      const second = subtractPorts(intersectPorts(request.ports, likely), first);
      const rest = subtractPorts(request.ports, unionPorts(first, second));
      const covered = request.covered.get(address) ?? [];
      return [first, second, rest].flatMap((tier, index) =>
        byAge(tier, covered).flatMap(({ at, ports }) => {
          const rank = index * (times.length + 1) + (at === null ? 0 : (indexOf.get(at) ?? 0));
          return cut(ports, size).map((each) => ({ rank, ports: each }));
        }),
      );
    },
  };
}

/** Nights, or other windows of such a length, until every cell was asked; null where none ever would. */
export function windowsNeeded(request: RollingRequest): number | null {
  const capacity = cellsIn(request);
  const cells = request.hosts * countPorts(request.ports);
  const early = earlyCells(request) > capacity * EARLY_SHARE ? 0 : Math.min(earlyCells(request), cells);
  if (capacity - early < 1) return null;
  return Math.max(1, Math.ceil((cells - early) / (capacity - early)));
}

/** Cells that a window has packets for, beside discovery and what is asked again of each host to tell loss. */
function cellsIn({ budget, from, until, hosts, ports }: RollingRequest): number {
  const seconds = ((until - from) / 1000) * (1 - DISCOVERY_SHARE);
  const witnesses = hosts * Math.min(WITNESS_PORTS, countPorts(ports));
  return Math.max(0, Math.floor((budget.rate * seconds - witnesses) / PASSES));
}

function earlyCells({ hosts, ports, likely }: RollingRequest): number {
  return hosts * countPorts(intersectPorts(ports, likely));
}

function portionSize({ slotRate, hostRate }: Budget): number {
  return Math.max(100, Math.min(slotRate, hostRate ?? slotRate) * PORTION_SECONDS);
}

/** Never covered first, then the oldest. */
function byAge(
  tier: PortSet,
  covered: readonly CoveredAt[],
): { readonly at: Instant | null; readonly ports: PortSet }[] {
  const never = subtractPorts(tier, unionPorts(...covered.map(({ ports }) => ports)));
  const layers = [...covered]
    .sort((a, b) => a.at - b.at)
    .map(({ at, ports }) => ({ at, ports: intersectPorts(tier, ports) }));
  return [{ at: null, ports: never }, ...layers].filter(({ ports }) => countPorts(ports) > 0);
}

function cut(ports: PortSet, size: number): PortSet[] {
  if (countPorts(ports) <= size) return [ports];
  const all = [...listPorts(ports)];
  const parts: PortSet[] = [];
  for (let i = 0; i < all.length; i += size) parts.push(portSetOf(all.slice(i, i + size)));
  return parts;
}
