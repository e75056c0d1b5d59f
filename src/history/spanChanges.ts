import type { ChangeKind } from "../facts/view.js";
import { changeBetween, presenceChange } from "./changeBetween.js";
import type { CellState } from "./proof.js";
import type { Key, Span } from "./span.js";

/** A change as the spans of a track tell it: it shows first in the run with this key. */
export interface SpanChange {
  readonly key: Key;
  readonly kind: ChangeKind;
  readonly from: string | null;
  readonly to: string | null;
}

/** What happened to a port, over all its spans. */
export function portChanges(spans: readonly Span<CellState>[]): SpanChange[] {
  const changes: SpanChange[] = [];
  // The state before, with one that was `unstable` left out: open and reset in one run tells no direction.
  let settled: CellState | null = null;
  let latest: CellState | null = null;
  let everOpen = false;
  for (const { from: key, value } of spans) {
    const before: CellState | null = latest?.proof === "open" ? latest : settled;
    const kind = changeBetween(before, value, everOpen);
    if (kind !== null) changes.push({ key, kind, from: before?.state ?? null, to: value.state });
    if (value.proof !== "unstable") settled = value;
    if (value.proof === "open") everOpen = true;
    latest = value;
  }
  return changes;
}

/** What happened to the service behind a port. @param describe the text of a value */
export function serviceChanges<V>(spans: readonly Span<V>[], describe: (value: V) => string): SpanChange[] {
  return spans.slice(1).map(({ from: key, value }, index) => {
    const before = spans[index];
    return {
      key,
      kind: "service-changed" as const,
      from: before === undefined ? null : describe(before.value),
      to: describe(value),
    };
  });
}

/**
 * What happened to a host's being alive.
 * @param firstSilent the first key at which it was asked and answered nothing, null where it always answered
 */
export function hostChanges(
  spans: readonly Span<"alive" | "vanished">[],
  firstSilent: Key | null,
): SpanChange[] {
  const changes: SpanChange[] = [];
  spans.forEach(({ from: key, value }, index) => {
    const silent = firstSilent !== null && firstSilent < key ? ("silent" as const) : null;
    const before = spans[index - 1]?.value ?? silent;
    const kind = presenceChange(before, value);
    if (kind !== null) changes.push({ key, kind, from: before, to: value });
  });
  return changes;
}
