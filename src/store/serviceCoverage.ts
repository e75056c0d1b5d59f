import type { Port } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import { hasPort } from "../scope/portSet.js";
import { cellValueOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { hasProved } from "./recording.js";
import type { RunCoverage } from "./runCoverage.js";
import { readTrack } from "./track.js";

/**
 * The coverage of the service track: whether a run identified the port. A run that identified each open port of a
 * host is on the `identified` roster with it; one that identified some has them listed.
 */
export function wasIdentified(
  ledger: Ledger,
  run: { readonly id: number; readonly key: number; readonly coverage: RunCoverage },
  vantage: number,
  host: number,
  port: Port,
): boolean {
  if (run.coverage.has(host, "identified")) {
    if (!hasProved(ledger, run, host, port)) return false;
    const spans = readTrack(
      ledger,
      { table: "span", host, vantage },
      cellCode(port.protocol, port.port),
      run.key,
    );
    const span = spans.at(-1);
    return span !== undefined && cellValueOf(ledger, span.value).state === "open";
  }
  const row = ledger
    .sql<{ portset: number }>("SELECT portset FROM identified WHERE run = ? AND host = ?")
    .get(run.id, host);
  return row !== undefined && hasPort(portsetOf(ledger, row.portset), port.protocol, port.port);
}
