/**
 * `exception-unused`: an exception in force of which the run proves that nothing uses it. What it is for must have been
 * covered; a port that nobody asked, or that may be open and keep silent, leaves it in peace.
 *
 * An exception that names its hosts one by one is told of at each of them; one by networks only where a complete run
 * asked the whole of them, every host known there answered and none uses it, at the lowest address that answers. Of one
 * by tags nobody can say who else bears them: `profile lint` tells of it.
 */
import type { Address } from "../facts/address.js";
import type { Finding, FindingRule } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { HostView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import { exceptionsOf } from "../profile/exceptionRules.js";
import { matchGroups } from "../profile/hostRules.js";
import { type Exception, type Match, PORT_RULES } from "../profile/profile.js";
import { compareText } from "../profile/rank.js";
import { compareAddresses } from "../scope/address.js";
import {
  type AddressSet,
  addressSetOfNetworks,
  countAddresses,
  subtractAddresses,
} from "../scope/addressSet.js";
import { hasPort } from "../scope/portSet.js";
import { addAboutException } from "./addFinding.js";
import { surelyAsked } from "./askedAddresses.js";
import { answeringAll, endOf, exposedAt, hostsOf, isAbsent, type Judging } from "./judging.js";
import { laterOf, type PortRun, portRunsOf, type Unused, unusedPortsOn } from "./unusedPorts.js";

/** The addresses in the view of one machine. */
type Hosts = readonly HostView[];
type FindingsAt = ReadonlyMap<Address, readonly Finding[]>;

/** Judges after all other rules: their findings are what uses an exception. */
export function judgeUnusedExceptions(judging: Judging): void {
  const { profile } = judging;
  if (profile === null || profile.profile.exceptions.length === 0) return;
  const findings = byAddress(judging.findings);
  const matched = [...matchedMachines(judging, profile)].sort(([a], [b]) => compareText(a.id, b.id));
  for (const [exception, machines] of matched) {
    const together = namesHosts(exception.match) ? machines.map((machine) => [machine]) : [machines];
    for (const each of together) judgeOn(judging, profile, exception, each, findings);
  }
}

/** Whether the match names its hosts one by one. */
export function namesHosts({ addresses, names, hosts }: Match): boolean {
  if (names !== null || hosts !== null) return true;
  return addresses?.every(({ first, last }) => first === last) ?? false;
}

/** Whether the run tells of all that the match may mean: its hosts one by one, or the whole of its networks. */
function isTold(match: Match, asked: AddressSet): boolean {
  if (namesHosts(match)) return true;
  const { networks, addresses, tags } = match;
  const blocks = [...(networks ?? []).flatMap(({ cidrs }) => cidrs), ...(addresses ?? [])];
  if (tags !== null || blocks.length === 0) return false;
  return countAddresses(subtractAddresses(addressSetOfNetworks(blocks), asked)) === 0n;
}

function byAddress(findings: readonly Finding[]): FindingsAt {
  const found = new Map<Address, Finding[]>();
  for (const finding of findings) {
    const others = found.get(finding.address);
    if (others === undefined) found.set(finding.address, [finding]);
    else others.push(finding);
  }
  return found;
}

function matchedMachines(judging: Judging, profile: BoundProfile): ReadonlyMap<Exception, Hosts[]> {
  const { exceptions } = profile.profile;
  const asked = surelyAsked(judging.view.run);
  const inForce = new Set(
    exceptions.filter(
      (exception) => endOf(judging, exception) >= judging.now && isTold(exception.match, asked),
    ),
  );
  const matched = new Map<Exception, Hosts[]>();
  for (const host of judging.view.hosts) {
    const fitting = exceptionsOf(profile, host.address).filter((exception) => inForce.has(exception));
    if (fitting.length === 0) continue;
    const machine = hostsOf(judging, host.address);
    if (machine[0] !== host) continue;
    for (const exception of fitting) {
      const machines = matched.get(exception);
      if (machines === undefined) matched.set(exception, [machine]);
      else machines.push(machine);
    }
  }
  return matched;
}

function judgeOn(
  judging: Judging,
  profile: BoundProfile,
  exception: Exception,
  machines: readonly Hosts[],
  findings: FindingsAt,
): void {
  const { run } = judging.view;
  const hosts = machines.flat();
  const present = hosts.filter((host) => !isAbsent(host));
  const first = namesHosts(exception.match) ? hosts[0] : lowestOf(present);
  if (first === undefined || present.length === 0) return;
  const add = (port: Port | null, what: string, { how, since }: Unused) => {
    const where = present.length > 1 ? `${how}, on ${present.length} addresses` : how;
    addAboutException(judging, exception, {
      rule: "exception-unused",
      address: first.address,
      port,
      firstSeen: since ?? run.startedAt,
      lastSeen: judging.now,
      evidence: `${where}: nothing uses exception \`${exception.id}\` of ${exception.owner}${what}`,
      confirmed: true,
      local: first.local,
    });
  };
  const rules = exception.rules ?? PORT_RULES;
  if (exception.ports === null) {
    // A host that is missing may be in no view: it only was counted.
    const isUsed = namesHosts(exception.match)
      ? hosts.some((host) => isUsedAt(host, findings, rules, null))
      : judging.findings.some(
          ({ rule, address }) => rules.includes(rule) && exceptionsOf(profile, address).includes(exception),
        );
    const unused = isUsed ? null : unusedAbout(profile, rules, machines);
    if (unused !== null) add(null, "", unused);
    return;
  }
  // An address of theirs that was not asked, or answers nothing, may be the one that uses it.
  if (hosts.some(({ address }) => answeringAll(judging, exposedAt(judging, address)) === null)) return;
  // Where holes cannot be judged, none is no proof that there is none.
  if (
    exception.rules?.includes("firewall-hole") &&
    present.some(({ holesUnjudged }) => holesUnjudged !== null)
  )
    return;
  for (const ports of portRunsOf(exception.ports)) {
    if (hosts.some((host) => isUsedAt(host, findings, rules, ports))) continue;
    const unused = unusedOnAll(present, (host) => unusedPortsOn({ profile, run, rules }, host, ports));
    if (unused !== null) add(ports.first, ` for ${ports.text}`, unused);
  }
}

/** Whether a finding of these rules stands there. What is in doubt today may be one tomorrow. */
function isUsedAt(
  { address }: HostView,
  findings: FindingsAt,
  rules: readonly FindingRule[],
  run: PortRun | null,
): boolean {
  const here = findings.get(address) ?? [];
  return here.some(({ rule, protocol, port }) => {
    if (!rules.includes(rule) && rule !== "unconfirmed") return false;
    if (protocol === null || port === null) return run === null;
    return run !== null && hasPort(run.ports, protocol, port);
  });
}

function unusedOnAll(hosts: Hosts, look: (host: HostView) => Unused | null): Unused | null {
  let all: Unused | null = null;
  for (const host of hosts) {
    const unused = look(host);
    if (unused === null) return null;
    all = all === null ? unused : mergeUnused(all, unused);
  }
  return all;
}

function mergeUnused(a: Unused, b: Unused): Unused {
  return { how: a.how === b.how ? a.how : "not needed", since: laterOf(a.since, b.since) };
}

/** An exception about the hosts themselves: each answers, and a group names each. */
function unusedAbout(
  profile: BoundProfile,
  rules: readonly FindingRule[],
  machines: readonly Hosts[],
): Unused | null {
  const answering = machines.map((hosts) => hosts.filter(({ presence }) => presence === "alive"));
  if (rules.includes("host-missing") && answering.some((hosts) => hosts.length === 0)) return null;
  const known = (hosts: Hosts) => hosts.every(({ address }) => matchGroups(profile, address).length > 0);
  if (rules.includes("host-unknown") && !machines.every(known)) return null;
  if (!rules.includes("host-missing")) return { how: "a group of the profile matches the host", since: null };
  const since = answering.flat().map(({ aliveSince }) => aliveSince);
  return { how: "the host answers", since: since.reduce(laterOf, null) };
}

function lowestOf(hosts: Hosts): HostView | undefined {
  let lowest: HostView | undefined;
  for (const host of hosts) {
    if (lowest === undefined || compareAddresses(host.address, lowest.address) < 0) lowest = host;
  }
  return lowest;
}
