import type { HostObservation } from "../facts/observation.js";
import { requireRunning } from "./endRun.js";
import { hostId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { recordCells } from "./recordCells.js";
import { type ChangeDraft, writeChanges } from "./recordChanges.js";
import { recordCoverage } from "./recordCoverage.js";
import { recordExceptions } from "./recordExceptions.js";
import { openRecording, type Recording } from "./recording.js";
import { recordPresence } from "./recordPresence.js";
import { recordQuiet } from "./recordQuiet.js";
import { recordServices } from "./recordServices.js";
import { idOfRun, type RunRef } from "./runs.js";

/**
 * Takes what a run has proved of these hosts so far, in one transaction. A host recorded again replaces all that this
 * run said of it before; what other runs said stays. A run that only confirms writes no span.
 * @throws PortreeveError `failed` where the run has ended (also: was settled as dead meanwhile)
 */
export function recordHosts(ledger: Ledger, run: RunRef, hosts: readonly HostObservation[]): void {
  ledger.write(() => {
    const recording = openRecording(ledger, requireRunning(ledger, idOfRun(run)));
    for (const host of hosts) recordHost(recording, host);
  });
}

function recordHost(recording: Recording, observation: HostObservation): void {
  const { ledger, stored } = recording;
  const host = hostId(ledger, stored.realm, observation.address);
  const again = recordCoverage(recording, host, observation);
  const changes: ChangeDraft[] = [];
  changes.push(...recordPresence(recording, host, observation));
  const cells = recordCells(recording, host, observation, again);
  changes.push(...cells.changes);
  changes.push(...recordServices(recording, host, observation));
  recordQuiet(recording, host, observation, cells.ownSpans);
  recordExceptions(recording, host, observation, cells.unproved, again);
  writeChanges(recording, host, changes, again);
}
