import type { Proof, QuietGroup } from "../facts/observation.js";
import { PROOFS } from "../facts/observation.js";
import type { PortSet, Protocol } from "../facts/port.js";
import {
  countPorts,
  emptyPortSet,
  formatPortSet,
  hasPort,
  parseCanonicalPorts,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import type { CellState } from "./proof.js";

/**
 * The ports that never were open, of one (host, vantage, covered ports of one protocol): a list of (state, reason,
 * proof, ports). The largest group is written as "the rest", null: so a host whose other ports all are silent has the
 * same value as its neighbours, and keeps it when a port of its own opens or closes.
 *
 * Ports with spans of their own are not the quiet track's: they are left out when a value is made and when it is read.
 */
export type QuietValue = readonly (readonly [
  state: CellState["state"],
  reason: string,
  proof: Proof,
  ports: string | null,
])[];

/** The ports that a quiet value is about: those covered, less those with spans of their own. One protocol only. */
export interface QuietGround {
  readonly covered: PortSet;
  readonly ownSpans: PortSet;
}

/** @param groups of one protocol, disjoint */
export function quietValueOf(groups: readonly QuietGroup[], ground: QuietGround): QuietValue {
  const merged = new Map<string, { group: QuietGroup; ports: PortSet; count: number }>();
  for (const group of groups) {
    const ports = subtractPorts(group.ports, ground.ownSpans);
    const count = countPorts(ports);
    if (count === 0) continue;
    const key = `${group.state} ${group.proof} ${group.reason}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { group, ports, count });
    else {
      known.ports = unionPorts(known.ports, ports);
      known.count += count;
    }
  }
  const sorted = [...merged].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  return sorted.map(([, { group, ports }], index) => {
    return [group.state, group.reason, group.proof, index === 0 ? null : formatPortSet(ports)];
  });
}

/** The groups of a value, with the rest spelled out. */
export function quietGroupsOf(value: QuietValue, ground: QuietGround): QuietGroup[] {
  let rest = subtractPorts(ground.covered, ground.ownSpans);
  const explicit = value.map(([, , , text]) => {
    if (text === null) return null;
    const ports = subtractPorts(parseCanonicalPorts(text), ground.ownSpans);
    rest = subtractPorts(rest, ports);
    return ports;
  });
  return value
    .map(([state, reason, proof], index) => ({ state, reason, proof, ports: explicit[index] ?? rest }))
    .filter((group) => countPorts(group.ports) > 0);
}

/** Whether two values prove the same of every port. */
export function isSameQuiet(a: QuietValue, b: QuietValue, ground: QuietGround): boolean {
  const left = quietGroupsOf(a, ground);
  const right = quietGroupsOf(b, ground);
  return PROOFS.every(
    (proof) => formatPortSet(portsProved(left, proof)) === formatPortSet(portsProved(right, proof)),
  );
}

/** What a value says of one port of the covered set. */
export function quietStateOf(value: QuietValue, protocol: Protocol, port: number): CellState | null {
  let rest: CellState | null = null;
  for (const [state, reason, proof, text] of value) {
    if (text === null) rest = { state, reason, proof };
    else if (hasPort(parseCanonicalPorts(text), protocol, port)) return { state, reason, proof };
  }
  return rest;
}

function portsProved(groups: readonly QuietGroup[], proof: Proof): PortSet {
  return groups
    .filter((group) => group.proof === proof)
    .reduce((all, group) => unionPorts(all, group.ports), emptyPortSet);
}
