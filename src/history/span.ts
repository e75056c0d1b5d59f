/**
 * A span is a longest series of consecutive keys of one cell's coverage with one value. Runs that did not cover the
 * cell neither extend nor break it, and a run that only confirms touches no span: so a span has a first key and,
 * once another value was proved, the key of that contradiction. Its own last key is found in the coverage.
 *
 * The spans of one cell follow each other without a gap: `until` of one is `from` of the next, and the last is open
 * (`null`, still so). The trap: `until` is not the last key at which the value was seen.
 */

/** Orders observations; see docs of `store/` for how a run gets its own. */
export type Key = number;

export interface Span<V> {
  readonly from: Key;
  readonly value: V;
  /** The first covering key that contradicts it, null while there is none. */
  readonly until: Key | null;
}

/** Whether two values are one state: spans are compared by what they prove, for reasons wobble. */
export type Same<V> = (a: V, b: V) => boolean;

/** The span that holds at `key`: the last one that began at or before it; null before the first. */
export function stateAt<V>(spans: readonly Span<V>[], key: Key): Span<V> | null {
  let low = 0;
  let high = spans.length - 1;
  let found: Span<V> | null = null;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined) break;
    if (span.from <= key) {
      found = span;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/**
 * The last key at or before `at` at which the span was confirmed.
 * @param coverage the cell's covering keys, ascending
 */
export function lastKeyOf<V>(
  span: Span<V>,
  coverage: readonly Key[],
  at: Key = Number.MAX_SAFE_INTEGER,
): Key {
  const end = span.until === null ? at : Math.min(at, span.until - 1);
  return keyAtOrBefore(coverage, end) ?? span.from;
}

/** Closes each span with the start of the next. */
export function chainSpans<V>(starts: readonly { readonly from: Key; readonly value: V }[]): Span<V>[] {
  return starts.map(({ from, value }, index) => ({ from, value, until: starts[index + 1]?.from ?? null }));
}

/** The last of ascending `keys` at or before `key`. */
export function keyAtOrBefore(keys: readonly Key[], key: Key): Key | null {
  return keys[countUpTo(keys, key) - 1] ?? null;
}

/** The first of ascending `keys` after `key`. */
export function keyAfter(keys: readonly Key[], key: Key): Key | null {
  return keys[countUpTo(keys, key)] ?? null;
}

/** How many of ascending `keys` are at or before `key`; a binary search. */
function countUpTo(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? Number.POSITIVE_INFINITY) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
