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

/** An entry that was looked for, and nowhere found open. */
interface Idle {
  readonly entry: Entry;
  readonly groupId: string;
  readonly hosts: Set<AlikeHosts>;
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
  const found = new Map<string, Idle>();
  for (const hosts of alikeHosts(bound, coveredSince)) {
    for (const { entry, groupId } of permissions(hosts.rules)) {
      if (!overlap(entry.ports, hosts.covered)) continue;
      const key = lineKey(entry);
      if (open.has(key)) continue;
      const idle = found.get(key);
      if (idle === undefined) found.set(key, { entry, groupId, hosts: new Set([hosts]) });
      else idle.hosts.add(hosts);
    }
  }
  return [...found.values()].flatMap(({ entry, groupId, hosts }) => {
    if (!isCovered(entry.ports, hosts)) return [];
    let looked = 0;
    for (const { addresses } of hosts) looked += addresses.length;
    const message = `group \`${groupId}\`: \`${entry.text}\` is ${entry.list}, and in ${count(days, "day")} no run has seen it open on the ${count(looked, "host")} where it was looked for: a candidate to remove`;
    return [warn(entry.line, message)];
  });
}

/** The entries that permit their ports under these rules, each with the group that brings it in. */
function* permissions({
  listing,
}: HostRules): Generator<{ readonly entry: Entry; readonly groupId: string }> {
  for (const { group, voices } of listing) {
    for (const { entry, counts, word } of voices.all) {
      if (counts && word !== "forbidden") yield { entry, groupId: group.id };
    }
  }
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

/** Whether all the ports were covered, be it on one host or on several. */
function isCovered(ports: PortSet, everywhere: Iterable<AlikeHosts>): boolean {
  let left = ports;
  for (const { covered } of everywhere) {
    left = subtractPorts(left, covered);
    if (countPorts(left) === 0) return true;
  }
  return false;
}
