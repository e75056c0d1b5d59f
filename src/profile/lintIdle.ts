/** Ports that may be open and that runs have not seen open for a while: permissions to take back. */
import type { Address } from "../facts/address.js";
import type { Port, PortSet } from "../facts/port.js";
import {
  countPorts,
  emptyPortSet,
  hasPort,
  intersectPorts,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { rulesOf } from "./hostRules.js";
import { count, type LintRow, warn } from "./lintRow.js";
import { lineKey } from "./lintSeen.js";
import type { Entry } from "./profile.js";

/** What runs from this vantage have shown in the last `days` days. */
export interface LastOpen {
  /** The ports that were open at some time. */
  readonly openSince: readonly (Port & { readonly address: Address })[];
  /** What was covered at all. */
  readonly coveredSince: readonly { readonly address: Address; readonly ports: PortSet }[];
  readonly days: number;
}

interface Use {
  readonly entry: Entry;
  readonly groupId: string;
  covered: PortSet;
  readonly hosts: Set<Address>;
  isOpen: boolean;
}

/** One row for each entry whose ports runs covered on hosts of its groups, all of them, and saw open on none. */
export function lintIdle(
  bound: BoundProfile,
  { openSince, coveredSince, days }: LastOpen,
): readonly LintRow[] {
  const open = new Map<Address, Port[]>();
  for (const { address, protocol, port } of openSince) {
    const ports = open.get(address);
    if (ports === undefined) open.set(address, [{ protocol, port }]);
    else ports.push({ protocol, port });
  }
  const uses = new Map<string, Use>();
  for (const { address, ports } of coveredSince) note(bound, address, ports, open.get(address) ?? [], uses);
  // Open is seen, covered or not: what was open yesterday and is not asked today is in use.
  for (const [address, ports] of open) note(bound, address, emptyPortSet, ports, uses);
  return [...uses.values()].flatMap(({ entry, groupId, covered, hosts, isOpen }) => {
    if (isOpen || countPorts(subtractPorts(entry.ports, covered)) > 0) return [];
    const message = `group \`${groupId}\`: \`${entry.text}\` is ${entry.list}, and in ${count(days, "day")} no run has seen it open on the ${count(hosts.size, "host")} where it was looked for: a candidate to remove`;
    return [warn(entry.line, message)];
  });
}

function note(
  bound: BoundProfile,
  address: Address,
  covered: PortSet,
  open: readonly Port[],
  uses: Map<string, Use>,
): void {
  for (const { group, voices } of rulesOf(bound, address).listing) {
    for (const { entry, counts, word } of voices.all) {
      if (!counts || word === "forbidden") continue;
      const looked = intersectPorts(entry.ports, covered);
      const isOpen = open.some(({ protocol, port }) => hasPort(entry.ports, protocol, port));
      if (!isOpen && countPorts(looked) === 0) continue;
      const key = lineKey(entry);
      const use = uses.get(key) ?? {
        entry,
        groupId: group.id,
        covered: emptyPortSet,
        hosts: new Set(),
        isOpen,
      };
      use.isOpen ||= isOpen;
      if (countPorts(use.covered) < entry.width) use.covered = unionPorts(use.covered, looked);
      if (countPorts(looked) > 0) use.hosts.add(address);
      uses.set(key, use);
    }
  }
}
