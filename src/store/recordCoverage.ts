import type { HostObservation } from "../facts/observation.js";
import { type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import { emptyPortSet } from "../scope/portSet.js";
import { portsetId } from "./intern.js";
import type { Recording } from "./recording.js";

/** Writes the host's working rows; true where this run had recorded it before. */
export function recordCoverage(
  { ledger, stored }: Recording,
  host: number,
  observation: HostObservation,
): boolean {
  const run = stored.run.id;
  const again =
    ledger.sql("SELECT 1 FROM working_host WHERE run = ? AND host = ?").get(run, host) !== undefined;
  const identified = isWhollyIdentified(observation) ? 1 : 0;
  ledger
    .sql(
      `INSERT INTO working_host (run, host, presence, has_mac, has_names, identified, unjudged) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET presence = excluded.presence, has_mac = excluded.has_mac,
         has_names = excluded.has_names, identified = excluded.identified, unjudged = excluded.unjudged`,
    )
    .run(
      run,
      host,
      observation.presence,
      observation.mac === null ? 0 : 1,
      observation.names.length > 0 ? 1 : 0,
      identified,
      observation.holesUnjudged,
    );
  if (again) ledger.sql("DELETE FROM working_coverage WHERE run = ? AND host = ?").run(run, host);
  for (const protocol of PROTOCOLS) {
    if (observation.covered[protocol].length === 0) continue;
    ledger
      .sql("INSERT INTO working_coverage (run, host, portset, grade) VALUES (?, ?, ?, ?)")
      .run(run, host, portsetId(ledger, onlyPorts(observation.covered, protocol)), observation.grade);
  }
  return again;
}

/** Whether each open port of the host, and at least one, was identified by an answer of its own. */
export function isWhollyIdentified({ cells }: HostObservation): boolean {
  return cells.length > 0 && cells.every((cell) => cell.service?.method === "probed");
}

/** The parts of a set by protocol, each made once: the sweep hands the same set to many hosts. */
const parts = new WeakMap<PortSet, Map<Protocol, PortSet>>();

export function onlyPorts(set: PortSet, protocol: Protocol): PortSet {
  const known = parts.get(set) ?? new Map<Protocol, PortSet>();
  parts.set(set, known);
  const part = known.get(protocol) ?? { ...emptyPortSet, [protocol]: set[protocol] };
  known.set(protocol, part);
  return part;
}
