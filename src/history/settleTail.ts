import type { Key, Same, Span } from "./span.js";

/** What to write so that a track says `value` at its newest key. */
export type TailWrite<V> =
  | { readonly write: "nothing" }
  /** Begin a span at the key; `closes` is the start of the span that ends there. */
  | { readonly write: "begin"; readonly value: V; readonly closes: Key | null }
  /** The key's own span keeps its place with another value. */
  | { readonly write: "replace"; readonly value: V }
  /** Drop the key's own span; `reopens` is the start of the span that goes on instead. */
  | { readonly write: "drop"; readonly reopens: Key | null };

/**
 * The usual case of `insertObservation` and `removeObservation` together: a live run's key is the newest, and the
 * run may say something else of the cell than it said a minute ago. Needs no coverage: nothing comes after.
 * @param last the track's open span, which may begin at `key` itself; null where there is none
 * @param previous the span that `last` contradicted, where `last` begins at `key`
 * @param value what the run says now; null where it says nothing
 * @param identical whether even the details of a stored value are the same, so that it needs no rewriting
 */
export function settleTail<V>(
  last: Span<V> | null,
  previous: Span<V> | null,
  key: Key,
  value: V | null,
  same: Same<V>,
  identical: Same<V> = same,
): TailWrite<V> {
  const own = last !== null && last.from === key ? last : null;
  const before = own === null ? last : previous;
  if (value === null || (before !== null && same(before.value, value))) {
    return own === null ? { write: "nothing" } : { write: "drop", reopens: before?.from ?? null };
  }
  if (own === null) return { write: "begin", value, closes: before?.from ?? null };
  return identical(own.value, value) ? { write: "nothing" } : { write: "replace", value };
}
