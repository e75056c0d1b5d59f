/**
 * The usual case of `placeHost`: the run is the newest of its vantage and says something of the host for the first time.
 * Then the ends of the tracks tell all that matters, and nothing written before changes but where a span ends.
 */
import { PROTOCOLS } from "../facts/port.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { describeService, isSameService } from "../history/changeBetween.js";
import { type CellState, provesTheSame, saysNothing } from "../history/proof.js";
import { isSameQuiet } from "../history/quietTrack.js";
import type { Span } from "../history/span.js";
import { hostChanges, portChanges, type SpanChange, serviceChanges } from "../history/spanChanges.js";
import { countPorts, hasPort, portSetOf, unionPorts } from "../scope/portSet.js";
import { putTrack } from "./hostPack.js";
import { WORDING } from "./hostTracks.js";
import {
  cellValueId,
  cellValueOf,
  changeValueId,
  hostValueOf,
  portsetId,
  portsetOf,
  quietOf,
  serviceOf,
} from "./intern.js";
import { presenceId, presenceOf } from "./placeHost.js";
import { quietSaid } from "./placeQuiet.js";
import { insertChange, WHOLE_HOST } from "./recordChanges.js";
import type { Recording } from "./recording.js";
import { answerOf, type OccupantValue, type Said } from "./said.js";
import {
  beginSpan,
  insertSpan,
  readEnds,
  readTrack,
  readTracks,
  type SpanTable,
  type TrackName,
} from "./track.js";
import { insertWording, wordingOf } from "./writeTrack.js";

/**
 * @returns whether the run needs an exception (`unproved`, `wording`) for the host; null where this is not the place: a
 * port opens for the first time, and what earlier runs said of it is not told in a word. Nothing is written then.
 */
export function recordTail(recording: Recording, host: number, said: Said): boolean | null {
  const { ledger, stored } = recording;
  const place = { table: "span", host, vantage: stored.vantage } as const;
  const cells = readEnds(ledger, place) as Map<number, Span<number>>;
  const lifts = new Map<number, Span<number> | null>();
  for (const code of said.cells.keys()) if (!cells.has(code)) lifts.set(code, null);
  if (lifts.size > 0 && !findStates(recording, host, [...cells.keys()], lifts)) return null;
  const tail: TailOf = { recording, host, hasException: false };
  recordPresence(tail, said);
  if (cells.size === 0 && [...lifts.values()].every((former) => former === null)) {
    recordFirst(tail, said);
    return tail.hasException;
  }
  for (const [code, former] of lifts) {
    if (former !== null) insertSpan(ledger, place, code, former);
    recordCell(tail, said, code, former ?? undefined);
  }
  for (const [code, last] of cells) recordCell(tail, said, code, last);
  const services = readEnds(ledger, { ...place, table: "service_span" });
  for (const [code, { service }] of said.cells) {
    if (service === null) continue;
    const same = (a: number, b: number): boolean => isSameService(serviceOf(ledger, a), serviceOf(ledger, b));
    const last = services.get(code);
    if (!extend(tail, "service_span", code, last, service, same) || last === undefined) continue;
    const spans = [last, { from: stored.key, value: service, until: null }];
    tell(
      tail,
      code,
      serviceChanges(spans, (id) => describeService(serviceOf(ledger, id))),
    );
  }
  recordQuiet(tail, said, [...cells.keys(), ...lifts.keys()]);
  return tail.hasException;
}

/** The first ports of a host: all of a first file is such hosts. No track of them is there yet. */
function recordFirst(tail: TailOf, said: Said): void {
  const { ledger, stored } = tail.recording;
  const place = { host: tail.host, vantage: stored.vantage };
  const { key: from } = stored;
  let last = -1;
  let changes: SpanChange[] = [];
  for (const [code, { value, service }] of said.cells) {
    putTrack(ledger, place, "cells", code, [{ from, value, until: null }]);
    if (service !== null) putTrack(ledger, place, "services", code, [{ from, value: service, until: null }]);
    if (value !== last) changes = portChanges([{ from, value: cellValueOf(ledger, value), until: null }]);
    last = value;
    tell(tail, code, changes);
  }
  recordQuiet(tail, said, [...said.cells.keys()]);
}

