import type { Address } from "../facts/address.js";
import type { PeriodRow } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import { buildSpans } from "../history/buildSpans.js";
import { cellCode } from "../history/cell.js";
import { type CellState, provesTheSame, saysNothing } from "../history/proof.js";
import { quietStateOf } from "../history/quietTrack.js";
import { type Key, lastKeyOf, type Span, stateAt } from "../history/span.js";
import { hasPort } from "../scope/portSet.js";
import { portStateOf, timeOf } from "./asOf.js";
import { cellValueOf, portsetOf, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { RunLook } from "./runLook.js";
import { readTrack, readTracks, type TrackName } from "./track.js";
import type { VantageAt } from "./vantageAt.js";

/** A period through which a cell kept one state, as it was known at a moment. */
export interface Period extends Span<CellState> {
  /** The last key by the moment at which it was proved. */
  readonly lastSeen: Key;
  /** The first key that contradicts it, after the moment too. */
  readonly contradictedBy: Key | null;
  /** The keys whose answer said something, where that is not to be found in the coverage: of quiet ports. */
  readonly said: ReadonlySet<Key> | null;
}

/** The quiet tracks of a host, read once for many of its ports. */
export type QuietTracks = ReadonlyMap<TrackName, readonly Span<number>[]>;

export function quietTracksOf(ledger: Ledger, at: VantageAt, host: number): QuietTracks {
  return readTracks(ledger, { table: "quiet", host, vantage: at.vantage }, Number.MAX_SAFE_INTEGER);
}

/**
 * Every period of a cell up to the moment, the oldest first: from its own spans, or, where it never was open, from what
 * runs said of the quiet ports. A contradiction after the moment is not known yet. Empty: nothing was ever proved of it.
 */
export function cellPeriods(
  ledger: Ledger,
  at: VantageAt,
  host: number,
  port: Port,
  quiet: QuietTracks = quietTracksOf(ledger, at, host),
): Period[] {
  const place = { table: "span", host, vantage: at.vantage } as const;
  const own = readTrack(ledger, place, cellCode(port.protocol, port.port), Number.MAX_SAFE_INTEGER);
  if (own.length === 0) return quietPeriods(ledger, at, host, port, quiet);
  return own.flatMap((span): Period[] => {
    if (span.from > at.key) return [];
    const until = span.until === null || span.until > at.key ? null : span.until;
    const lastSeen = lastProof(at, host, port, span) ?? span.from;
    const value = cellValueOf(ledger, span.value);
    return [{ from: span.from, until, value, lastSeen, contradictedBy: span.until, said: null }];
  });
}

/** The last key of a span's runs, up to the moment, that proved the cell. */
export function lastProof(at: VantageAt, host: number, port: Port, span: Span<unknown>): Key | null {
  const look = at.looks.find(
    ({ key, proved }) =>
      key >= span.from && (span.until === null || key < span.until) && proved(host, port.protocol, port.port),
  );
  return look?.key ?? null;
}

function quietPeriods(
  ledger: Ledger,
  at: VantageAt,
  host: number,
  port: Port,
  tracks: QuietTracks,
): Period[] {
  const observations: [Key, CellState][] = [];
  for (const look of [...at.looks.toReversed(), ...at.later]) {
    const state = quietState(ledger, look, host, port, tracks);
    if (state !== null) observations.push([look.key, state]);
  }
  const { spans, unproved } = buildSpans(observations, provesTheSame, (value, known) =>
    saysNothing(port.protocol, value, known),
  );
  const mute = new Set(unproved);
  const said = observations.map(([key]) => key).filter((key) => !mute.has(key));
  const saying = new Set(said);
  return spans.flatMap((span): Period[] => {
    if (span.from > at.key) return [];
    const lastSeen = lastKeyOf(span, said, at.key);
    const until = span.until === null || span.until > at.key ? null : span.until;
    return [{ ...span, until, lastSeen, contradictedBy: span.until, said: saying }];
  });
}

/** What a run said of a port without spans of its own; null where it did not cover it. */
export function quietState(
  ledger: Ledger,
  look: RunLook,
  host: number,
  { protocol, port }: Port,
  tracks: QuietTracks,
): CellState | null {
  if (!look.covers(host, protocol, port)) return null;
  for (const portset of look.portsets(host) ?? []) {
    if (portset === 0 || !hasPort(portsetOf(ledger, portset), protocol, port)) continue;
    const span = stateAt(tracks.get(portset) ?? [], look.key);
    return span === null ? null : quietStateOf(quietOf(ledger, span.value), protocol, port);
  }
  return null;
}

export function periodRow(at: VantageAt, address: Address, port: Port, period: Period): PeriodRow {
  return {
    address,
    protocol: port.protocol,
    port: port.port,
    state: portStateOf(period.value.state),
    reason: period.value.reason,
    from: timeOf(at.view, period.from),
    fromRun: at.byKey.get(period.from)?.run.id ?? 0,
    lastSeen: timeOf(at.view, period.lastSeen),
    until: period.until === null ? null : timeOf(at.view, period.until),
    untilRun: period.until === null ? null : (at.byKey.get(period.until)?.run.id ?? null),
    vantage: at.name,
    realm: at.realm,
  };
}
