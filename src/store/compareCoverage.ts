import type { NotComparable } from "../facts/answer.js";
import type { PortSet } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import {
  countPorts,
  emptyPortSet,
  hasPort,
  intersectPorts,
  portSetOf,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import type { Side } from "./compareRuns.js";
import { heldSpans } from "./heldSpans.js";
import { presenceIn } from "./hostAsOf.js";
import { addressOf, cellValueOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { type MuteQuiet, muteQuiet } from "./muteQuiet.js";
import type { RunLook } from "./runLook.js";

export interface ComparedCoverage {
  /** Open in the second run, and covered by no run before it. */
  readonly firstSeen: readonly { readonly host: number; readonly code: number }[];
  readonly notComparable: readonly NotComparable[];
}

/** What only one of two runs proved, host by host, and which of it was seen for the first time. */
export function compareCoverage(
  ledger: Ledger,
  a: Side,
  b: Side,
  hosts: readonly number[],
): ComparedCoverage {
  const firstSeen: { host: number; code: number }[] = [];
  const notComparable: NotComparable[] = [];
  const differences = new Map<string, readonly [onlyA: PortSet, onlyB: PortSet]>();
  const known = hosts.map((id) => ({ id, address: addressOf(ledger, id) }));
  const covered = known.map((host) => ({
    ...host,
    only: differenceOf(ledger, a.look, b.look, host.id, differences),
  }));
  // Read only where some port of the second run was not covered by the first.
  const more = covered.filter(({ only: [, onlyB] }) => countPorts(onlyB) > 0);
  const { codes, values, range } = heldSpans(ledger, "span", b.at.vantage, b.at.key, more, { bare: true });
  const quiet = muteQuiet(ledger, a.at.vantage);
  for (const { id, address, only } of covered) {
    const [onlyA, onlyB] = only;
    const askedByBoth = [a, b].every(
      ({ at }) => at.asked !== null && presenceIn(at.asked, id) !== "not-covered",
    );
    const why = askedByBoth ? "only-one-covered" : "host-only-in-one";
    let left = onlyB;
    if (countPorts(onlyB) > 0) {
      const [start, end] = range(id) ?? [0, 0];
      const first = [...codes.subarray(start, end)].filter((code, index) => {
        const isOpen = cellValueOf(ledger, values[start + index] ?? 0).proof === "open";
        return isOpen && isFirstSeen(a, b, id, code, onlyB);
      });
      for (const code of first) firstSeen.push({ host: id, code });
      left = subtractPorts(onlyB, portSetOf(first.map(portOfCode)));
    }
    if (countPorts(onlyA) > 0) notComparable.push({ address, ports: onlyA, coveredBy: a.run.id, why });
    if (countPorts(left) > 0) notComparable.push({ address, ports: left, coveredBy: b.run.id, why });
    const mute = saidNothing(ledger, a.look, b.look, id, quiet);
    if (countPorts(mute) > 0) {
      notComparable.push({ address, ports: mute, coveredBy: null, why: "said-nothing" });
    }
  }
  return { firstSeen, notComparable };
}

function isFirstSeen(a: Side, b: Side, host: number, code: number, onlyB: PortSet): boolean {
  const { protocol, port } = portOfCode(code);
  if (!hasPort(onlyB, protocol, port)) return false;
  if (!b.look.proved(host, protocol, port)) return false;
  // Backwards nothing is seen for the first time.
  if (a.at.key > b.at.key) return false;
  return !b.at.looks.some((look) => look.key !== b.at.key && look.covers(host, protocol, port));
}

/** Most hosts have the same pair of sets in both runs. */
function differenceOf(
  ledger: Ledger,
  a: RunLook,
  b: RunLook,
  host: number,
  known: Map<string, readonly [PortSet, PortSet]>,
): readonly [PortSet, PortSet] {
  const [idsA, idsB] = [a.portsets(host) ?? [], b.portsets(host) ?? []];
  const key = `${idsA.join(" ")}/${idsB.join(" ")}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const [setA, setB] = [idsA, idsB].map((ids) => portsOf(ledger, ids));
  const difference = [
    subtractPorts(setA ?? emptyPortSet, setB ?? emptyPortSet),
    subtractPorts(setB ?? emptyPortSet, setA ?? emptyPortSet),
  ] as const;
  known.set(key, difference);
  return difference;
}

/** Ports both covered, of which one or both answers say nothing of the state. */
function saidNothing(ledger: Ledger, a: RunLook, b: RunLook, host: number, quiet: MuteQuiet): PortSet {
  const mute = [a, b]
    .flatMap((look) => [look.unproved(host) ?? emptyPortSet, quiet(look, host)])
    .filter((ports) => countPorts(ports) > 0);
  if (mute.length === 0) return emptyPortSet;
  const [setA, setB] = [a, b].map((look) => portsOf(ledger, look.portsets(host) ?? []));
  const both = intersectPorts(setA ?? emptyPortSet, setB ?? emptyPortSet);
  return intersectPorts(both, unionPorts(...mute));
}

function portsOf(ledger: Ledger, ids: readonly number[]): PortSet {
  return unionPorts(...ids.filter((id) => id !== 0).map((id) => portsetOf(ledger, id)));
}
