import type { HostObservation } from "../facts/observation.js";
import { hostsetId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { hintPorts } from "./portHosts.js";
import { publishRows } from "./published.js";
import { ALIVE_BY } from "./runCoverage.js";
import { storedRun } from "./runs.js";

/** What a run covered, gathered host by host, to be written as one row for each port set, trait and reason. */
export interface GatheredCoverage {
  readonly portsets: Map<string, number[]>;
  readonly rosters: Map<string, number[]>;
  readonly unjudged: Map<string, number[]>;
}

export interface HostTraits {
  readonly presence: HostObservation["presence"];
  readonly hasMac: boolean;
  readonly hasNames: boolean;
  readonly identified: boolean;
  readonly unjudged: string | null;
  readonly aliveReason: string | null;
}

export function gatherCoverage(): GatheredCoverage {
  return { portsets: new Map(), rosters: new Map(), unjudged: new Map() };
}

export function addPorts({ portsets }: GatheredCoverage, host: number, portset: number, grade: string): void {
  push(portsets, `${portset} ${grade}`, host);
}

export function addTraits({ rosters, unjudged }: GatheredCoverage, host: number, traits: HostTraits): void {
  push(rosters, traits.presence, host);
  if (traits.hasMac) push(rosters, "mac", host);
  if (traits.hasNames) push(rosters, "named", host);
  if (traits.identified) push(rosters, "identified", host);
  if (traits.aliveReason !== null) push(rosters, `${ALIVE_BY}${traits.aliveReason}`, host);
  if (traits.unjudged !== null) push(unjudged, traits.unjudged, host);
}

/** Inside a transaction. */
export function writeCoverage(ledger: Ledger, run: number, gathered: GatheredCoverage): void {
  const insertCoverage = ledger.sql(
    "INSERT INTO coverage (run, portset, grade, hostset) VALUES (?, ?, ?, ?)",
  );
  for (const [key, hosts] of gathered.portsets) {
    const [portset, grade] = key.split(" ");
    insertCoverage.run(run, Number(portset), grade, hostsetId(ledger, hosts));
  }
  const insertRoster = ledger.sql("INSERT INTO roster (run, trait, hostset) VALUES (?, ?, ?)");
  for (const [trait, hosts] of gathered.rosters) insertRoster.run(run, trait, hostsetId(ledger, hosts));
  const insertReason = ledger.sql("INSERT INTO unjudged (run, reason, hostset) VALUES (?, ?, ?)");
  for (const [reason, hosts] of gathered.unjudged) insertReason.run(run, reason, hostsetId(ledger, hosts));
}

/** Folds a live run's working rows, one a host, together. Inside a transaction. */
export function compactRun(ledger: Ledger, run: number): void {
  const gathered = gatherCoverage();
  const cells = ledger.rows<[host: number, portset: number, grade: string]>(
    "SELECT host, portset, grade FROM working_coverage WHERE run = ?",
  );
  for (const [host, portset, grade] of cells.all(run)) addPorts(gathered, host, portset, grade);
  const hosts = ledger.sql<{
    host: number;
    presence: HostObservation["presence"];
    has_mac: number;
    has_names: number;
    identified: number;
    unjudged: string | null;
    alive_reason: string | null;
  }>("SELECT * FROM working_host WHERE run = ?");
  for (const row of hosts.all(run)) {
    addTraits(gathered, row.host, {
      presence: row.presence,
      hasMac: row.has_mac === 1,
      hasNames: row.has_names === 1,
      identified: row.identified === 1,
      unjudged: row.unjudged,
      aliveReason: row.alive_reason,
    });
  }
  writeCoverage(ledger, run, gathered);
  publishRows(ledger, run);
  const recorded = ledger.numbers("SELECT host FROM working_host WHERE run = ?").all(run);
  if (recorded.length > 0) hintPorts(ledger, storedRun(ledger, run), recorded);
  ledger.sql("DELETE FROM working_coverage WHERE run = ?").run(run);
  ledger.sql("DELETE FROM working_host WHERE run = ?").run(run);
}

function push<K>(groups: Map<K, number[]>, key: K, host: number): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [host]);
  else group.push(host);
}
