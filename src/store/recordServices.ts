import type { HostObservation, Service } from "../facts/observation.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { describeService, isSameService } from "../history/changeBetween.js";
import { serviceId, serviceOf } from "./intern.js";
import type { ChangeDraft } from "./recordChanges.js";
import type { Recording } from "./recording.js";
import { wasIdentified } from "./serviceCoverage.js";
import { NO_TAIL, readTails, type TrackPlace, type ValueCodec, writeTail } from "./track.js";

/**
 * Writes the services that were identified by an answer. A run without identification says nothing of them, nor does
 * a guess by the port's number.
 */
export function recordServices(
  recording: Recording,
  host: number,
  observation: HostObservation,
): ChangeDraft[] {
  const { ledger, stored } = recording;
  const place: TrackPlace = { table: "service_span", host, vantage: stored.vantage };
  const tails = readTails(ledger, place, stored.key);
  const probed = new Map<number, Service>();
  for (const { protocol, port, service } of observation.cells) {
    if (service?.method === "probed") probed.set(cellCode(protocol, port), service);
  }
  const codec: ValueCodec<Service> = {
    read: (id) => serviceOf(ledger, id),
    id: (service) => serviceId(ledger, service),
    same: isSameService,
  };
  const changes: ChangeDraft[] = [];
  for (const code of new Set([...(tails.keys() as Iterable<number>), ...probed.keys()])) {
    const now = probed.get(code) ?? null;
    const before = writeTail(ledger, place, code, tails.get(code) ?? NO_TAIL, stored.key, now, codec);
    if (now === null || before === null || isSameService(before, now)) continue;
    const port = portOfCode(code);
    const last = recording.past().find((run) => wasIdentified(ledger, run, stored.vantage, host, port));
    changes.push({
      protoport: code,
      kind: "service-changed",
      from: describeService(before),
      to: describeService(now),
      after: last?.id ?? null,
    });
  }
  return changes;
}
