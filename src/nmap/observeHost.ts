/**
 * What a file proves of a host: the observation that an import stores. The order of a file's probes is unknown, so any
 * answer of the host itself, the one to discovery too, anchors all of its silence (measuring.md).
 */
import type { CellObservation, HostObservation, QuietGroup } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import {
  countPorts,
  hasPort,
  intersectPorts,
  isEmptySet,
  isWithinPorts,
  portSetOf,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import { isEveryPortOpen } from "./answersForAll.js";
import type { AnsweredPorts } from "./groupAnswers.js";
import type { HostAnswers } from "./hostAnswers.js";
import { isPositive, strengthOf, strongerAnswer } from "./proof.js";
import type { ScanFacts } from "./scanFacts.js";

export function observeHost(scan: ScanFacts, host: HostAnswers): HostObservation {
  const isAlive = host.aliveReason !== null;
  const isPositiveOnly = scan.positiveOnly !== null || host.timedOut;
  const open = portSetOf(host.open);
  const merged = mergeCells(host.open, open, isPositiveOnly ? [] : host.others);
  // Silence of a host that answered nothing is no silence of its ports.
  const believed = isPositiveOnly ? [] : host.others.filter(({ proof }) => isAlive || isPositive(proof));
  const quiet = disjointGroups(believed, open);
  const cells = isTarpit(scan, merged, host.others) ? merged.map(flagged) : merged;
  return {
    address: host.address,
    presence: isAlive ? "alive" : "silent",
    aliveReason: host.aliveReason,
    mac: host.mac,
    vendor: host.vendor,
    names: host.names,
    cells,
    quiet,
    covered: coveredPorts(scan.asked, [open, ...quiet.map(({ ports }) => ports)]),
    grade: isPositiveOnly ? "positive-only" : "full",
    holes: [],
    holesUnjudged: "imported",
  };
}

/** Where a file names open ports only, what it asked must be known to say that nothing else was there. */
function isTarpit(
  scan: ScanFacts,
  cells: readonly CellObservation[],
  others: readonly AnsweredPorts[],
): boolean {
  if (!isEveryPortOpen(cells.length, 0)) return false;
  const open = cells.reduce((sum, { protocol }) => sum + (protocol === "tcp" ? 1 : 0), 0);
  const told = open + others.reduce((sum, { ports }) => sum + countPorts(ports, "tcp"), 0);
  const asked = countPorts(scan.asked, "tcp");
  if (asked === 0 && scan.positiveOnly !== null) return false;
  return isEveryPortOpen(open, Math.max(asked, told));
}

function flagged(cell: CellObservation): CellObservation {
  return cell.protocol === "tcp" ? { ...cell, confidence: "tarpit" } : cell;
}

/** The union of sets without a port in common; one object for all hosts that answered for every port asked. */
function coveredPorts(asked: PortSet, parts: readonly PortSet[]): PortSet {
  let count = 0;
  for (const part of parts) count += countPorts(part);
  const isAll = count === countPorts(asked) && parts.every((part) => isWithinPorts(part, asked));
  return isAll ? asked : unionPorts(...parts);
}

/** One cell a port: of several the stronger; `unstable` where the port was closed in another part of the file. */
function mergeCells(
  cells: readonly CellObservation[],
  open: PortSet,
  others: readonly AnsweredPorts[],
): readonly CellObservation[] {
  const merged = countPorts(open) === cells.length ? cells : strongestCells(cells);
  const contradicted = unionPorts(
    ...others.filter(contradictsOpen).map(({ ports }) => intersectPorts(open, ports)),
  );
  if (isEmptySet(contradicted)) return merged;
  return merged.map((cell) =>
    hasPort(contradicted, cell.protocol, cell.port) ? { ...cell, proof: "unstable" } : cell,
  );
}

function strongestCells(cells: readonly CellObservation[]): CellObservation[] {
  const strongest = new Map<string, CellObservation>();
  for (const cell of cells) {
    const key = `${cell.port}/${cell.protocol}`;
    const known = strongest.get(key);
    strongest.set(key, known === undefined ? cell : strongerAnswer(known, cell));
  }
  return [...strongest.values()];
}

function contradictsOpen({ proof, reason }: AnsweredPorts): boolean {
  return proof === "closed" || (proof === "refused" && reason === "conn-refused");
}

/** Each port in the group of its strongest answer, equal groups as one. */
function disjointGroups(answers: readonly AnsweredPorts[], open: PortSet): QuietGroup[] {
  const groups = new Map<string, QuietGroup>();
  let told = open;
  const inOrder = [...answers].sort((a, b) => strengthOf(b.proof) - strengthOf(a.proof));
  inOrder.forEach(({ state, reason, proof, ports }, index) => {
    const own = subtractPorts(ports, told);
    if (isEmptySet(own)) return;
    if (index < inOrder.length - 1) told = unionPorts(told, own);
    const key = `${state} ${reason} ${proof}`;
    const group = groups.get(key);
    const all = group === undefined ? own : unionPorts(group.ports, own);
    groups.set(key, { state, reason, proof, ports: all });
  });
  return [...groups.values()];
}
