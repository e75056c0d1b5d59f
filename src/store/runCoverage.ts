import type { Port, PortSet, Protocol } from "../facts/port.js";
import { PROTOCOLS } from "../facts/port.js";
import type { Hostset } from "../history/hostset.js";
import { emptyPortSet, hasPort } from "../scope/portSet.js";
import { hostsetOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

export type Trait = "alive" | "silent" | "vanished" | "mac" | "named" | "identified";

/** What one run proved, by host. Read once for a run that has ended, each time anew for one that goes on. */
export interface RunCoverage {
  /** The id of the host's covered port set, null where it has none of that protocol. */
  portset(host: number, protocol: Protocol): number | null;
  has(host: number, trait: Trait): boolean;
  list(trait: Trait): number[];
  unjudged(host: number): string | null;
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
  const rows = ledger.sql<{ portset: number; hostset: number }>(
    "SELECT portset, hostset FROM coverage WHERE run = ?",
  );
  for (const { portset, hostset } of rows.all(run)) {
    const ports = portsetOf(ledger, portset);
    const protocol = PROTOCOLS.find((each) => ports[each].length > 0);
    if (protocol !== undefined) sets[protocol].push([portset, hostsetOf(ledger, hostset)]);
  }
  const rosters = new Map<string, Hostset>();
  const traits = ledger.sql<{ trait: string; hostset: number }>(
    "SELECT trait, hostset FROM roster WHERE run = ?",
  );
  for (const { trait, hostset } of traits.all(run)) rosters.set(trait, hostsetOf(ledger, hostset));
  const reasons = ledger
    .sql<{ reason: string; hostset: number }>("SELECT reason, hostset FROM unjudged WHERE run = ?")
    .all(run)
    .map(({ reason, hostset }) => [reason, hostsetOf(ledger, hostset)] as const);
  return {
    portset: (host, protocol) => sets[protocol].find(([, hosts]) => hosts.has(host))?.[0] ?? null,
    has: (host, trait) => rosters.get(trait)?.has(host) ?? false,
    list: (trait) => rosters.get(trait)?.list() ?? [],
    unjudged: (host) => reasons.find(([, hosts]) => hosts.has(host))?.[0] ?? null,
  };
}

interface WorkingHost {
  readonly presence: string;
  readonly has_mac: number;
  readonly has_names: number;
  readonly identified: number;
  readonly unjudged: string | null;
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
  return {
    portset(host, protocol) {
      const rows = ledger.sql<{ portset: number }>(
        "SELECT portset FROM working_coverage WHERE run = ? AND host = ?",
      );
      return (
        rows.all(run, host).find((row) => portsetOf(ledger, row.portset)[protocol].length > 0)?.portset ??
        null
      );
    },
    has: (host, trait) => has(hostOf(host), trait),
    list(trait) {
      const rows = ledger.sql<WorkingHost & { host: number }>(
        "SELECT * FROM working_host WHERE run = ? ORDER BY host",
      );
      return rows.all(run).flatMap((row) => (has(row, trait) ? [row.host] : []));
    },
    unjudged: (host) => hostOf(host)?.unjudged ?? null,
  };
}
