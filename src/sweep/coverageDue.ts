/** Cells due and cells covered: what `--min-coverage` is held against (design.md, "Exit codes"). */
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, intersectPorts, subtractPorts } from "../scope/portSet.js";

export interface DueContext {
  /** The asked ports. */
  readonly asked: PortSet;
  /** Addresses of the scope due whatever this run heard: alive within max-age, or profiled by address. */
  readonly expected: ReadonlySet<Address>;
  /** Addresses that no whole discovery shard asked: nobody knows whether they are alive, so they are due. */
  readonly neverAsked: ReadonlySet<Address>;
  /** Cells left for another run, by a window's end or for their proof takes long: due there, unless they are covered all the same. */
  readonly postponed: ReadonlyMap<Address, PortSet>;
}

export interface CoverageCount {
  readonly due: number;
  readonly covered: number;
  /** covered / due; null where nothing was due. */
  readonly share: number | null;
}

/** Counts over the asked ports of hosts that answered, were expected, or could not be asked. */
export function countCoverage(observations: Iterable<HostObservation>, context: DueContext): CoverageCount {
  const coveredOf = new Map<Address, PortSet>();
  const due = new Set<Address>([...context.expected, ...context.neverAsked]);
  let covered = 0;
  for (const observation of observations) {
    coveredOf.set(observation.address, observation.covered);
    if (observation.presence === "alive") due.add(observation.address);
    if (due.has(observation.address))
      covered += countPorts(intersectPorts(observation.covered, context.asked));
  }
  let total = 0;
  for (const address of due) total += cellsDue(address, coveredOf.get(address) ?? emptyPortSet, context);
  return { due: total, covered, share: total === 0 ? null : covered / total };
}

/** What was left to another run is not due in this one, but for what it covered all the same. */
function cellsDue(address: Address, covered: PortSet, { asked, postponed }: DueContext): number {
  const later = postponed.get(address);
  return countPorts(later === undefined ? asked : subtractPorts(asked, subtractPorts(later, covered)));
}
