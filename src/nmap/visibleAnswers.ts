/** What nmap's form shows of a host's ports, and how what it cannot show is told apart again. */
import type { HostObservation, PortState, QuietGroup } from "../facts/observation.js";
import type { Port, PortSet } from "../facts/port.js";
import { countPorts, unionPorts } from "../scope/portSet.js";
import { singularReason } from "./proof.js";
import { withoutForbidden } from "./xmlText.js";

/** nmap's word for "closed or filtered, not to be told apart" is its own state for idle scans. */
export function visibleState(state: QuietGroup["state"]): PortState {
  return state === "closed-or-filtered" ? "closed|filtered" : state;
}

/** What a reader of the file has to tell groups of ports apart by. */
export function visibleKey({ state, reason }: Pick<QuietGroup, "state" | "reason">): string {
  return `${visibleState(state)} ${singularReason(withoutForbidden(reason))}`;
}

export interface VisibleGroup {
  readonly state: PortState;
  readonly reason: string;
  readonly ports: PortSet;
}

/** The quiet groups of a host as a file shows them: one for each state and reason. */
export function visibleGroups(quiet: HostObservation["quiet"]): VisibleGroup[] {
  const groups = new Map<string, VisibleGroup>();
  for (const group of quiet) {
    const key = visibleKey(group);
    const known = groups.get(key);
    const ports = known === undefined ? group.ports : unionPorts(known.ports, group.ports);
    groups.set(key, { state: visibleState(group.state), reason: group.reason, ports });
  }
  return [...groups.values()].filter(({ ports }) => countPorts(ports) > 0);
}

/** TCP, UDP, SCTP, each ascending: nmap's order. */
export function comparePorts(a: Port, b: Port): number {
  if (a.protocol === b.protocol) return a.port - b.port;
  return RANK[a.protocol] - RANK[b.protocol];
}

const RANK = { tcp: 0, udp: 1, sctp: 2 } as const;
