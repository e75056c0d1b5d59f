import type { WrittenTrack } from "../history/rebuildTrack.js";
import type { Key, Span } from "../history/span.js";
import { putTrack } from "./hostPack.js";
import { type HostTracks, WORDING, type WordingKind } from "./hostTracks.js";
import type { Ledger } from "./ledger.js";
import { COLUMNS, insertSpan, SECTIONS, type SpanTable, type TrackName } from "./track.js";

/** A track of a host as it is stored now. */
export interface StoredTrack {
  readonly table: SpanTable;
  readonly host: number;
  readonly vantage: number;
  readonly name: TrackName;
  readonly tracks: HostTracks;
}

const KINDS: Readonly<Record<Exclude<SpanTable, "host_span">, WordingKind>> = {
  span: WORDING.cell,
  service_span: WORDING.service,
  quiet: WORDING.quiet,
};

/** Which wordings belong to the track; null where runs cannot differ in words. */
export function wordingOf(table: SpanTable, name: TrackName): readonly [WordingKind, number] | null {
  if (table !== "host_span") return [KINDS[table], Number(name)];
  return name === "occupant" ? [WORDING.occupant, 0] : null;
}

/** Writes what differs between the track as stored and as it is to be. */
export function writeTrack(
  ledger: Ledger,
  track: StoredTrack,
  before: readonly Span<number>[],
  after: Pick<WrittenTrack<number>, "spans" | "wordings">,
): void {
  writeSpans(ledger, track, before, after.spans);
  const words = wordingOf(track.table, track.name);
  if (words === null) return;
  const [kind, name] = words;
  const { host, vantage } = track;
  const old = track.tracks.wordings(kind, name);
  for (const [key, value] of after.wordings) {
    if (old.get(key) !== value) insertWording(ledger, { host, vantage, kind, name }, key, value);
  }
  for (const key of old.keys()) {
    if (after.wordings.has(key)) continue;
    ledger
      .sql("DELETE FROM wording WHERE host = ? AND vantage = ? AND kind = ? AND name = ? AND key = ?")
      .run(host, vantage, kind, name, key);
  }
}

export function insertWording(
  ledger: Ledger,
  { host, vantage, kind, name }: { host: number; vantage: number; kind: WordingKind; name: number },
  key: Key,
  value: number,
): void {
  ledger
    .sql("REPLACE INTO wording (host, vantage, kind, name, key, value) VALUES (?, ?, ?, ?, ?, ?)")
    .run(host, vantage, kind, name, key, value);
}

function writeSpans(
  ledger: Ledger,
  { table, host, vantage, name }: StoredTrack,
  before: readonly Span<number>[],
  after: readonly Span<number>[],
): void {
  const section = SECTIONS[table];
  if (section !== null) {
    const isSame =
      before.length === after.length &&
      after.every(({ from, value }, index) => before[index]?.from === from && before[index]?.value === value);
    if (!isSame) putTrack(ledger, { host, vantage }, section, Number(name), after);
    return;
  }
  const where = `host = ? AND vantage = ? AND ${COLUMNS[table]} = ? AND from_key = ?`;
  const rest = new Map(before.map((span) => [span.from, span]));
  for (const span of after) {
    const known = rest.get(span.from);
    rest.delete(span.from);
    if (known === undefined) insertSpan(ledger, { table, host, vantage }, name, span);
    else if (known.value !== span.value || known.until !== span.until) {
      ledger
        .sql(`UPDATE ${table} SET value = ?, until_key = ? WHERE ${where}`)
        .run(span.value, span.until, host, vantage, name, span.from);
    }
  }
  for (const from of rest.keys()) {
    ledger.sql(`DELETE FROM ${table} WHERE ${where}`).run(host, vantage, name, from);
  }
}
