import { chainSpans, type Key, type Same, type Span } from "./span.js";

export interface Built<V> {
  readonly spans: Span<V>[];
  /** Keys whose value said nothing about the cell: they belong to no span and do not count as its coverage. */
  readonly unproved: Key[];
}

/**
 * A cell's spans from all its observations: what inserting them one by one comes to.
 * @param observations ascending by key, one a key
 * @param saysNothing whether a value leaves what is known as it is; see `proof.ts`
 */
export function buildSpans<V>(
  observations: Iterable<readonly [Key, V]>,
  same: Same<V>,
  saysNothing: (value: V, known: V | null) => boolean = () => false,
): Built<V> {
  const starts: { from: Key; value: V }[] = [];
  const unproved: Key[] = [];
  for (const [from, value] of observations) {
    const known = starts.at(-1);
    if (saysNothing(value, known === undefined ? null : known.value)) unproved.push(from);
    else if (known === undefined || !same(known.value, value)) starts.push({ from, value });
  }
  return { spans: chainSpans(starts), unproved };
}
