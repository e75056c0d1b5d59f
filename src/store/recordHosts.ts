import type { HostObservation } from "../facts/observation.js";
import { requireRunning } from "./endRun.js";
import { digestOf } from "./head.js";
import { hostId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { isRecorded, recordCoverage } from "./recordCoverage.js";
import { recordExceptions } from "./recordExceptions.js";
import { openRecording } from "./recording.js";
import { recordSaid } from "./recordTracks.js";
import { idOfRun, type RunRef } from "./runs.js";
import { saidBy } from "./said.js";

/**
 * Takes what a run has proved of these hosts so far, in one transaction. A host recorded again replaces all that this
 * run said of it before; what other runs said stays, whether they came before or after. A run that only confirms writes
 * no span.
 * @throws PortreeveError `failed` where the run has ended (also: was settled as dead meanwhile)
 */
export function recordHosts(ledger: Ledger, run: RunRef, hosts: readonly HostObservation[]): void {
  ledger.write(() => {
    const recording = openRecording(ledger, requireRunning(ledger, idOfRun(run)));
    const digest = new Int32Array(3);
    const bytes = new Uint8Array(digest.buffer);
    for (const observation of hosts) {
      const host = hostId(ledger, recording.stored.realm, observation.address);
      const again = isRecorded(recording, host);
      if (!again && recording.isNewest) digestOf(observation, digest, 0);
      recordSaid(recording, host, bytes, () => saidBy(ledger, observation), again);
      recordCoverage(recording, host, observation, again);
      recordExceptions(recording, host, observation, again);
    }
  });
}
