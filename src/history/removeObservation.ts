import { chainSpans, type Key, keyAfter, type Same, type Span } from "./span.js";

/**
 * Takes the observation at `key` back, as if it had never been made (history.md rule 7): its span shrinks or goes,
 * and equal neighbours become one.
 * @param coverage the cell's covering keys, ascending, without or with `key`
 */
export function removeObservation<V>(
  spans: readonly Span<V>[],
  coverage: readonly Key[],
  key: Key,
  same: Same<V>,
): Span<V>[] {
  const index = spans.findIndex((span) => span.from === key);
  const span = spans[index];
  // A span that began earlier is held by its other keys.
  if (span === undefined) return [...spans];
  const successor = keyAfter(coverage, key);
  const before = spans.slice(0, index);
  const after = spans.slice(index + 1);
  if (successor !== null && (span.until === null || successor < span.until)) {
    return chainSpans([...before, { from: successor, value: span.value }, ...after]);
  }
  const left = before.at(-1);
  const right = after[0];
  if (left !== undefined && right !== undefined && same(left.value, right.value)) after.shift();
  return chainSpans([...before, ...after]);
}
