/**
 * Puts what a run says of a host among what other runs said, wherever the run's key lies, or takes it back. The tracks
 * that it may change are rebuilt, each from all that runs ever said on it (their own values are kept: see `wording`), and
 * what differs is written. So the rows depend on what was said and not on when it came, and there is one rule for a
 * run that comes late, one that changes its mind and one that is taken back. Tracks that it only confirms are left
 * alone.
 */
import type { PortSet } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { describeService, isSameService } from "../history/changeBetween.js";
import { provesTheSame, saysNothing } from "../history/proof.js";
import { rebuildTrack } from "../history/rebuildTrack.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import { hostChanges, portChanges, type SpanChange, serviceChanges } from "../history/spanChanges.js";
import { hasPort, portSetOf } from "../scope/portSet.js";
import { covers, type HostRun, runsOfHost } from "./hostRuns.js";
import { ownValue, readHostTracks, WORDING } from "./hostTracks.js";
import { cellValueOf, hostValueId, hostValueOf, serviceOf } from "./intern.js";
import { placeQuiet, quietAnswer } from "./placeQuiet.js";
import {
  insertAt,
  isConfirmed,
  isHeldByOthers,
  type OwnPorts,
  once,
  type Placing,
  type Series,
  trackOf,
} from "./placing.js";
import { WHOLE_HOST, writeChanges } from "./recordChanges.js";
import type { Recording } from "./recording.js";
import { answerOf, isOpenOnce, type OccupantValue, type Said } from "./said.js";
import { unprovedPorts } from "./unprovedPorts.js";
import { writeTrack } from "./writeTrack.js";

/** @param said null takes the run's word on the host back; its coverage rows are the caller's to remove, afterwards */
export function placeHost(recording: Recording, host: number, said: Said | null): void {
  const { ledger, stored } = recording;
  const { key, vantage } = stored;
  const mine = recording.runs().filter((run) => run.key === key);
  const placing: Placing = {
    recording,
    host,
    key,
    said,
    old: runsOfHost(ledger, mine, host)[0] ?? null,
    others: once(() => {
      const rest = recording.runs().filter((run) => run.key !== key);
      return runsOfHost(ledger, rest, host);
    }),
    tracks: readHostTracks(ledger, host, vantage),
    before: [],
    after: [],
    unproved: once(() => unprovedPorts(ledger, host)),
  };
  placePresence(placing);
  // Services first: which runs identified a port follows from the cells as they are still stored.
  placeServices(placing);
  placeQuiet(placing, placeCells(placing));
  if (placing.before.length === 0 && placing.after.length === 0) return;
  const runs = new Map(recording.runs().map((run) => [run.key, run]));
  writeChanges(ledger, host, placing.before, placing.after, (at) => runs.get(at), recording.gathered);
}

function placeCells(placing: Placing): OwnPorts {
  const { recording, said, old, key, tracks } = placing;
  const { ledger } = recording;
  const codes = new Set([...tracks.cells.keys(), ...(said?.cells.keys() ?? [])]);
  const changed = new Map<number, Series>();
  const own = new Set(tracks.cells.keys());
  const runIds = once(() => new Set([...placing.others().map(({ id }) => id), recording.stored.run.id]));
  for (const code of codes) {
    const port = portOfCode(code);
    const spans = tracks.cells.get(code);
    const words = tracks.wordings(WORDING.cell, code);
    const isCovered = old !== null && covers(ledger, old, port.protocol, port.port);
    const was = isCovered && spans !== undefined ? ownValue(spans, words, key) : null;
    const now = said === null ? null : answerOf(ledger, said, code, port);
    if (was === now || (!isCovered && isConfirmed(spans, key, now))) continue;
    if (now === null && isHeldByOthers(spans, words, key)) continue;

    const series: Series = [];
    for (const run of placing.others()) {
      if (!covers(ledger, run, port.protocol, port.port)) continue;
      const value = spans === undefined ? quietAnswer(placing, run, port) : ownValue(spans, words, run.key);
      if (value !== null) series.push([run.key, value]);
    }
    insertAt(series, key, now);
    const isOwn = series.some(([, value]) => isOpenOnce(cellValueOf(ledger, value)));
    if (isOwn !== (spans !== undefined)) changed.set(code, series);
    if (isOwn) own.add(code);
    else own.delete(code);

    const same = (a: number, b: number): boolean =>
      a === b || provesTheSame(cellValueOf(ledger, a), cellValueOf(ledger, b));
    const rebuilt = isOwn
      ? rebuildTrack(series, same, (value, known) =>
          saysNothing(
            port.protocol,
            cellValueOf(ledger, value),
            known === null ? null : cellValueOf(ledger, known),
          ),
        )
      : rebuildTrack<number>([], same);
    writeTrack(ledger, trackOf(placing, "span", code), spans ?? [], rebuilt);
    const idOf = runIdsByKey(placing);
    placing.unproved().set(
      code,
      rebuilt.unproved.map((at) => idOf(at)),
      runIds(),
    );
    placing.unproved().write();
    const values = (track: readonly Span<number>[]) =>
      portChanges(track.map((span) => ({ ...span, value: cellValueOf(ledger, span.value) })));
    addChanges(placing, code, values(spans ?? []), values(rebuilt.spans));
  }
  return { before: portsOf(tracks.cells.keys()), now: portsOf(own), changed };
}

