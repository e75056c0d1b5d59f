import type { RunId } from "../facts/run.js";
import type { RunView } from "../facts/view.js";
import { compareAddresses } from "../scope/address.js";
import { asOf } from "./asOf.js";
import { changesOf } from "./changesOf.js";
import { hostAsOf } from "./hostAsOf.js";
import { hostValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { PresenceValue } from "./recordPresence.js";
import { storedRun } from "./runs.js";
import { readTrack } from "./track.js";

/**
 * Everything judging and reporting need of one run, as of that run: a later one changes nothing in it. Works while the
 * run goes on. `silentCount` counts each address that the run recorded as silent, known ones included.
 * @throws PortreeveError `usage` where there is no such run
 */
export function runView(ledger: Ledger, id: RunId): RunView {
  return ledger.read(() => {
    const stored = storedRun(ledger, id);
    const view = asOf(ledger, stored.vantage, stored.key);
    const run = view.byKey.get(stored.key);
    if (run === undefined) throw new RangeError(`run ${id} is not among the runs of its vantage`);
    const coverage = run.coverage();
    const silent = coverage.list("silent");
    const known = silent.filter((host) => wasEverAlive(ledger, host, stored.vantage, stored.key));
    const hosts = [...coverage.list("alive"), ...coverage.list("vanished"), ...known]
      .map((host) => hostAsOf(view, run, host))
      .sort((a, b) => compareAddresses(a.address, b.address));
    return { run: run.run, hosts, silentCount: silent.length, changes: changesOf(ledger, id) };
  });
}

function wasEverAlive(ledger: Ledger, host: number, vantage: number, key: number): boolean {
  return readTrack(ledger, { table: "host_span", host, vantage }, "presence", key).some(
    ({ value }) => hostValueOf<PresenceValue>(ledger, value).presence === "alive",
  );
}
