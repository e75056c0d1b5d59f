import type { Port } from "../facts/port.js";
import { buildSpans } from "../history/buildSpans.js";
import { cellCode } from "../history/cell.js";
import { type CellState, provesTheSame, saysNothing } from "../history/proof.js";
import { quietStateOf } from "../history/quietTrack.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import { hasPort, portSetOf, unionPorts } from "../scope/portSet.js";
import { cellValueId, portsetId, portsetOf, quietOf } from "./intern.js";
import type { Recording } from "./recording.js";
import { insertSpan, NO_TAIL, readTracks, type Tail } from "./track.js";

/**
 * A port opens for the first time: what earlier runs said of it lies in the quiet tracks, and becomes spans of its
 * own. So "before" is known, and `opened` is told from `first-seen`.
 * @returns the end of the new track
 */
export function liftFromQuiet(recording: Recording, host: number, port: Port): Tail {
  const { ledger, stored } = recording;
  const place = { table: "quiet", host, vantage: stored.vantage } as const;
  const tracks = [...readTracks(ledger, place, stored.key - 1)].filter(([portset]) =>
    hasPort(portsetOf(ledger, Number(portset)), port.protocol, port.port),
  );
  if (tracks.length === 0) return NO_TAIL;
  const byPortset = new Map(tracks);

  // Each earlier run that covered the port said what the track of its port set says at its key.
  const observations: [Key, CellState][] = [];
  const runs = new Map<Key, number>();
  for (const run of recording.past().toReversed()) {
    const portset = run.coverage.portset(host, port.protocol);
    const track = portset === null ? undefined : byPortset.get(portset);
    const span = track === undefined ? null : stateAt(track, run.key);
    const state = span === null ? null : quietStateOf(quietOf(ledger, span.value), port.protocol, port.port);
    if (state === null) continue;
    observations.push([run.key, state]);
    runs.set(run.key, run.id);
  }
  const says = (value: CellState, known: CellState | null): boolean =>
    saysNothing(port.protocol, value, known);
  const { spans, unproved } = buildSpans(observations, provesTheSame, says);
  for (const key of unproved) markUnproved(recording, runs.get(key) ?? 0, host, port);

  let last: Span<number> | null = null;
  for (const { from, value, until } of spans) {
    last = { from, value: cellValueId(ledger, { ...value, guess: "" }), until };
    insertSpan(ledger, { ...place, table: "span" }, cellCode(port.protocol, port.port), last);
  }
  return { last, previous: null };
}

function markUnproved({ ledger }: Recording, run: number, host: number, port: Port): void {
  const row = ledger
    .sql<{ portset: number }>("SELECT portset FROM unproved WHERE run = ? AND host = ?")
    .get(run, host);
  const mark = portSetOf([port]);
  const ports = row === undefined ? mark : unionPorts(portsetOf(ledger, row.portset), mark);
  ledger
    .sql("REPLACE INTO unproved (run, host, portset) VALUES (?, ?, ?)")
    .run(run, host, portsetId(ledger, ports));
}
