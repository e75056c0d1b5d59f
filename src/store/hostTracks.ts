import { type Key, type Span, stateAt } from "../history/span.js";
import type { Ledger } from "./ledger.js";
import { readTracks, type TrackName } from "./track.js";

/** What `wording.kind` tells apart. */
export const WORDING = { cell: 0, service: 1, quiet: 2, occupant: 3 } as const;
export type WordingKind = (typeof WORDING)[keyof typeof WORDING];

type Spans = Span<number>[];

/** All that is stored of a host at a vantage, with ids for values. */
export interface HostTracks {
  readonly cells: ReadonlyMap<number, Spans>;
  readonly services: ReadonlyMap<number, Spans>;
  readonly quiet: ReadonlyMap<number, Spans>;
  /** `presence`, `occupant`, `names`. */
  readonly own: ReadonlyMap<TrackName, Spans>;
  wordings(kind: WordingKind, name: number): ReadonlyMap<Key, number>;
}

const NONE: ReadonlyMap<Key, number> = new Map();

export function readHostTracks(ledger: Ledger, host: number, vantage: number): HostTracks {
  const all = (table: "span" | "service_span" | "quiet" | "host_span"): Map<TrackName, Spans> =>
    readTracks(ledger, { table, host, vantage }, Number.MAX_SAFE_INTEGER);
  const words = new Map<string, Map<Key, number>>();
  const rows = ledger.rows<[kind: number, name: number, key: Key, value: number]>(
    "SELECT kind, name, key, value FROM wording WHERE host = ? AND vantage = ?",
  );
  for (const [kind, name, key, value] of rows.all(host, vantage)) {
    const track = `${kind} ${name}`;
    const known = words.get(track);
    if (known === undefined) words.set(track, new Map([[key, value]]));
    else known.set(key, value);
  }
  return {
    cells: all("span") as Map<number, Spans>,
    services: all("service_span") as Map<number, Spans>,
    quiet: all("quiet") as Map<number, Spans>,
    own: all("host_span"),
    // Mostly there are none, and a host is asked for each of its ports.
    wordings: (kind, name) => (words.size === 0 ? NONE : (words.get(`${kind} ${name}`) ?? NONE)),
  };
}

/** What the run with this key said itself on a track that it covers; null where no row tells. */
export function ownValue(
  spans: readonly Span<number>[] | undefined,
  wordings: ReadonlyMap<Key, number>,
  key: Key,
): number | null {
  return wordings.get(key) ?? stateAt(spans ?? [], key)?.value ?? null;
}
