/**
 * Hosts that go together in one nmap although their ports differ a little: each is asked what any of them is due. For what
 * mostly waits that is cheaper than a process each.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { familyOf } from "../scope/address.js";
import { countPorts, unionPorts } from "../scope/portSet.js";
import type { Asks, PlanContext } from "./plan.js";

export interface HostGroup {
  readonly addresses: readonly Address[];
  /** What any of them is due. */
  readonly ports: PortSet;
  readonly local: boolean;
  /** Packets a second of the lowest cap that they are all under. */
  readonly lowest: number;
}

/** Groups of one family, place under caps and network, `most` hosts each; hosts with much to ask apart from those with little. */
export function groupHosts(asks: Asks, most: number, context: PlanContext): HostGroup[] {
  const groups: (HostGroup & { readonly addresses: Address[]; ports: PortSet })[] = [];
  for (const { local, lowest, hosts } of kindsOf(asks, context)) {
    let largest = 0;
    let group: (typeof groups)[number] | null = null;
    for (const { address, ports, count } of hosts.sort((a, b) => b.count - a.count)) {
      if (group !== null && group.addresses.length < most && count * 2 >= largest) {
        group.addresses.push(address);
        group.ports = unionPorts(group.ports, ports);
        continue;
      }
      group = { addresses: [address], ports, local, lowest };
      groups.push(group);
      largest = count;
    }
  }
  return groups;
}

interface Host {
  readonly address: Address;
  readonly ports: PortSet;
  readonly count: number;
}

interface Kind extends Pick<HostGroup, "local" | "lowest"> {
  readonly hosts: Host[];
}

function kindsOf(asks: Asks, { isLocal, budget }: PlanContext): Iterable<Kind> {
  const kinds = new Map<string, Kind>();
  for (const [address, ports] of asks) {
    const count = countPorts(ports);
    if (count === 0) continue;
    const local = isLocal(address);
    const { key: place, lowest } = budget.caps.of(address);
    const key = `${familyOf(address)} ${local} ${place}`;
    const alike = kinds.get(key) ?? { local, lowest, hosts: [] };
    alike.hosts.push({ address, ports, count });
    kinds.set(key, alike);
  }
  return kinds.values();
}