function placeServices(placing: Placing): void {
  const { recording, said, old, key, tracks } = placing;
  const { ledger } = recording;
  const isIdentified = (run: HostRun, code: number): boolean => {
    const { protocol, port } = portOfCode(code);
    if (run.identified === null) return false;
    if (run.identified !== "all") return hasPort(run.identified, protocol, port);
    if (!covers(ledger, run, protocol, port)) return false;
    const value = ownValue(tracks.cells.get(code), tracks.wordings(WORDING.cell, code), run.key);
    return value !== null && isOpenOnce(cellValueOf(ledger, value));
  };
  const codes = new Set<number>();
  for (const [code, { service }] of said?.cells ?? []) if (service !== null) codes.add(code);
  if (old !== null && old.identified !== null) for (const code of tracks.services.keys()) codes.add(code);
  for (const code of codes) {
    const spans = tracks.services.get(code);
    const words = tracks.wordings(WORDING.service, code);
    const wasIdentified = old !== null && isIdentified(old, code);
    const was = wasIdentified ? ownValue(spans, words, key) : null;
    const now = said?.cells.get(code)?.service ?? null;
    if (was === now || (!wasIdentified && isConfirmed(spans, key, now))) continue;
    if (now === null && isHeldByOthers(spans, words, key)) continue;
    const series: Series = [];
    for (const run of placing.others()) {
      if (!isIdentified(run, code)) continue;
      const value = ownValue(spans, words, run.key);
      if (value !== null) series.push([run.key, value]);
    }
    insertAt(series, key, now);
    const rebuilt = rebuildTrack(
      series,
      (a, b) => a === b || isSameService(serviceOf(ledger, a), serviceOf(ledger, b)),
    );
    writeTrack(ledger, trackOf(placing, "service_span", code), spans ?? [], rebuilt);
    const describe = (id: number): string => describeService(serviceOf(ledger, id));
    addChanges(placing, code, serviceChanges(spans ?? [], describe), serviceChanges(rebuilt.spans, describe));
  }
}

interface PresenceValue {
  readonly presence: "alive" | "vanished";
}

function placePresence(placing: Placing): void {
  const { recording, said, old, key, tracks } = placing;
  const { ledger } = recording;
  const spans = tracks.own.get("presence") ?? [];
  if (isPresenceTouched(placing, spans)) {
    const present = said === null || said.presence === "silent" ? null : presenceId(ledger, said.presence);
    const isSilent = (run: HostRun): boolean => run.presence === "silent";
    const silent = placing
      .others()
      .filter(isSilent)
      .map((run) => run.key);
    const silentBefore = [...silent, ...(old !== null && isSilent(old) ? [key] : [])];
    const silentNow = said?.presence === "silent" ? [...silent, key] : silent;
    const same = (a: number, b: number): boolean => presenceOf(ledger, a) === presenceOf(ledger, b);
    const isCovered = (run: HostRun): boolean => run.presence !== "silent";
    const track = placeOwnTrack(placing, "presence", isCovered, present, same);
    const values = (each: readonly Span<number>[], first: readonly Key[]) =>
      hostChanges(
        each.map((span) => ({ ...span, value: presenceOf(ledger, span.value) })),
        first.length === 0 ? null : Math.min(...first),
      );
    addChanges(placing, WHOLE_HOST, values(spans, silentBefore), values(track, silentNow));
  }

  placeOwnTrack(
    placing,
    "occupant",
    (run) => run.hasMac,
    said?.occupant ?? null,
    (a, b) => hostValueOf<OccupantValue>(ledger, a).mac === hostValueOf<OccupantValue>(ledger, b).mac,
  );
  placeOwnTrack(
    placing,
    "names",
    (run) => run.hasNames,
    said?.names ?? null,
    (a, b) => a === b,
  );
}

