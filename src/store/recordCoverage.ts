import type { HostObservation } from "../facts/observation.js";
import { type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import { emptyPortSet } from "../scope/portSet.js";
import { portsetId } from "./intern.js";
import type { Recording } from "./recording.js";

/** Whether the run has recorded the host before, while it goes on. */
export function isRecorded({ ledger, stored }: Recording, host: number): boolean {
  const row = ledger.sql("SELECT 1 FROM working_host WHERE run = ? AND host = ?").get(stored.run.id, host);
  return row !== undefined;
}

/** Writes the host's working rows in place of those written before. */
export function recordCoverage(
  { ledger, stored }: Recording,
  host: number,
  observation: HostObservation,
  again: boolean,
): void {
  const run = stored.run.id;
  ledger
    .sql(
      `REPLACE INTO working_host (run, host, presence, has_mac, has_names, identified, unjudged, alive_reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      run,
      host,
      observation.presence,
      observation.mac === null ? 0 : 1,
      observation.names.length > 0 ? 1 : 0,
      isWhollyIdentified(observation) ? 1 : 0,
      observation.holesUnjudged,
      observation.aliveReason,
    );
  if (again) ledger.sql("DELETE FROM working_coverage WHERE run = ? AND host = ?").run(run, host);
  for (const protocol of PROTOCOLS) {
    if (observation.covered[protocol].length === 0) continue;
    ledger
      .sql("INSERT INTO working_coverage (run, host, portset, grade) VALUES (?, ?, ?, ?)")
      .run(run, host, portsetId(ledger, onlyPorts(observation.covered, protocol)), observation.grade);
  }
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
