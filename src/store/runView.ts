import type { RunId } from "../facts/run.js";
import type { RunView } from "../facts/view.js";
import { compareAddresses } from "../scope/address.js";
import { asOf } from "./asOf.js";
import { changesOf } from "./changesOf.js";
import { hostAsOf } from "./hostAsOf.js";
import type { Ledger } from "./ledger.js";
import { storedRun } from "./runs.js";

/**
 * Everything judging and reporting need of one run, as of that run: a later one changes nothing in it. Works while the
 * run goes on. Silent hosts are those that the run recorded as such: known from before, or due by the profile.
 * @throws PortreeveError `usage` where there is no such run
 */
export function runView(ledger: Ledger, id: RunId): RunView {
  return ledger.read(() => {
    const stored = storedRun(ledger, id);
    // A file without a date is a run that has proved nothing.
    if (stored.key < 0) return { run: stored.run, hosts: [], silentCount: 0, changes: [] };
    const view = asOf(ledger, stored.vantage, stored.key);
    const run = view.byKey.get(stored.key);
    if (run === undefined) throw new RangeError(`run ${id} is not among the runs of its vantage`);
    const coverage = run.coverage();
    const answered = [...coverage.list("alive"), ...coverage.list("vanished")];
    const silent = coverage.list("silent");
    const hosts = [...answered, ...silent]
      .map((host) => hostAsOf(view, run, host))
      .sort((a, b) => compareAddresses(a.address, b.address));
    const silentCount = Math.max(silent.length, run.run.addressCount - answered.length);
    return { run: run.run, hosts, silentCount, changes: changesOf(ledger, id) };
  });
}
