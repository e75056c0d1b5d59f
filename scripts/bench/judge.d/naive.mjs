/**
 * The same judgement by plain loops: every port asks every group and every exception. It shares nothing with src but
 * the nouns, the fingerprint and the test of a service, so that it is a check besides a measure.
 */
import { fingerprintOf } from "../../../dist/exposure/fingerprint.js";
import { describeMismatch, expectsService, isAsExpected } from "../../../dist/exposure/serviceCheck.js";
import { addressToNumber } from "../../../dist/scope/address.js";

const PORT_RULES = [
  "unexpected-open",
  "forbidden-open",
  "wrong-service",
  "vantage-violation",
  "firewall-hole",
  "unconfirmed",
];
const LISTS = ["forbidden", "required", "allowed"];

/** Fingerprints of the findings. `who` is the asset list and the profile's hosts, as `machinesOf` joins them. */
export function judgeNaively({ view, profile, names, machines, endsAt }) {
  const { run } = view;
  const now = run.endedAt;
  const findings = [];
  const found = new Map();
  const seen = new Set();
  const byAddress = new Map(view.hosts.map((host) => [host.address, host]));
  const add = (rule, address, port) => {
    const about = {
      realm: run.realm,
      vantage: run.vantage,
      rule,
      address,
      protocol: port?.protocol ?? null,
      port: port?.port ?? null,
    };
    const fingerprint = fingerprintOf(about);
    if (seen.has(fingerprint)) return;
    seen.add(fingerprint);
    findings.push(fingerprint);
    found.set(address, [...(found.get(address) ?? []), { rule, port }]);
  };
  const report = (rule, address, machine, port) => {
    add(rule, address, port);
    const covering = profile.exceptions.filter(
      (exception) => covers(exception, rule, port) && named(exception.match, machine, names) !== null,
    );
    if (covering.length > 0 && covering.every((exception) => endsAt(exception) < now))
      add("exception-expired", address, port);
  };

  for (const host of view.hosts) {
    const machine = machines.get(host.address) ?? alone(host.address);
    for (const row of host.ports) {
      if (row.state !== "open" || !row.covered || row.confidence === "tarpit") continue;
      const winner = winnerFor(profile, machine, names, run.vantage, row);
      const rule = ruleOf(profile, winner, row);
      if (rule !== null) report(rule, host.address, machine, row);
      else if (winner !== null && describeMismatch(winner.entry, row.service) !== null)
        report("wrong-service", host.address, machine, row);
    }
    const group = profile.groups.find(({ match }) => named(match, machine, names) !== null);
    if (group === undefined) report("host-unknown", host.address, machine, null);
    const inView = machine.addresses.filter((address) => byAddress.has(address));
    if (inView[0] !== host.address) continue;
    for (const port of requiredOf(profile, machine, names, run.vantage)) {
      const looks = inView.map((address) => lookAt(byAddress.get(address), port));
      if (looks.every((look) => look === "closed")) report("required-missing", host.address, machine, port);
    }
  }
  judgeUnused();
  return findings;

  function judgeUnused() {
    const exceptions = profile.exceptions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (const exception of exceptions) {
      if (endsAt(exception) < now) continue;
      const { match } = exception;
      const matched = view.hosts.filter(
        ({ address }) => named(match, machines.get(address) ?? alone(address), names) !== null,
      );
      const isOneByOne =
        match.names !== null ||
        match.hosts !== null ||
        match.addresses?.every(({ first, last }) => first === last) === true;
      const parties = isOneByOne
        ? matched
            .filter(({ address }) => firstOf(address) === address)
            .map(({ address }) => membersOf(address))
        : [matched.toSorted((a, b) => (addressToNumber(a.address) < addressToNumber(b.address) ? -1 : 1))];
      for (const hosts of parties) {
        if (hosts.length === 0) continue;
        for (const [from, to] of exception.ports.tcp) {
          if (hosts.every((host) => isUnused(exception, host, from, to)))
            add("exception-unused", hosts[0].address, { protocol: "tcp", port: from });
        }
      }
    }
  }

  function membersOf(address) {
    return (machines.get(address)?.addresses ?? [address]).flatMap((each) => byAddress.get(each) ?? []);
  }

  function firstOf(address) {
    return membersOf(address)[0].address;
  }

  function isUnused({ rules }, host, from, to) {
    const machine = machines.get(host.address) ?? alone(host.address);
    for (let port = from; port <= to; port++) {
      const isThere = (found.get(host.address) ?? []).some(
        (finding) =>
          finding.port?.port === port &&
          finding.port.protocol === "tcp" &&
          (rules ?? PORT_RULES).includes(finding.rule),
      );
      if (isThere) return false;
      const look = lookAt(host, { protocol: "tcp", port });
      if (look === "unknown") return false;
      if (look === "closed") continue;
      const row = host.ports.find((each) => each.port === port && each.protocol === "tcp");
      if (row.confidence === "tarpit") return false;
      const winner = winnerFor(profile, machine, names, run.vantage, row);
      if (ruleOf(profile, winner, row) !== null) return false;
      if (winner !== null && expectsService(winner.entry) && !isAsExpected(winner.entry, row.service))
        return false;
    }
    return true;
  }
}

