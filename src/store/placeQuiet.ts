import type { QuietGroup } from "../facts/observation.js";
import { type Port, PROTOCOLS, type Protocol } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import {
  isSameQuiet,
  type QuietGround,
  quietGroupsOf,
  quietStateOf,
  quietValueOf,
} from "../history/quietTrack.js";
import { rebuildTrack } from "../history/rebuildTrack.js";
import type { Key } from "../history/span.js";
import { hasPort, portSetOf } from "../scope/portSet.js";
import type { HostRun } from "./hostRuns.js";
import { ownValue, WORDING } from "./hostTracks.js";
import { cellValueId, cellValueOf, portsetId, portsetOf, quietId, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import {
  insertAt,
  isConfirmed,
  isHeldByOthers,
  type OwnPorts,
  type Placing,
  type Series,
  trackOf,
} from "./placing.js";
import { onlyPorts } from "./recordCoverage.js";
import type { Said } from "./said.js";
import { writeTrack } from "./writeTrack.js";

/** What a run says of the quiet ports of one protocol: the track (a port set) and the value's id. */
export function quietSaid(
  ledger: Ledger,
  said: Said,
  protocol: Protocol,
  ownSpans: QuietGround["ownSpans"],
): { readonly track: number; readonly value: number } | null {
  if (said.covered[protocol].length === 0) return null;
  const covered = onlyPorts(said.covered, protocol);
  const groups = said.quiet.map((group) => ({ ...group, ports: onlyPorts(group.ports, protocol) }));
  return {
    track: portsetId(ledger, covered),
    value: quietId(ledger, quietValueOf(groups, { covered, ownSpans })),
  };
}

/** What a run's quiet track says of a port without a track of its own, as the id of a cell value. */
export function quietAnswer(placing: Placing, run: HostRun, { protocol, port }: Port): number | null {
  const { ledger } = placing.recording;
  const track = run.portsets[protocol];
  if (track === null) return null;
  const words = placing.tracks.wordings(WORDING.quiet, track);
  const value = ownValue(placing.tracks.quiet.get(track), words, run.key);
  const state = value === null ? null : quietStateOf(quietOf(ledger, value), protocol, port);
  return state === null ? null : cellValueId(ledger, { ...state, guess: "" });
}

/** Rebuilds the quiet tracks that the run speaks on, and those with ports that got or lost a track of their own. */
export function placeQuiet(placing: Placing, own: OwnPorts): void {
  const { recording, said, old, tracks } = placing;
  const { ledger } = recording;
  const now = new Map<number, number>();
  for (const protocol of PROTOCOLS) {
    const quiet = said === null ? null : quietSaid(ledger, said, protocol, own.now);
    if (quiet !== null) now.set(quiet.track, quiet.value);
  }
  const names = new Set([...tracks.quiet.keys(), ...now.keys()]);
  for (const track of names) {
    const ports = portsetOf(ledger, track);
    const protocol = PROTOCOLS.find((each) => ports[each].length > 0) ?? "tcp";
    const moved = [...own.changed.keys()].filter((code) => {
      const port = portOfCode(code);
      return hasPort(ports, port.protocol, port.port);
    });
    const value = now.get(track) ?? null;
    const wasThere = old?.portsets[protocol] === track;
    if (moved.length === 0 && isUntouched(placing, track, wasThere, value)) continue;
    rebuildQuiet(placing, own, { track, protocol, moved, value });
  }
}

function isUntouched(placing: Placing, track: number, wasThere: boolean, value: number | null): boolean {
  const { tracks, key } = placing;
  const spans = tracks.quiet.get(track);
  const words = tracks.wordings(WORDING.quiet, track);
  if (!wasThere) return value === null || isConfirmed(spans, key, value);
  return value === null ? isHeldByOthers(spans, words, key) : ownValue(spans, words, key) === value;
}

interface QuietPlace {
  readonly track: number;
  readonly protocol: Protocol;
  /** Ports of the track that got or lost a track of their own. */
  readonly moved: readonly number[];
  /** What the run says now; null: nothing on this track. */
  readonly value: number | null;
}

function rebuildQuiet(placing: Placing, own: OwnPorts, { track, protocol, moved, value }: QuietPlace): void {
  const { recording, tracks, key } = placing;
  const { ledger } = recording;
  const covered = portsetOf(ledger, track);
  const before: QuietGround = { covered, ownSpans: own.before };
  const ground: QuietGround = { covered, ownSpans: own.now };
  // Ports that are quiet again bring what their own tracks said of them.
  const returned = moved
    .filter((code) => tracks.cells.has(code))
    .map((code) => [code, new Map(own.changed.get(code))] as const);
  const seen = new Map<string, number>();
  const convert = (id: number, at: Key): number => {
    if (moved.length === 0) return id;
    const answers = returned.map(([code, said]) => [code, said.get(at)] as const);
    const text = `${id} ${answers.map(([, answer]) => answer).join(" ")}`;
    const known = seen.get(text);
    if (known !== undefined) return known;
    const groups: QuietGroup[] = quietGroupsOf(quietOf(ledger, id), before);
    for (const [code, answer] of answers) {
      if (answer === undefined) continue;
      const { state, reason, proof } = cellValueOf(ledger, answer);
      groups.push({ state, reason, proof, ports: portSetOf([portOfCode(code)]) });
    }
    const converted = quietId(ledger, quietValueOf(groups, ground));
    seen.set(text, converted);
    return converted;
  };
  const spans = tracks.quiet.get(track) ?? [];
  const words = tracks.wordings(WORDING.quiet, track);
  const series: Series = [];
  for (const run of placing.others()) {
    if (run.portsets[protocol] !== track) continue;
    const said = ownValue(spans, words, run.key);
    if (said !== null) series.push([run.key, convert(said, run.key)]);
  }
  insertAt(series, key, value);
  const same = (a: number, b: number): boolean =>
    a === b || isSameQuiet(quietOf(ledger, a), quietOf(ledger, b), ground);
  writeTrack(ledger, trackOf(placing, "quiet", track), spans, rebuildTrack(series, same));
}