/** Whether what the run says of the host's being alive may change a span or a change. */
function isPresenceTouched({ recording, said, old, key }: Placing, spans: readonly Span<number>[]): boolean {
  const first = spans[0];
  const was = old?.presence ?? null;
  const now = said?.presence ?? null;
  if (was === now) return false;
  // Silence tells only of a host that nothing else was known of.
  const isMute = (presence: string | null): boolean =>
    presence === null || (presence === "silent" && first !== undefined && first.from < key);
  if (isMute(was) && isMute(now)) return false;
  const here = stateAt(spans, key);
  const holds = here !== null && presenceOf(recording.ledger, here.value);
  if (isMute(was)) return holds !== now;
  if (was === "silent") return true;
  return !(isMute(now) && spans.every(({ from }) => from !== key));
}

/** @returns the spans as they are now */
function placeOwnTrack(
  placing: Placing,
  name: "presence" | "occupant" | "names",
  isCovered: (run: HostRun) => boolean,
  now: number | null,
  same: (a: number, b: number) => boolean,
): readonly Span<number>[] {
  const { recording, old, key, tracks } = placing;
  const spans = tracks.own.get(name) ?? [];
  const words = tracks.wordings(WORDING.occupant, name === "occupant" ? 0 : -1);
  const wasCovered = old !== null && isCovered(old);
  const was = wasCovered ? ownValue(spans, words, key) : null;
  if (name !== "presence") {
    if (was === now || (!wasCovered && isConfirmed(spans, key, now))) return spans;
    if (now === null && isHeldByOthers(spans, words, key)) return spans;
  }
  const covered = placing.others().filter(isCovered);
  const series: Series = covered.flatMap((run) => {
    const value = ownValue(spans, words, run.key);
    return value === null ? [] : [[run.key, value] as const];
  });
  insertAt(series, key, now);
  const rebuilt = rebuildTrack(series, same);
  writeTrack(recording.ledger, trackOf(placing, "host_span", name), spans, rebuilt);
  return rebuilt.spans;
}

function addChanges(
  { before, after }: Placing,
  protoport: number,
  told: readonly SpanChange[],
  now: readonly SpanChange[],
): void {
  for (const change of told) before.push({ ...change, protoport });
  for (const change of now) after.push({ ...change, protoport });
}

function runIdsByKey({ recording, others }: Placing): (key: Key) => number {
  return (key) => others().find((run) => run.key === key)?.id ?? recording.stored.run.id;
}

function portsOf(codes: Iterable<number>): PortSet {
  return portSetOf([...codes].map(portOfCode));
}

/** Asked for each host: their ids are remembered by the word. */
const PRESENCES = "presence by word";

/** Presence is stored without nmap's reason, which rosters tell by run; older rows have it inside. */
export function presenceId(ledger: Recording["ledger"], presence: "alive" | "vanished"): number {
  const known = ledger.ids.get(PRESENCES)?.get(presence);
  if (known !== undefined) return known;
  const id = hostValueId(ledger, "presence", { presence, reason: null });
  ledger.ids.set(PRESENCES, new Map(ledger.ids.get(PRESENCES)).set(presence, id));
  return id;
}

export function presenceOf(ledger: Recording["ledger"], id: number): "alive" | "vanished" {
  return hostValueOf<PresenceValue>(ledger, id).presence;
}
