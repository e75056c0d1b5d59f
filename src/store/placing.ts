import type { PortSet } from "../facts/port.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import type { HostRun } from "./hostRuns.js";
import type { HostTracks } from "./hostTracks.js";
import type { ChangeDraft } from "./recordChanges.js";
import type { Recording } from "./recording.js";
import type { Said } from "./said.js";
import type { UnprovedPorts } from "./unprovedPorts.js";
import type { StoredTrack } from "./writeTrack.js";

/** All that is known of a host while one run's word on it is changed. */
export interface Placing {
  readonly recording: Recording;
  readonly host: number;
  readonly key: Key;
  /** What the run says from now on; null: nothing. */
  readonly said: Said | null;
  /** What the run covered before; null where it had not recorded the host. */
  readonly old: HostRun | null;
  /** The other runs that asked the host, by key; read when a track has to be rebuilt. */
  others(): readonly HostRun[];
  readonly tracks: HostTracks;
  readonly before: ChangeDraft[];
  readonly after: ChangeDraft[];
  unproved(): UnprovedPorts;
}

export type Series = (readonly [Key, number])[];

/** What becomes of the ports with tracks of their own. */
export interface OwnPorts {
  readonly before: PortSet;
  readonly now: PortSet;
  /** Ports that get or lose a track of their own. */
  readonly changed: ReadonlyMap<number, Series>;
}

/** Puts the run's own value among those of the others. */
export function insertAt(series: Series, key: Key, value: number | null): void {
  if (value === null) return;
  const at = series.findIndex(([each]) => each > key);
  series.splice(at === -1 ? series.length : at, 0, [key, value]);
}

export function trackOf(placing: Placing, table: StoredTrack["table"], name: number | string): StoredTrack {
  const { host, recording, tracks } = placing;
  return { table, host, vantage: recording.stored.vantage, name, tracks };
}

/**
 * Whether a run that is taken back leaves no trace on a track: no span begins with it, and it used the words of its
 * span.
 */
export function isHeldByOthers(
  spans: readonly Span<number>[] | undefined,
  wordings: ReadonlyMap<Key, number>,
  key: Key,
): boolean {
  return spans !== undefined && !wordings.has(key) && spans.every(({ from }) => from !== key);
}

/** Whether a run that had said nothing there adds just what the span around it says. */
export function isConfirmed(
  spans: readonly Span<number>[] | undefined,
  key: Key,
  now: number | null,
): boolean {
  return now !== null && spans !== undefined && stateAt(spans, key)?.value === now;
}

/** Work that is done once, when it is first asked for. */
export function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | null = null;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}
