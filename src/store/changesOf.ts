import type { RunId } from "../facts/run.js";
import { CHANGE_KINDS, type ChangeRow } from "../facts/view.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { compareAddresses } from "../scope/address.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { lastProof, type RunsOfVantage } from "./proofBefore.js";
import { changeLinesOf, isLastOn } from "./published.js";
import { isTold, WHOLE_HOST } from "./recordChanges.js";
import { runsOfVantage } from "./recording.js";
import { type StoredRun, storedRun } from "./runs.js";

/**
 * What happened by the run as it is known now, by address, then port; `first-seen` rows among them. What was published
 * of it and taken back since is in the change log only.
 */
export function changesOf(ledger: Ledger, run: RunId): ChangeRow[] {
  return ledger.read(() => {
    const stored = storedRun(ledger, run);
    const runs = runsOfVantage(ledger, stored.vantage);
    return changesOfRun({ ledger, stored, runs: () => runs }, stored).sort(
      (a, b) => compareAddresses(a.address, b.address) || comparePlaces(a, b),
    );
  });
}

/** The host itself first, then its ports; of one port a change of state before one of its service. */
function comparePlaces(a: ChangeRow, b: ChangeRow): number {
  return placeOf(a) - placeOf(b) || CHANGE_KINDS.indexOf(a.kind) - CHANGE_KINDS.indexOf(b.kind);
}

function placeOf({ protocol, port }: ChangeRow): number {
  return protocol === null || port === null ? WHOLE_HOST : cellCode(protocol, port);
}

/** The same for one of many runs of a vantage, by host's number. */
export function changesOfRun(place: RunsOfVantage, { run: now, key }: StoredRun): ChangeRow[] {
  const { ledger } = place;
  const timeTo = now.endedAt ?? ledger.now();
  return changeLinesOf(ledger, now.id).flatMap(
    ([host, protoport, what, serial], index, lines): ChangeRow[] => {
      if (!isTold(serial) || !isLastOn(lines, index)) return [];
      const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
      const { kind, from, to } = changeValueOf(ledger, what);
      return [
        {
          run: now.id,
          timeFrom: lastProof(place, host, protoport, { key, kind, from })?.endedAt ?? null,
          timeTo,
          address: addressOf(ledger, host),
          protocol: port?.protocol ?? null,
          port: port?.port ?? null,
          kind,
          before: from,
          after: to,
          vantage: now.vantage,
          operator: now.operator,
        },
      ];
    },
  );
}
