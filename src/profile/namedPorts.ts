import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, unionPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { type HostRules, rulesOf } from "./hostRules.js";

/** An entry of more ports speaks of a range, not of services: it is no reason to ask those first. */
const MOST_PORTS = 100;

const known = new WeakMap<HostRules, PortSet>();

/** The ports that the profile names for a host, whatever it says of them: what is asked first where time is short. */
export function namedPorts(bound: BoundProfile, address: Address): PortSet {
  const rules = rulesOf(bound, address);
  const before = known.get(rules);
  if (before !== undefined) return before;
  const sets = rules.listing.flatMap(({ voices }) => voices.all.map(({ entry }) => entry.ports));
  const named = unionPorts(...sets.filter((ports) => countPorts(ports) <= MOST_PORTS));
  known.set(rules, named);
  return named;
}
