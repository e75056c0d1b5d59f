import type { RunId } from "../facts/run.js";
import { CHANGE_KINDS, type ChangeKind, type ChangeRow } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { inAddressOrder } from "./chosenHosts.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { type ProofBefore, proofsOf } from "./proofBefore.js";
import { type ChangeLine, changeLinesOf } from "./published.js";
import { isTold, WHOLE_HOST } from "./recordChanges.js";
import { type StoredRun, storedRun } from "./runs.js";

/**
 * What happened by the run as it is known now, by address, then port; `first-seen` rows among them. What was published
 * of it and taken back since is in the change log only.
 */
export function changesOf(ledger: Ledger, run: RunId): ChangeRow[] {
  return ledger.read(() => {
    const stored = storedRun(ledger, run);
    return inAddressOrder(changesOfRun(ledger, proofsOf(ledger, stored.vantage), stored));
  });
}

/** Which changes are wanted, by what is known before their window is looked up. */
export type IsWantedChange = (host: number, protoport: number, kind: ChangeKind) => boolean;

/**
 * The same for one of many runs of a vantage, by host's number; of a host itself first, then by port, a change of state
 * before one of the service. @param proofs of that vantage
 */
export function changesOfRun(
  ledger: Ledger,
  proofs: ProofBefore,
  { run: now, key }: StoredRun,
  isWanted: IsWantedChange = () => true,
): ChangeRow[] {
  const timeTo = now.endedAt ?? ledger.now();
  const changes: ChangeRow[] = [];
  const lines = changeLinesOf(ledger, now.id);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined || !isLastWord(line, lines[index + 1])) continue;
    const [host, protoport, what, serial] = line;
    if (!isTold(serial)) continue;
    const { kind, from, to } = changeValueOf(ledger, what);
    if (!isWanted(host, protoport, kind)) continue;
    const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
    const before = proofs(host, protoport, { key, kind, from });
    const change: ChangeRow = {
      run: now.id,
      timeFrom: before === null ? null : (before.endedAt ?? before.startedAt),
      timeTo,
      address: addressOf(ledger, host),
      protocol: port?.protocol ?? null,
      port: port?.port ?? null,
      kind,
      before: from,
      after: to,
      vantage: now.vantage,
      operator: now.operator,
    };
    // Lines on one place are in the order of their values.
    let place = changes.length;
    while (place > 0 && isAfter(changes[place - 1], change)) place -= 1;
    changes.splice(place, 0, change);
  }
  return changes;
}

/** Lines on one change follow each other in the order of their serials. */
function isLastWord([host, protoport, what]: ChangeLine, next: ChangeLine | undefined): boolean {
  return next === undefined || next[0] !== host || next[1] !== protoport || next[2] !== what;
}

function isAfter(a: ChangeRow | undefined, b: ChangeRow): boolean {
  if (a === undefined || a.port !== b.port || a.protocol !== b.protocol || a.address !== b.address)
    return false;
  return CHANGE_KINDS.indexOf(a.kind) > CHANGE_KINDS.indexOf(b.kind);
}