/** Who is one machine: the addresses and tags of the profile's hosts and of the assets that share an address. */
export function machinesOf(profile, assets) {
  const machines = new Map();
  for (const { addresses, tags } of [...profile.hosts, ...assets]) {
    const known = addresses.map((address) => machines.get(address)).find((machine) => machine !== undefined);
    const machine = known ?? { addresses: [], tags: [] };
    for (const address of addresses)
      if (!machine.addresses.includes(address)) machine.addresses.push(address);
    machine.tags.push(...tags);
    machine.numbers = machine.addresses.map(addressToNumber);
    for (const address of machine.addresses) machines.set(address, machine);
  }
  return machines;
}

function alone(address) {
  return { addresses: [address], numbers: [addressToNumber(address)], tags: [] };
}

function lookAt(host, { protocol, port }) {
  const has = (set) => set[protocol].some(([from, to]) => from <= port && port <= to);
  if (!has(host.covered)) return "unknown";
  const row = host.ports.find((each) => each.protocol === protocol && each.port === port);
  if (row !== undefined) return row.covered ? "open" : "unknown";
  return host.quiet.some(({ ports }) => has(ports)) ? "closed" : "unknown";
}

/** How exactly a match names a machine: 4 by address, 3 by name, 2 by tag, and the prefix; null where it does not. */
function named(match, machine, names) {
  const exact = { address: 0, name: 0, tag: 0, prefix: -1 };
  const within = ({ first, last }) => machine.numbers.some((number) => first <= number && number <= last);
  if (match.addresses !== null) {
    const hits = match.addresses.filter(within);
    if (hits.length === 0) return null;
    if (hits.some(({ first, last }) => first === last)) exact.address = 1;
    else exact.prefix = Math.max(...hits.map(({ prefix }) => prefix));
  }
  for (const list of [match.names, match.hosts?.names ?? null]) {
    if (list === null) continue;
    if (!list.some((name) => names.get(name)?.some((address) => machine.addresses.includes(address))))
      return null;
    exact.name = 1;
  }
  if (match.tags !== null) {
    if (!match.tags.some((tag) => machine.tags.includes(tag))) return null;
    exact.tag = 1;
  }
  if (match.networks !== null) {
    const hits = match.networks.flatMap(({ cidrs }) => cidrs.filter(within));
    if (hits.length === 0) return null;
    exact.prefix = Math.max(exact.prefix, ...hits.map(({ prefix }) => prefix));
  }
  return exact;
}

function compareExact(a, b) {
  return b.address - a.address || b.name - a.name || b.tag - a.tag || b.prefix - a.prefix;
}

function wordOf({ list, from, closedFrom }, vantage) {
  if (closedFrom.includes(vantage)) return { word: "forbidden", elsewhere: true, late: 0 };
  if (from === null || from.includes(vantage)) return { word: list, elsewhere: false, late: 0 };
  return list === "forbidden" ? null : { word: "forbidden", elsewhere: true, late: 1 };
}

function winnerFor(profile, machine, names, vantage, { protocol, port }) {
  let best = null;
  for (const group of profile.groups) {
    const exact = named(group.match, machine, names);
    if (exact === null) continue;
    let champion = null;
    for (const entry of group.entries) {
      if (!entry.ports[protocol].some(([from, to]) => from <= port && port <= to)) continue;
      const heard = wordOf(entry, vantage);
      if (heard === null) continue;
      const candidate = { ...heard, entry, exact, id: group.id };
      if (champion === null || compareOwn(candidate, champion) < 0) champion = candidate;
    }
    if (champion !== null && (best === null || compareAcross(champion, best) < 0)) best = champion;
  }
  return best;
}

function compareOwn(a, b) {
  return a.late - b.late || a.entry.depth - b.entry.depth || compareWidth(a, b);
}

function compareAcross(a, b) {
  return compareExact(a.exact, b.exact) || compareWidth(a, b) || (a.id < b.id ? -1 : 1);
}

function compareWidth(a, b) {
  return a.entry.width - b.entry.width || LISTS.indexOf(a.word) - LISTS.indexOf(b.word);
}

function ruleOf(profile, winner, { protocol, port }) {
  const risky = profile.defaults.highRisk.some(({ ports }) =>
    ports[protocol].some(([from, to]) => from <= port && port <= to),
  );
  if (winner === null) return risky ? "forbidden-open" : "unexpected-open";
  if (winner.word !== "forbidden") return null;
  return winner.elsewhere ? "vantage-violation" : "forbidden-open";
}

function requiredOf(profile, machine, names, vantage) {
  const asked = new Map();
  for (const group of profile.groups) {
    if (named(group.match, machine, names) === null) continue;
    for (const entry of group.entries) {
      if (wordOf(entry, vantage)?.word !== "required") continue;
      for (const protocol of ["tcp", "udp", "sctp"]) {
        for (const [from, to] of entry.ports[protocol]) {
          for (let port = from; port <= to; port++) asked.set(`${port}/${protocol}`, { protocol, port });
        }
      }
    }
  }
  return [...asked.values()].filter(
    (port) => winnerFor(profile, machine, names, vantage, port)?.word === "required",
  );
}

function covers({ rules, ports }, rule, port) {
  if (!(rules ?? PORT_RULES).includes(rule)) return false;
  return (
    port === null ||
    (ports?.[port.protocol].some(([from, to]) => from <= port.port && port.port <= to) ?? false)
  );
}
