import { chainSpans, type Key, keyAfter, type Same, type Span } from "./span.js";

/**
 * Puts one observation among a cell's spans, wherever its key lies (history.md rule 7). Inside a span of the same
 * value it changes nothing; inside another it splits that into before, itself, and what its later keys carry on.
 * @param coverage the cell's covering keys, ascending, without or with `key`
 * @param key a key at which the cell was not covered yet: take the old observation back first
 */
export function insertObservation<V>(
  spans: readonly Span<V>[],
  coverage: readonly Key[],
  key: Key,
  value: V,
  same: Same<V>,
): Span<V>[] {
  const index = spans.findLastIndex((span) => span.from <= key);
  const inside = spans[index];
  if (inside !== undefined && same(inside.value, value)) return [...spans];
  const starts: { from: Key; value: V }[] = spans.slice(0, index + 1);
  starts.push({ from: key, value });
  // What the run contradicts goes on at the next key that proved it, if it proved it again at all.
  const successor = keyAfter(coverage, key);
  if (inside !== undefined && successor !== null && (inside.until === null || successor < inside.until)) {
    starts.push({ from: successor, value: inside.value });
  }
  const rest = spans.slice(index + 1);
  const next = rest[0];
  const last = starts.at(-1);
  // The neighbour on the right has this very value: it begins earlier now.
  if (next !== undefined && last !== undefined && same(last.value, next.value)) rest.shift();
  return chainSpans([...starts, ...rest]);
}