interface TailOf {
  readonly recording: Recording;
  readonly host: number;
  hasException: boolean;
}

function recordCell(tail: TailOf, said: Said, code: number, last: Span<number> | undefined): void {
  const { ledger, stored } = tail.recording;
  const port = portOfCode(code);
  const now = answerOf(ledger, said, code, port);
  if (now === null || now === last?.value) return;
  const value = cellValueOf(ledger, now);
  if (last !== undefined && saysNothing(port.protocol, value, cellValueOf(ledger, last.value))) {
    tail.hasException = true;
    addUnproved(tail, code);
    word(tail, "span", code, now);
    return;
  }
  const same = (a: number, b: number): boolean =>
    provesTheSame(cellValueOf(ledger, a), cellValueOf(ledger, b));
  if (!extend(tail, "span", code, last, now, same)) return;
  const place = { table: "span", host: tail.host, vantage: stored.vantage } as const;
  const spans = readTrack(ledger, place, code, stored.key).map((span): Span<CellState> => {
    return { from: span.from, value: cellValueOf(ledger, span.value), until: span.until };
  });
  tell(tail, code, portChanges(spans));
}

/**
 * The span that each port which opens for the first time has until now, from the quiet tracks; null where no run covered
 * it. The simple case only: all runs said the same of it, and the quiet values stay as they are without it.
 * @param own ports with tracks of their own
 * @returns false where it is another case
 */
function findStates(
  { ledger, stored }: Recording,
  host: number,
  own: readonly number[],
  lifts: Map<number, Span<number> | null>,
): boolean {
  const place = { table: "quiet", host, vantage: stored.vantage } as const;
  const tracks = readTracks(ledger, place, stored.key) as Map<number, Span<number>[]>;
  if (tracks.size === 0) return true;
  const words = ledger.sql("SELECT 1 FROM wording WHERE host = ? AND vantage = ? AND kind = ? LIMIT 1");
  if (words.get(host, stored.vantage, WORDING.quiet) !== undefined) return false;
  const ownCount = own.length + lifts.size;
  for (const [track, spans] of tracks) {
    const ports = portsetOf(ledger, track);
    const touched = [...lifts.keys()]
      .map(portOfCode)
      .filter((each) => hasPort(ports, each.protocol, each.port));
    if (touched.length === 0) continue;
    const value = spans[0] === undefined ? null : quietOf(ledger, spans[0].value);
    const [rest] = value ?? [];
    // One answer for all the ports, and more of them than can have tracks of their own: the value needs no word of this.
    if (spans.length !== 1 || value?.length !== 1 || rest === undefined || rest[3] !== null) return false;
    if (countPorts(ports) <= ownCount) return false;
    const [state, reason, proof] = rest;
    for (const { protocol, port } of touched) {
      if (saysNothing(protocol, { state, reason, proof }, null)) return false;
      const code = cellCode(protocol, port);
      const id = cellValueId(ledger, { state, reason, proof, guess: "" });
      const known = lifts.get(code) ?? null;
      if (known !== null && known.value !== id) return false;
      const from = Math.min(known?.from ?? stored.key, spans[0]?.from ?? stored.key);
      lifts.set(code, { from, value: id, until: null });
    }
  }
  return true;
}

