import type { OpenRow } from "../facts/answer.js";
import type { Ledger } from "./ledger.js";
import { type OpenFilter, openRows } from "./openRows.js";

export interface AgeFilter extends OpenFilter {
  /** In its present state for longer than this, ms. */
  readonly olderThan?: number;
  /** Not proved so for longer than this, ms. */
  readonly notConfirmedFor?: number;
}

/** Ports by the age of their state and of its evidence, counted to the moment. */
export function ageRows(
  ledger: Ledger,
  { olderThan, notConfirmedFor, ...filter }: AgeFilter = {},
): OpenRow[] {
  return openRows(ledger, filter).filter(
    ({ firstSeen, lastSeen, evidenceAge }) =>
      (olderThan === undefined || lastSeen + evidenceAge - firstSeen > olderThan) &&
      (notConfirmedFor === undefined || evidenceAge > notConfirmedFor),
  );
}
