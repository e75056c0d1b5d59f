import type { HostObservation } from "../facts/observation.js";
import { type PortSet, PROTOCOLS } from "../facts/port.js";
import { isSameQuiet, type QuietGround, type QuietValue, quietValueOf } from "../history/quietTrack.js";

import { emptyPortSet } from "../scope/portSet.js";
import { portsetId, quietId, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { onlyPorts } from "./recordCoverage.js";
import type { Recording } from "./recording.js";
import { NO_TAIL, readTails, type TrackPlace, type ValueCodec, writeTail } from "./track.js";

/** Writes the states of the ports that never were open: a track for each set of covered ports of one protocol. */
export function recordQuiet(
  { ledger, stored }: Recording,
  host: number,
  observation: HostObservation,
  ownSpans: PortSet,
): void {
  const place: TrackPlace = { table: "quiet", host, vantage: stored.vantage };
  const tails = readTails(ledger, place, stored.key);
  const said = new Set<number>();
  for (const protocol of PROTOCOLS) {
    if (observation.covered[protocol].length === 0) continue;
    const covered = onlyPorts(observation.covered, protocol);
    const ground = { covered, ownSpans };
    const groups = observation.quiet.map((group) => ({ ...group, ports: onlyPorts(group.ports, protocol) }));
    const track = portsetId(ledger, covered);
    said.add(track);
    const tail = tails.get(track) ?? NO_TAIL;
    writeTail(ledger, place, track, tail, stored.key, quietValueOf(groups, ground), codecOf(ledger, ground));
  }
  // The run covered another set when it recorded the host before: that track has nothing from it any more.
  const codec = codecOf(ledger, { covered: emptyPortSet, ownSpans });
  for (const [track, tail] of tails) {
    if (!said.has(Number(track))) writeTail(ledger, place, track, tail, stored.key, null, codec);
  }
}

function codecOf(ledger: Ledger, ground: QuietGround): ValueCodec<QuietValue> {
  return {
    read: (id) => quietOf(ledger, id),
    id: (value) => quietId(ledger, value),
    same: (a, b) => isSameQuiet(a, b, ground),
  };
}