function recordPresence(tail: TailOf, said: Said): void {
  const { ledger, stored, runs } = tail.recording;
  const ends = readEnds(ledger, { table: "host_span", host: tail.host, vantage: stored.vantage });
  if (said.presence !== "silent") {
    const last = ends.get("presence");
    const now = presenceId(ledger, said.presence);
    const same = (a: number, b: number): boolean => presenceOf(ledger, a) === presenceOf(ledger, b);
    if (extend(tail, "host_span", "presence", last, now, same)) {
      // Silence counts only where nothing else was ever known of the host.
      const silent =
        last === undefined ? runs().find((run) => run.coverage.has(tail.host, "silent")) : undefined;
      const spans = [...(last === undefined ? [] : [last]), { from: stored.key, value: now, until: null }];
      const values = spans.map((span) => ({ ...span, value: presenceOf(ledger, span.value) }));
      tell(tail, WHOLE_HOST, hostChanges(values, silent?.key ?? null));
    }
  }
  if (said.occupant !== null) {
    const mac = (id: number): string => hostValueOf<OccupantValue>(ledger, id).mac;
    extend(tail, "host_span", "occupant", ends.get("occupant"), said.occupant, (a, b) => mac(a) === mac(b));
  }
  if (said.names !== null) {
    extend(tail, "host_span", "names", ends.get("names"), said.names, (a, b) => a === b);
  }
}

function recordQuiet(tail: TailOf, said: Said, own: readonly number[]): void {
  const { ledger, stored } = tail.recording;
  const ownSpans = portSetOf(own.map(portOfCode));
  const ends = readEnds(ledger, { table: "quiet", host: tail.host, vantage: stored.vantage });
  for (const protocol of PROTOCOLS) {
    const quiet = quietSaid(ledger, said, protocol, ownSpans);
    if (quiet === null) continue;
    const ground = { covered: portsetOf(ledger, quiet.track), ownSpans };
    extend(tail, "quiet", quiet.track, ends.get(quiet.track), quiet.value, (a, b) =>
      isSameQuiet(quietOf(ledger, a), quietOf(ledger, b), ground),
    );
  }
}

/** Makes the track say `now`; true where that began a span. */
function extend(
  tail: TailOf,
  table: SpanTable,
  name: TrackName,
  last: Span<number> | undefined,
  now: number,
  same: (a: number, b: number) => boolean,
): boolean {
  if (last !== undefined && last.value === now) return false;
  if (last !== undefined && same(last.value, now)) {
    word(tail, table, name, now);
    return false;
  }
  const { ledger, stored } = tail.recording;
  beginSpan(ledger, { table, host: tail.host, vantage: stored.vantage }, name, last, {
    from: stored.key,
    value: now,
  });
  return true;
}

/** The run says the same as its span in other words. */
function word(tail: TailOf, table: SpanTable, name: TrackName, value: number): void {
  const words = wordingOf(table, name);
  if (words === null) return;
  const { ledger, stored } = tail.recording;
  tail.hasException = true;
  const place = { host: tail.host, vantage: stored.vantage, kind: words[0], name: words[1] };
  insertWording(ledger, place, stored.key, value);
}

function addUnproved(tail: TailOf, code: number): void {
  const { ledger, stored } = tail.recording;
  const row = ledger
    .sql<{ portset: number }>("SELECT portset FROM unproved WHERE run = ? AND host = ?")
    .get(stored.run.id, tail.host);
  const known = row === undefined ? [] : [portsetOf(ledger, row.portset)];
  const ports = unionPorts(portSetOf([portOfCode(code)]), ...known);
  ledger
    .sql("REPLACE INTO unproved (run, host, portset) VALUES (?, ?, ?)")
    .run(stored.run.id, tail.host, portsetId(ledger, ports));
}

/** Publishes the change of this run among those of the track; it had told nothing of the host yet. */
function tell({ recording, host }: TailOf, protoport: number, changes: readonly SpanChange[]): void {
  const { ledger, stored, gathered, isAgain } = recording;
  const change = changes.at(-1);
  if (change === undefined || change.key !== stored.key) return;
  const what = changeValueId(ledger, change);
  if (gathered !== null) gathered.lines.push(host, protoport, what);
  else insertChange(ledger, [stored.run.id, host, protoport, what, 0, isAgain ? ledger.now() : null]);
}
