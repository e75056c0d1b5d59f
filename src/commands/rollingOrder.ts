/** From history and profile to the order in which a run asks that may not get to its end. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { hasAddress } from "../scope/addressSet.js";
import { emptyPortSet, unionPorts } from "../scope/portSet.js";
import type { Store } from "../store/store.js";
import { planRolling, type Rolling, type RollingRequest, windowsNeeded } from "../sweep/rolling.js";
import { endOfHours, sweepEnd } from "./hours.js";
import type { ScanPlan } from "./scanPlan.js";

export interface OrderRequest {
  readonly plan: ScanPlan;
  readonly store: Store;
  /** Ports that the profile names for a host. */
  readonly named: (address: Address) => PortSet;
  readonly from: Instant;
  readonly until: Instant;
}

function rollingOrder(request: OrderRequest): Rolling {
  return planRolling(rollingRequest(request));
}

/** Windows until everything was asked; null where the network is not known yet, or its ports are too many for any. */
export function windowsFor(request: OrderRequest): {
  readonly hosts: number;
  readonly windows: number | null;
} {
  const rolling = rollingRequest(request);
  return { hosts: rolling.hosts, windows: rolling.hosts === 0 ? null : windowsNeeded(rolling) };
}

function rollingRequest({ plan, store, named, from, until }: OrderRequest): RollingRequest {
  const place = { realm: plan.realm, vantage: plan.vantage };
  const isHere = ({ address }: { readonly address: Address }) => hasAddress(plan.scope.addresses, address);
  const hosts = store.knownHosts(place).filter(isHere);
  const everOpen = new Map(
    store
      .everOpen(place)
      .filter(isHere)
      .map(({ address, ports }) => [address, ports]),
  );
  const covered = store.coveredLast(plan.ports, place).filter(isHere);
  return {
    ports: plan.ports,
    first: (address) => unionPorts(named(address), everOpen.get(address) ?? emptyPortSet),
    likely: plan.likely,
    covered: new Map(covered.map((host) => [host.address, host.covered])),
    hosts: plan.skipDiscovery ? plan.addresses.length : hosts.length,
    budget: plan.budget,
    from,
    until,
  };
}

/** The golden section: however many runs there are, what they begin with is spread evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Another beginning with each run: where discovery does not get to its end, it is not always the same that are left. */
export function turnedBy(addresses: readonly Address[], run: number): readonly Address[] {
  const first = Math.floor(((run * GOLDEN) % 1) * addresses.length);
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}

/** When the sweep must end, and in which order it asks until then; counted from now, for the run may have waited. */
export function timing(
  { plan, store, named }: Pick<OrderRequest, "plan" | "store" | "named">,
  known: number,
): { readonly until: Instant | null; readonly rolling: Rolling | null } {
  if (plan.hours === null) return { until: null, rolling: null };
  const from = Date.now();
  const hosts = known > 0 ? known : plan.addresses.length;
  const until = sweepEnd(endOfHours(plan.hours, from), from, hosts, plan.budget.rate);
  return { until, rolling: rollingOrder({ plan, store, named, from, until }) };
}
