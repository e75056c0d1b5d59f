import type { HostObservation } from "../facts/observation.js";
import type { Port, PortSet } from "../facts/port.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { changeBetween } from "../history/changeBetween.js";
import { provesTheSame, saysNothing } from "../history/proof.js";
import { hasPort, portSetOf } from "../scope/portSet.js";
import { type CellValue, cellValueId, cellValueOf } from "./intern.js";
import { liftFromQuiet } from "./liftFromQuiet.js";
import type { ChangeDraft } from "./recordChanges.js";
import { hasProved, type Recording } from "./recording.js";
import {
  dropTrack,
  readTails,
  readTrack,
  type Tail,
  type TrackPlace,
  type ValueCodec,
  valueBefore,
  writeTail,
} from "./track.js";

export interface RecordedCells {
  readonly changes: ChangeDraft[];
  /** Ports with spans of their own, those of this run included. */
  readonly ownSpans: PortSet;
  /** Covered ports whose answer says nothing about the state their span has. */
  readonly unproved: PortSet;
}

/** Writes the spans of the ports that are open in this run or were open once. */
export function recordCells(
  recording: Recording,
  host: number,
  observation: HostObservation,
  again: boolean,
): RecordedCells {
  const { ledger, stored } = recording;
  const { key, vantage } = stored;
  const place: TrackPlace = { table: "span", host, vantage };
  const tails = readTails(ledger, place, key) as Map<number, Tail>;
  const open = new Map(observation.cells.map((cell) => [cellCode(cell.protocol, cell.port), cell]));
  for (const code of open.keys()) {
    if (!tails.has(code)) tails.set(code, liftFromQuiet(recording, host, portOfCode(code)));
  }

  const changes: ChangeDraft[] = [];
  const ownPorts: Port[] = [];
  const unproved: Port[] = [];
  const codec: ValueCodec<CellValue> = {
    read: (id) => cellValueOf(ledger, id),
    id: (value) => cellValueId(ledger, value),
    same: provesTheSame,
  };
  for (const [code, tail] of tails) {
    const port = portOfCode(code);
    if (again && !open.has(code) && !wasEverOpen(recording, place, code)) {
      // Only this run called it open, and it does not any more: a quiet port again.
      dropTrack(ledger, place, code);
      continue;
    }
    ownPorts.push(port);
    const cell = open.get(code);
    const guess = cell?.service?.method === "table" ? cell.service.name : "";
    const answer = cell === undefined ? quietAnswer(observation, port) : { ...cell, guess };
    const isMute = answer !== null && saysNothing(port.protocol, answer, valueBefore(tail, key, codec));
    const now = answer === null || isMute ? null : answer;
    if (isMute) unproved.push(port);
    const before = writeTail(ledger, place, code, tail, key, now, codec);
    if (now === null || (before !== null && provesTheSame(before, now))) continue;
    const change = changeOf(recording, place, code, before, now);
    if (change !== null) changes.push(change);
  }
  return { changes, ownSpans: portSetOf(ownPorts), unproved: portSetOf(unproved) };
}

/** Whether an earlier run saw it open, if only for a moment. */
function wasEverOpen({ ledger, stored }: Recording, place: TrackPlace, code: number): boolean {
  return readTrack(ledger, place, code, stored.key - 1).some(({ value }) => {
    return ["open", "unstable"].includes(cellValueOf(ledger, value).proof);
  });
}

/** What the run says of a port that was open once and is not open in it; null where it proved nothing of it. */
function quietAnswer(observation: HostObservation, { protocol, port }: Port): CellValue | null {
  const group = observation.quiet.find(({ ports }) => hasPort(ports, protocol, port));
  if (group === undefined) return null;
  return { state: group.state, reason: group.reason, proof: group.proof, guess: "" };
}

function changeOf(
  recording: Recording,
  place: TrackPlace,
  code: number,
  latest: CellValue | null,
  now: CellValue,
): ChangeDraft | null {
  const { ledger, stored } = recording;
  let before = latest;
  let everOpen = false;
  // The way back is needed where the last state does not tell: after `unstable`, and to know `opened` from `reopened`.
  if (latest !== null && latest.proof !== "open") {
    const spans = readTrack(ledger, place, code, stored.key - 1).map((span) =>
      cellValueOf(ledger, span.value),
    );
    before = spans.findLast((value) => value.proof !== "unstable") ?? null;
    everOpen = spans.some((value) => value.proof === "open");
  }
  const kind = changeBetween(before, now, everOpen);
  if (kind === null) return null;
  const port = portOfCode(code);
  const last = recording.past().find((run) => hasProved(ledger, run, place.host, port));
  return {
    protoport: code,
    kind,
    from: before?.state ?? null,
    to: now.state,
    after: last?.id ?? null,
  };
}
