/** From history and profile to the order in which a run asks that may not get to its end. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { hasAddress } from "../scope/addressSet.js";
import { emptyPortSet, unionPorts } from "../scope/portSet.js";
import type { Store } from "../store/store.js";
import { planRolling, type Rolling, type RollingRequest, windowsNeeded } from "../sweep/rolling.js";
import type { ScanPlan } from "./scanPlan.js";

export interface OrderRequest {
  readonly plan: ScanPlan;
  readonly store: Store;
  /** Ports that the profile names for a host. */
  readonly named: (address: Address) => PortSet;
  readonly from: Instant;
  readonly until: Instant;
}

export function rollingOrder(request: OrderRequest): Rolling {
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
