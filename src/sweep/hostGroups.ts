/**
 * Hosts that go together in one nmap although their ports differ a little: each is asked what any of them is due. For what
 * mostly waits that is cheaper than a process each.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { familyOf } from "../scope/address.js";
import { countPorts, unionPorts } from "../scope/portSet.js";
import type { Asks } from "./plan.js";

export interface HostGroup {
  readonly addresses: readonly Address[];
  /** What any of them is due. */
  readonly ports: PortSet;
  readonly local: boolean;
}

/** Groups of one family and network, `most` hosts each; hosts with much to ask apart from those with little. */
export function groupHosts(asks: Asks, most: number, isLocal: (address: Address) => boolean): HostGroup[] {
  const groups: { addresses: Address[]; ports: PortSet; local: boolean }[] = [];
  for (const [kind, hosts] of kindsOf(asks, isLocal)) {
    let largest = 0;
    let group: (typeof groups)[number] | null = null;
    for (const { address, ports, count } of hosts.sort((a, b) => b.count - a.count)) {
      if (group !== null && group.addresses.length < most && count * 2 >= largest) {
        group.addresses.push(address);
        group.ports = unionPorts(group.ports, ports);
        continue;
      }
      group = { addresses: [address], ports, local: kind.endsWith("local") };
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

function kindsOf(asks: Asks, isLocal: (address: Address) => boolean): Map<string, Host[]> {
  const kinds = new Map<string, Host[]>();
  for (const [address, ports] of asks) {
    const count = countPorts(ports);
    if (count === 0) continue;
    const kind = `${familyOf(address)} ${isLocal(address) ? "local" : "far"}`;
    const alike = kinds.get(kind) ?? [];
    alike.push({ address, ports, count });
    kinds.set(kind, alike);
  }
  return kinds;
}
