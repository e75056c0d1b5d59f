/** Ports that may be open and that runs have not seen open for a while: permissions to take back. */
import type { Address } from "../facts/address.js";
import type { Port, PortSet } from "../facts/port.js";
import { countPorts, formatPortSet, portSetOf, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { BoundProfile } from "./bind.js";
import { type HostRules, rulesOf } from "./hostRules.js";
import { overlap } from "./lintPorts.js";
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

/** An entry that was nowhere found open, and how far it was looked for. */
interface Idle {
  /** Its ports that nobody looked for; null before anybody looked for any. */
  left: PortSet | null;
  /** The hosts where it was looked for. */
  hosts: number;
  /** The last of them: several groups of a host may bring the entry in. */
  last: AlikeHosts | null;
}

/** An entry that permits its ports, as a group brings it in. */
interface Permission {
  readonly entry: Entry;
  readonly groupId: string;
}

interface IdlePermission extends Permission {
  readonly idle: Idle;
}

/** Hosts of which the same is said and on which the same was covered. */
interface AlikeHosts {
  readonly rules: HostRules;
  readonly covered: PortSet;
  readonly addresses: Address[];
}

/** One row for each entry whose ports runs covered on hosts of its groups, all of them, and saw open on none. */
export function lintIdle(
  bound: BoundProfile,
  { openSince, coveredSince, days }: LastOpen,
): readonly LintRow[] {
  // Open is seen, covered or not: what was open yesterday and is not asked today is in use.
  const open = openLines(bound, openSince);
  const idleUnder = idleReader(open);
  const found: IdlePermission[] = [];
  for (const hosts of alikeHosts(bound, coveredSince)) {
    for (const permission of idleUnder(hosts.rules)) {
      const { entry, idle } = permission;
      if (idle.last === hosts || !overlap(entry.ports, hosts.covered)) continue;
      if (idle.left === null) found.push(permission);
      const left = idle.left ?? entry.ports;
      if (countPorts(left) > 0) idle.left = subtractPorts(left, hosts.covered);
      idle.hosts += hosts.addresses.length;
      idle.last = hosts;
    }
  }
  return found.flatMap(({ entry, groupId, idle: { left, hosts } }) => {
    if (left === null || countPorts(left) > 0) return [];
    const message = `group \`${groupId}\`: \`${entry.text}\` is ${entry.list}, and in ${count(days, "day")} no run has seen it open on the ${count(hosts, "host")} where it was looked for: a candidate to remove`;
    return [warn(entry.line, message)];
  });
}

/** Gives the permissions under some rules, without those that were open; what is written once is one `Idle`. */
function idleReader(open: ReadonlySet<string>): (rules: HostRules) => readonly IdlePermission[] {
  const byLine = new Map<string, Idle>();
  const byRules = new Map<HostRules, readonly IdlePermission[]>();
  const read = (rules: HostRules) =>
    permissions(rules).flatMap((permission) => {
      const key = lineKey(permission.entry);
      if (open.has(key)) return [];
      const idle = byLine.get(key) ?? { left: null, hosts: 0, last: null };
      byLine.set(key, idle);
      return [{ ...permission, idle }];
    });
  return (rules) => {
    const found = byRules.get(rules) ?? read(rules);
    byRules.set(rules, found);
    return found;
  };
}

function permissions({ listing }: HostRules): readonly Permission[] {
  return listing.flatMap(({ group, voices }) =>
    voices.all
      .filter(({ counts, word }) => counts && word !== "forbidden")
      .map(({ entry }) => ({ entry, groupId: group.id })),
  );
}

/** The entries that permit a port which was open. */
function openLines(bound: BoundProfile, openSince: LastOpen["openSince"]): ReadonlySet<string> {
  const portsUnder = new Map<HostRules, Port[]>();
  for (const { address, protocol, port } of openSince) {
    const rules = rulesOf(bound, address);
    const ports = portsUnder.get(rules);
    if (ports === undefined) portsUnder.set(rules, [{ protocol, port }]);
    else ports.push({ protocol, port });
  }
  const lines = new Set<string>();
  for (const [rules, ports] of portsUnder) {
    const open = portSetOf(ports);
    for (const { entry } of permissions(rules)) if (overlap(entry.ports, open)) lines.add(lineKey(entry));
  }
  return lines;
}

/** In the order in which the first hosts of each are given. */
function alikeHosts(bound: BoundProfile, coveredSince: LastOpen["coveredSince"]): Iterable<AlikeHosts> {
  const coveredOn = new Map<Address, PortSet>();
  for (const { address, ports } of coveredSince) {
    const before = coveredOn.get(address);
    coveredOn.set(address, before === undefined ? ports : unionPorts(before, ports));
  }
  // Most hosts share their set of ports with others: it is put into words once.
  const texts = new Map<PortSet, string>();
  const numbers = new Map<HostRules, number>();
  const alike = new Map<string, AlikeHosts>();
  for (const [address, covered] of coveredOn) {
    const rules = rulesOf(bound, address);
    const number = numbers.get(rules) ?? numbers.size;
    numbers.set(rules, number);
    const text = texts.get(covered) ?? formatPortSet(covered);
    texts.set(covered, text);
    const key = `${number} ${text}`;
    const hosts = alike.get(key);
    if (hosts === undefined) alike.set(key, { rules, covered, addresses: [address] });
    else hosts.addresses.push(address);
  }
  return alike.values();
}
