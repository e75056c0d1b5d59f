/** What a reader without notes makes of a host in nmap's XML, by measuring.md's table alone. */
import type { CellObservation, HostObservation, QuietGroup } from "../../src/facts/observation.js";
import type { PortSet } from "../../src/facts/port.js";
import type { NmapHost } from "../../src/nmap/document.js";
import { proofOf } from "../../src/nmap/proof.js";
import { isLoopback } from "../../src/scope/address.js";
import { emptyPortSet, portSetOf, portSetOfRanges, unionPorts } from "../../src/scope/portSet.js";

export function plainObservation(host: NmapHost): HostObservation {
  const loopback = isLoopback(host.address);
  const judged = host.ports.map((port) => ({ ...port, proof: proofOf({ ...port, loopback }) }));
  const cells: CellObservation[] = judged
    .filter(({ proof }) => proof === "open")
    .map(({ reasonIp: _, ...port }) => ({ ...port, confidence: "imported" }));
  const quiet = mergeGroups([
    ...judged
      .filter(({ proof }) => proof !== "open")
      .map(({ state, reason, proof, ...port }) => ({ state, reason, proof, ports: portSetOf([port]) })),
    ...groupsOf(host, loopback),
  ]);
  return {
    address: host.address,
    presence: host.status.state === "up" ? "alive" : "silent",
    aliveReason: host.status.state === "up" ? host.status.reason : null,
    mac: host.mac,
    vendor: host.vendor,
    names: host.hostnames.filter(({ type }) => type === "PTR").map(({ name }) => name),
    cells,
    quiet,
    covered: unionPorts(portSetOf(cells), ...quiet.map(({ ports }) => ports)),
    grade: host.timedOut ? "positive-only" : "full",
    holes: [],
    holesUnjudged: null,
  };
}

/** Only what names its ports: other groups do not say which were asked. */
function groupsOf({ extraPorts }: NmapHost, loopback: boolean): QuietGroup[] {
  return extraPorts.flatMap(({ state, reasons }) =>
    reasons.flatMap(({ reason, protocol, ports }) => {
      if (protocol === null || ports === null || state === "unknown") return [];
      const proof = proofOf({ protocol, state, reason, loopback });
      return [{ state, reason, proof, ports: portSetOfRanges({ [protocol]: ports }) }];
    }),
  );
}

function mergeGroups(groups: readonly QuietGroup[]): QuietGroup[] {
  const merged = new Map<string, QuietGroup>();
  for (const group of groups) {
    const key = `${group.state} ${group.reason} ${group.proof}`;
    const ports = unionPorts(merged.get(key)?.ports ?? emptyPortSet, group.ports);
    merged.set(key, { ...group, ports });
  }
  return [...merged.values()];
}

/** Ports by what was proved of them. */
export function portsByProof(groups: readonly QuietGroup[]): Record<string, PortSet> {
  const proofs: Record<string, PortSet> = {};
  for (const { proof, ports } of groups) proofs[proof] = unionPorts(proofs[proof] ?? emptyPortSet, ports);
  return proofs;
}
