import type { HostObservation } from "../facts/observation.js";
import type { Port, PortSet, Protocol } from "../facts/port.js";
import { PROTOCOLS } from "../facts/port.js";
import type { Hostset } from "../history/hostset.js";
import { emptyPortSet, hasPort } from "../scope/portSet.js";
import { hostsetOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

export type Trait = "alive" | "silent" | "vanished" | "mac" | "named" | "identified";

/** The roster of the hosts that gave their first answer for a reason is named after it. */
export const ALIVE_BY = "alive by ";

/** What a run covered of one host; the coverage of each of its tracks follows from it. */
export interface CoveredHost {
  readonly presence: "alive" | "silent" | "vanished";
  readonly hasMac: boolean;
  readonly hasNames: boolean;
  /** Whether each of its open ports was identified. */
  readonly isIdentified: boolean;
  /** Ids of the covered port sets, null where there are none of that protocol. */
  readonly portsets: Readonly<Record<Protocol, number | null>>;
}

/** What one run proved, by host. Read once for a run that has ended, each time anew for one that goes on. */
export interface RunCoverage {
  /** The id of the host's covered port set, null where it has none of that protocol. */
  portset(host: number, protocol: Protocol): number | null;
  has(host: number, trait: Trait): boolean;
  list(trait: Trait): number[];
  /** nmap's reason of the host's first answer, null where it gave none (or the run is older than schema 3). */
  aliveReason(host: number): string | null;
  /** The grade of what it covers, null where it covers nothing. */
  grade(host: number): HostObservation["grade"] | null;
  unjudged(host: number): string | null;
  /** All of it at once; null where the run did not ask the host. */
  covered(host: number): CoveredHost | null;
}

export function coverageOf(ledger: Ledger, run: number, running: boolean): RunCoverage {
  if (running) return workingCoverage(ledger, run);
  const known = ledger.coverage.get(run);
  if (known !== undefined) return known;
  const coverage = storedCoverage(ledger, run);
  ledger.coverage.set(run, coverage);
  return coverage;
}

/** All the run proved on the host. */
export function coveredPorts(ledger: Ledger, coverage: RunCoverage, host: number): PortSet {
  const ranges = { ...emptyPortSet };
  for (const protocol of PROTOCOLS) {
    const id = coverage.portset(host, protocol);
    if (id !== null) ranges[protocol] = portsetOf(ledger, id)[protocol];
  }
  return ranges;
}

export function isCovered(
  ledger: Ledger,
  coverage: RunCoverage,
  host: number,
  { protocol, port }: Port,
): boolean {
  const id = coverage.portset(host, protocol);
  return id !== null && hasPort(portsetOf(ledger, id), protocol, port);
}

function storedCoverage(ledger: Ledger, run: number): RunCoverage {
  const sets: Record<Protocol, [portset: number, hosts: Hostset][]> = { tcp: [], udp: [], sctp: [] };
  const grades: [grade: HostObservation["grade"], hosts: Hostset][] = [];
  const rows = ledger.sql<{ portset: number; grade: HostObservation["grade"]; hostset: number }>(
    "SELECT portset, grade, hostset FROM coverage WHERE run = ?",
  );
  for (const { portset, grade, hostset } of rows.all(run)) {
    grades.push([grade, hostsetOf(ledger, hostset)]);
    const ports = portsetOf(ledger, portset);
    const protocol = PROTOCOLS.find((each) => ports[each].length > 0);
    if (protocol !== undefined) sets[protocol].push([portset, hostsetOf(ledger, hostset)]);
  }
  const rosters = new Map<string, Hostset>();
  const traits = ledger.sql<{ trait: string; hostset: number }>(
    "SELECT trait, hostset FROM roster WHERE run = ?",
  );
  const aliveBy: [reason: string, hosts: Hostset][] = [];
  for (const { trait, hostset } of traits.all(run)) {
    if (trait.startsWith(ALIVE_BY)) aliveBy.push([trait.slice(ALIVE_BY.length), hostsetOf(ledger, hostset)]);
    else rosters.set(trait, hostsetOf(ledger, hostset));
  }
  const reasons = ledger
    .sql<{ reason: string; hostset: number }>("SELECT reason, hostset FROM unjudged WHERE run = ?")
    .all(run)
    .map(({ reason, hostset }) => [reason, hostsetOf(ledger, hostset)] as const);
  const portset = (host: number, protocol: Protocol): number | null => {
    for (const [id, hosts] of sets[protocol]) if (hosts.has(host)) return id;
    return null;
  };
  const [alive, silent, vanished, mac, named, identified] = (
    ["alive", "silent", "vanished", "mac", "named", "identified"] as const
  ).map((trait) => rosters.get(trait));
  return {
    covered(host) {
      const presence = alive?.has(host)
        ? "alive"
        : silent?.has(host)
          ? "silent"
          : vanished?.has(host)
            ? "vanished"
            : null;
      if (presence === null) return null;
      return {
        presence,
        hasMac: mac?.has(host) ?? false,
        hasNames: named?.has(host) ?? false,
        isIdentified: identified?.has(host) ?? false,
        portsets: { tcp: portset(host, "tcp"), udp: portset(host, "udp"), sctp: portset(host, "sctp") },
      };
    },
    portset,
    has: (host, trait) => rosters.get(trait)?.has(host) ?? false,
    list: (trait) => rosters.get(trait)?.list() ?? [],
    aliveReason: (host) => aliveBy.find(([, hosts]) => hosts.has(host))?.[0] ?? null,
    grade: (host) => grades.find(([, hosts]) => hosts.has(host))?.[0] ?? null,
    unjudged: (host) => reasons.find(([, hosts]) => hosts.has(host))?.[0] ?? null,
  };
}

interface WorkingHost {
  readonly presence: CoveredHost["presence"];
  readonly has_mac: number;
  readonly has_names: number;
  readonly identified: number;
  readonly unjudged: string | null;
  readonly alive_reason: string | null;
}

function workingCoverage(ledger: Ledger, run: number): RunCoverage {
  const hostOf = (host: number): WorkingHost | undefined =>
    ledger.sql<WorkingHost>("SELECT * FROM working_host WHERE run = ? AND host = ?").get(run, host);
  const has = (row: WorkingHost | undefined, trait: Trait): boolean => {
    if (row === undefined) return false;
    if (trait === "mac") return row.has_mac === 1;
    if (trait === "named") return row.has_names === 1;
    if (trait === "identified") return row.identified === 1;
    return row.presence === trait;
  };
  const portset = (host: number, protocol: Protocol): number | null => {
    const rows = ledger.sql<{ portset: number }>(
      "SELECT portset FROM working_coverage WHERE run = ? AND host = ?",
    );
    const row = rows.all(run, host).find((each) => portsetOf(ledger, each.portset)[protocol].length > 0);
    return row?.portset ?? null;
  };
  return {
    covered(host) {
      const row = hostOf(host);
      if (row === undefined) return null;
      return {
        presence: row.presence,
        hasMac: row.has_mac === 1,
        hasNames: row.has_names === 1,
        isIdentified: row.identified === 1,
        portsets: { tcp: portset(host, "tcp"), udp: portset(host, "udp"), sctp: portset(host, "sctp") },
      };
    },
    portset,
    has: (host, trait) => has(hostOf(host), trait),
    list(trait) {
      const rows = ledger.sql<WorkingHost & { host: number }>(
        "SELECT * FROM working_host WHERE run = ? ORDER BY host",
      );
      return rows.all(run).flatMap((row) => (has(row, trait) ? [row.host] : []));
    },
    aliveReason: (host) => hostOf(host)?.alive_reason ?? null,
    grade: (host) =>
      ledger
        .sql<{ grade: HostObservation["grade"] }>(
          "SELECT grade FROM working_coverage WHERE run = ? AND host = ? LIMIT 1",
        )
        .get(run, host)?.grade ?? null,
    unjudged: (host) => hostOf(host)?.unjudged ?? null,
  };
}
