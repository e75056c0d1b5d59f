import { resolve } from "node:path";
import { beginRun } from "./beginRun.js";
import { changesOf } from "./changesOf.js";
import { type OpenOptions, openDatabase } from "./database.js";
import { endRun, heartbeat } from "./endRun.js";
import { hostView } from "./hostHistory.js";
import { keepXml, readXml } from "./keptXml.js";
import { knownHosts, knownOpen } from "./known.js";
import { openLedger } from "./ledger.js";
import { observationRows } from "./observationRows.js";
import { recordHosts } from "./recordHosts.js";
import { getRun, lastRun, listRuns } from "./runs.js";
import { runView } from "./runView.js";
import { settleDeadRuns } from "./settleDeadRuns.js";
import { recordShard, shardsOf, startShard } from "./shards.js";
import type { Store } from "./store.js";

export type StoreOptions = OpenOptions;

/**
 * Opens the database; in write mode it is made (file 0600, new folders 0700) and brought up to date. A reader needs it
 * to exist with the present schema, and changes nothing.
 * @throws PortreeveError `failed` with what to do: missing, foreign, damaged, from the future, read-only, disk full
 */
export function openStore(path: string, options: StoreOptions): Store {
  const file = resolve(path);
  const owner = options.owner ?? null;
  const database = openDatabase(file, options);
  const ledger = openLedger(database, file, options.now ?? Date.now, options.patience);
  return {
    path: file,
    beginRun: (draft) => beginRun(ledger, draft),
    heartbeat: (run, now) => heartbeat(ledger, run, now),
    endRun: (run, end) => endRun(ledger, run, end),
    settleDeadRuns: (now) => settleDeadRuns(ledger, now),
    startShard: (run, shard, attempt, start) => startShard(ledger, run, shard, attempt, start),
    recordShard: (run, shard) => recordShard(ledger, run, shard),
    recordHosts: (run, hosts) => recordHosts(ledger, run, hosts),
    keepXml: (sha256, xml) => keepXml(file, sha256, xml, owner),
    readXml: (sha256) => readXml(file, sha256),
    listRuns: (filter) => listRuns(ledger, filter),
    getRun: (id) => getRun(ledger, id),
    lastRun: (filter) => lastRun(ledger, filter),
    runView: (id) => runView(ledger, id),
    observationRows: (filter) => observationRows(ledger, filter),
    hostView: (address, filter) => hostView(ledger, address, filter),
    knownHosts: (place) => knownHosts(ledger, place),
    knownOpen: (place) => knownOpen(ledger, place),
    shardsOf: (run) => shardsOf(ledger, run),
    changesOf: (run) => changesOf(ledger, run),
    together: (work) => ledger.write(work),
    close: () => database.close(),
  };
}
