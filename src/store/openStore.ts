import { resolve } from "node:path";
import { acceptFinding } from "./acceptFinding.js";
import { ageRows } from "./ageRows.js";
import { addAssets, assetLists, assetsAt } from "./assetLists.js";
import { backUp } from "./backUp.js";
import { beginRun } from "./beginRun.js";
import { changeLog } from "./changeLog.js";
import { changeRows } from "./changeRows.js";
import { changesOf } from "./changesOf.js";
import { checkStore } from "./checkStore.js";
import { compareRuns } from "./compareRuns.js";
import { coverageRows } from "./coverageRows.js";
import { coveredLast } from "./coveredLast.js";
import { coveredSince } from "./coveredSince.js";
import { type OpenOptions, openDatabase } from "./database.js";
import { endRun, heartbeat } from "./endRun.js";
import { everOpen } from "./everOpen.js";
import { findFindings, findings } from "./findingRows.js";
import { findingsBefore } from "./findingsBefore.js";
import { transitionsOf } from "./findingTransitions.js";
import { forgetRun } from "./forgetRun.js";
import { hostView } from "./hostHistory.js";
import { beginGroup, commitGroup, dropGroup } from "./importGroup.js";
import { beginImport, importOf, runOfFile } from "./imports.js";
import { judgingBasis } from "./judgingBasis.js";
import { keepXml, keepXmlFrom, readXml } from "./keptXml.js";
import { knownHosts, knownOpen } from "./known.js";
import { openLedger } from "./ledger.js";
import { observationOf, observationsOf } from "./observationOf.js";
import { openedSince } from "./openedSince.js";
import { openRows } from "./openRows.js";
import { periodRows } from "./periodRows.js";
import { keepProfile, profileTexts } from "./profileTexts.js";
import { pruneRaw } from "./pruneRaw.js";
import { recordHosts } from "./recordHosts.js";
import { recordJudgement } from "./recordJudgement.js";
import { reopenRun } from "./reopenRun.js";
import { runAsk } from "./runAsk.js";
import { askStop, runProgress, tellProgress } from "./runControl.js";
import { getRun, lastRun, listRuns } from "./runs.js";
import { runView } from "./runView.js";
import { settleDeadRuns } from "./settleDeadRuns.js";
import { recordShard, shardsOf, startShard } from "./shards.js";
import { sinceRows } from "./sinceRows.js";
import { sittingsOf } from "./sittings.js";
import type { Store } from "./store.js";
import { storeStats } from "./storeStats.js";
import { askSql } from "./views/askSql.js";
import { publish } from "./views/publish.js";
import { whoHas } from "./whoHas.js";

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
    reopenRun: (run, operator) => reopenRun(ledger, run, operator),
    runAsk: (run) => ledger.read(() => runAsk(ledger, run)),
    sittingsOf: (run) => ledger.read(() => sittingsOf(ledger, run)),
    runProgress: (run) => runProgress(ledger, run),
    tellProgress: (run, progress) => tellProgress(ledger, run, progress),
    askStop: (run, how) => askStop(ledger, run, how),
    heartbeat: (run, now) => heartbeat(ledger, run, now),
    endRun: (run, end) => endRun(ledger, run, end),
    settleDeadRuns: (now) => settleDeadRuns(ledger, now),
    startShard: (run, shard, attempt, start) => startShard(ledger, run, shard, attempt, start),
    recordShard: (run, shard) => recordShard(ledger, run, shard),
    recordHosts: (run, hosts) => recordHosts(ledger, run, hosts),
    beginImport: (draft, imported, staged) => beginImport(ledger, draft, imported, staged),
    importOf: (run) => ledger.read(() => importOf(ledger, run)),
    runOfFile: (hash, place) => ledger.read(() => runOfFile(ledger, hash, place)),
    groupImports: () => beginGroup(ledger),
    commitImports: () => commitGroup(ledger),
    dropImports: () => dropGroup(ledger),
    forgetRun: (run) => forgetRun(ledger, run),
    observationOf: (run, address) => observationOf(ledger, run, address),
    observationsOf: (run) => observationsOf(ledger, run),
    changeLog: (filter) => changeLog(ledger, filter),
    keepXml: (sha256, xml) => keepXml(file, sha256, xml, owner),
    keepXmlFrom: (sha256, source) => keepXmlFrom(file, sha256, source, owner),
    readXml: (sha256) => readXml(file, sha256),
    listRuns: (filter) => listRuns(ledger, filter),
    getRun: (id) => getRun(ledger, id),
    lastRun: (filter) => lastRun(ledger, filter),
    runView: (id) => runView(ledger, id),
    hostView: (address, filter) => hostView(ledger, address, filter),
    knownHosts: (place) => knownHosts(ledger, place),
    knownOpen: (place) => knownOpen(ledger, place),
    everOpen: (place) => everOpen(ledger, place),
    coveredLast: (ports, place) => coveredLast(ledger, ports, place),
    shardsOf: (run) => shardsOf(ledger, run),
    changesOf: (run) => changesOf(ledger, run),
    keepProfile: (hash, files) => keepProfile(ledger, hash, files),
    profileTexts: (hash) => profileTexts(ledger, hash),
    recordJudgement: (run, judgement) => recordJudgement(ledger, run, judgement),
    judgingBasis: (run) => judgingBasis(ledger, run),
    findingsBefore: (run) => findingsBefore(ledger, run),
    findings: (filter) => findings(ledger, filter),
    findFindings: (prefix) => findFindings(ledger, prefix),
    transitionsOf: (fingerprint) => transitionsOf(ledger, fingerprint),
    acceptFinding: (finding, transition) => acceptFinding(ledger, finding, transition),
    addAssets: (draft, assets) => addAssets(ledger, draft, assets),
    assetLists: () => assetLists(ledger),
    assetsAt: (at) => assetsAt(ledger, at),
    openedSince: (since, place) => openedSince(ledger, since, place),
    coveredSince: (since, place) => coveredSince(ledger, since, place),
    openRows: (filter) => openRows(ledger, filter),
    whoHas: (port, filter) => whoHas(ledger, port, filter),
    ageRows: (filter) => ageRows(ledger, filter),
    periodRows: (filter) => periodRows(ledger, filter),
    sinceRows: (address, port, filter) => sinceRows(ledger, address, port, filter),
    changeRows: (filter) => changeRows(ledger, filter),
    coverageRows: (filter) => coverageRows(ledger, filter),
    compareRuns: (before, after) => compareRuns(ledger, before, after),
    askSql: (sql) => askSql(ledger, sql),
    publish: (target) => publish(ledger, target, owner),
    backUp: (target) => backUp(ledger, target, owner),
    check: () => checkStore(ledger),
    stats: () => storeStats(ledger),
    pruneRaw: (before, age) => pruneRaw(ledger, before, age),
    together: (work) => ledger.write(work),
    close: () => database.close(),
  };
}
