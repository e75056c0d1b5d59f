import type { HostObservation } from "../facts/observation.js";
import { presenceChange } from "../history/changeBetween.js";
import { type HostTrack, hostValueId, hostValueOf } from "./intern.js";
import type { ChangeDraft } from "./recordChanges.js";
import type { PastRun, Recording } from "./recording.js";
import { NO_TAIL, readTails, type TrackPlace, writeTail } from "./track.js";

/** `silent` is no value: a host that answered nothing was not covered. */
export interface PresenceValue {
  readonly presence: "alive" | "vanished";
  readonly reason: string | null;
}

export interface OccupantValue {
  readonly mac: string;
  readonly vendor: string | null;
}

/** Writes the host's own tracks: being alive, its occupant, its names. A track says nothing where the run saw none. */
export function recordPresence(
  recording: Recording,
  host: number,
  observation: HostObservation,
): ChangeDraft[] {
  const { ledger, stored } = recording;
  const place: TrackPlace = { table: "host_span", host, vantage: stored.vantage };
  const tails = readTails(ledger, place, stored.key);
  const write = <T>(track: HostTrack, value: T | null, same: (a: T, b: T) => boolean): T | null => {
    return writeTail(ledger, place, track, tails.get(track) ?? NO_TAIL, stored.key, value, {
      read: (id) => hostValueOf<T>(ledger, id),
      id: (each) => hostValueId(ledger, track, each),
      same,
    });
  };

  const { presence, aliveReason, mac, vendor, names } = observation;
  const present = presence === "silent" ? null : { presence, reason: aliveReason };
  const before = write<PresenceValue>("presence", present, (a, b) => a.presence === b.presence);
  write<OccupantValue>("occupant", mac === null ? null : { mac, vendor }, (a, b) => a.mac === b.mac);
  write<string[]>(
    "names",
    names.length === 0 ? null : [...names].sort(),
    (a, b) => a.join(" ") === b.join(" "),
  );

  if (presence === "silent" || before?.presence === presence) return [];
  const last = recording
    .past()
    .find((run) => (before === null ? run.coverage.has(host, "silent") : wasSettled(run, host)));
  const known = before?.presence ?? (last === undefined ? null : "silent");
  const kind = presenceChange(known, presence);
  if (kind === null) return [];
  return [{ protoport: null, kind, from: known, to: presence, after: last?.id ?? null }];
}

function wasSettled({ coverage }: PastRun, host: number): boolean {
  return coverage.has(host, "alive") || coverage.has(host, "vanished");
}
