import { CONFIDENCES, type Confidence, type HostObservation } from "../facts/observation.js";
import type { Port } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import { portSetOf } from "../scope/portSet.js";
import { portsetId } from "./intern.js";
import { isWhollyIdentified } from "./recordCoverage.js";
import type { Recording } from "./recording.js";

/**
 * Writes what differs from the rule on this host in this run: the tables that stay small because the rule is usual.
 * `unproved` and `wording` are not among them: they depend on what other runs said (`placeHost`).
 */
export function recordExceptions(
  { ledger, stored }: Recording,
  host: number,
  observation: HostObservation,
  again: boolean,
): void {
  const run = stored.run.id;
  if (again) {
    for (const table of ["doubt", "identified", "hole"]) {
      ledger.sql(`DELETE FROM ${table} WHERE run = ? AND host = ?`).run(run, host);
    }
  }
  const usual = usualConfidence(stored.run.source);
  for (const confidence of CONFIDENCES) {
    const cells = observation.cells.filter((cell) => cell.confidence === confidence);
    if (confidence === usual || cells.length === 0) continue;
    const insert = ledger.sql("INSERT INTO doubt (run, host, confidence, portset) VALUES (?, ?, ?, ?)");
    insert.run(run, host, confidence, portsetId(ledger, portSetOf(cells)));
  }
  const probed: Port[] = observation.cells.filter((cell) => cell.service?.method === "probed");
  if (probed.length > 0 && !isWhollyIdentified(observation)) {
    const insert = ledger.sql("INSERT INTO identified (run, host, portset) VALUES (?, ?, ?)");
    insert.run(run, host, portsetId(ledger, portSetOf(probed)));
  }
  for (const { protocol, port, silentShare, neighboursAsked, neighboursAnswered } of observation.holes) {
    ledger
      .sql("INSERT INTO hole VALUES (?, ?, ?, ?, ?, ?)")
      .run(run, host, cellCode(protocol, port), silentShare, neighboursAsked, neighboursAnswered);
  }
}

/** What an open port's confidence is where no `doubt` row says otherwise. */
export function usualConfidence(source: "live" | "import"): Confidence {
  return source === "import" ? "imported" : "confirmed";
}
