/**
 * Flapping: three changes of a port in its last five covering keys (measuring.md, "What an answer proves"). It is derived
 * from spans and coverage, as changes are, so it does not depend on the order in which runs were recorded.
 */
import type { CellState } from "./proof.js";
import type { Key, Span } from "./span.js";
import { portChanges } from "./spanChanges.js";

export const FLAPPING_KEYS = 5;
const LEAST_CHANGES = 3;
/** So many changes need a span more; a port with fewer need not be looked at. */
export const FLAPPING_SPANS = LEAST_CHANGES + 1;

/**
 * @param spans of one cell, ascending
 * @param keys its last covering keys that proved something, the newest first; those beyond the fifth do not matter
 */
export function isFlapping(spans: readonly Span<CellState>[], keys: readonly Key[]): boolean {
  const newest = keys[0];
  const oldest = keys.slice(0, FLAPPING_KEYS).at(-1);
  if (newest === undefined || oldest === undefined || spans.length < FLAPPING_SPANS) return false;
  const changes = portChanges(spans).filter(
    ({ kind, key }) => kind !== "first-seen" && oldest < key && key <= newest,
  );
  return changes.length >= LEAST_CHANGES;
}
