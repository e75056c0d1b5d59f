import type { Finding } from "../facts/finding.js";
import type { RunId } from "../facts/run.js";
import {
  compareFindings,
  currentFindings,
  FINDING_COLUMNS,
  FINDING_PLACE,
  type FindingRow,
  findingOfRow,
} from "./findingRows.js";
import { sightingsBefore } from "./findingSightings.js";
import { isJudgedFrom } from "./judgingBasis.js";
import type { Ledger } from "./ledger.js";
import { storedRun } from "./runs.js";

/**
 * The findings of the run's realm and vantage, of every status, as they were after the last judged run before it (by
 * key) and what people did after that one: exactly, whatever was judged since. What the run itself told does not count.
 * @throws PortreeveError `usage` where there is no such run
 */
export function findingsBefore(ledger: Ledger, id: RunId): Finding[] {
  return ledger.read(() => {
    const { vantage, key } = storedRun(ledger, id);
    // The usual case, of a run that was just carried out: as they were before it is as they are.
    if (!isJudgedFrom(ledger, vantage, key)) return currentFindings(ledger, "finding.vantage = ?", [vantage]);
    const sightings = sightingsBefore(ledger, vantage, key);
    const rows = ledger
      .sql<FindingRow>(
        `SELECT ${FINDING_COLUMNS} FROM finding JOIN finding_state ON finding_state.id = (
           SELECT id FROM finding_state AS earlier WHERE earlier.finding = finding.id AND earlier.key < ?
           ORDER BY earlier.key DESC, earlier.act DESC LIMIT 1
         ) ${FINDING_PLACE} WHERE finding.vantage = ?`,
      )
      .all(key, vantage);
    return rows
      .flatMap((row) => {
        const sighting = sightings.get(row.finding);
        return sighting === undefined ? [] : [findingOfRow(row, sighting)];
      })
      .sort(compareFindings);
  });
}
