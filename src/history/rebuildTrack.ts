import { buildSpans } from "./buildSpans.js";
import type { Key, Same, Span } from "./span.js";

/** A track as it is written. */
export interface WrittenTrack<V> {
  readonly spans: readonly Span<V>[];
  /** Keys whose value said nothing about the cell. */
  readonly unproved: readonly Key[];
  /** The values that no span has: of runs that said the same in other words, and of those that said nothing. */
  readonly wordings: ReadonlyMap<Key, V>;
}

/**
 * A track from all that runs said of it: whatever the order in which they came, the same rows. `valueAt` gives each
 * run's own value back.
 * @param observations ascending by key, one a key
 */
export function rebuildTrack<V>(
  observations: readonly (readonly [Key, V])[],
  same: Same<V>,
  saysNothing?: (value: V, known: V | null) => boolean,
): WrittenTrack<V> {
  const { spans, unproved } = buildSpans(observations, same, saysNothing);
  const wordings = new Map<Key, V>();
  const mute = new Set(unproved);
  let index = -1;
  for (const [key, value] of observations) {
    for (let next = spans[index + 1]; next !== undefined && next.from <= key; next = spans[index + 1])
      index += 1;
    if (mute.has(key) || spans[index]?.value !== value) wordings.set(key, value);
  }
  return { spans, unproved, wordings };
}
