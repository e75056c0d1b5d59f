import { PortreeveError } from "../facts/error.js";
import type { Instant, Run } from "../facts/run.js";
import type { RunAsk } from "../facts/runAsk.js";
import { liveKey } from "../history/runKey.js";
import type { Key } from "../history/span.js";
import { realmId, vantageId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { thisProcess } from "./owner.js";
import { runsGoingOn, storedRun } from "./runs.js";
import { type DeadShard, settleWithin } from "./settleDeadRuns.js";

/** A run as its owner describes it before the first packet. */
export type RunDraft = Omit<
  Run,
  | "id"
  | "startedAt"
  | "endedAt"
  | "outcome"
  | "why"
  | "coverage"
  | "cellsDue"
  | "cellsCovered"
  | "warnings"
  | "recall"
  | "silenced"
  | "disbelieved"
> & {
  /** Now, where it is left out. */
  readonly startedAt?: Instant;
  readonly warnings?: readonly string[];
  /** What it takes to go on with it; left out: it cannot be taken up again. */
  readonly request?: RunAsk;
};

/** The run, and the nmap processes that a dead run may have left behind. */
export interface BegunRun {
  readonly run: Run;
  readonly deadShards: readonly DeadShard[];
}

/**
 * Takes the run lock of the database: one scanning run at a time. A run whose owner died is settled first.
 * @throws PortreeveError `locked` while another run goes on
 */
export function beginRun(ledger: Ledger, draft: RunDraft): BegunRun {
  return ledger.write(() => {
    const begins = draft.startedAt ?? ledger.now();
    const deadShards = settleWithin(ledger, ledger.now());
    refuseSecond(ledger);
    const vantage = vantageId(ledger, realmId(ledger, draft.realm), draft.vantage);
    const place = { vantage, key: nextLiveKey(ledger, vantage, begins), startedAt: begins };
    const id = insertRun(ledger, draft, place);
    takeLock(ledger, id);
    return { run: storedRun(ledger, id).run, deadShards };
  });
}

/** @throws PortreeveError `locked` while another run goes on */
export function refuseSecond(ledger: Ledger): void {
  const other = runsGoingOn(ledger).find((going) => going.alive);
  if (other === undefined) return;
  const { run, operator, owner, startedAt } = other;
  const since = new Date(startedAt).toISOString();
  throw new PortreeveError(
    "locked",
    `run ${run} of ${operator} is going on in ${ledger.path} since ${since} (process ${owner.pid} on ${owner.hostname})`,
    {
      hint: `look at it with portreeve runs attach ${run}, stop it with portreeve runs stop ${run}, or wait for it with --wait 2h`,
    },
  );
}

/** This process carries the run out from now on. Inside a transaction. */
export function takeLock(ledger: Ledger, run: number): void {
  const self = thisProcess();
  ledger
    .sql(
      "INSERT INTO run_owner (run, hostname, boot_id, pid_namespace, pid, start_ticks, heartbeat_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .run(run, self.hostname, self.bootId, self.pidNamespace, self.pid, self.startTicks, ledger.now());
}

/** The row of a run that begins, inside a transaction. @returns its number */
export function insertRun(
  ledger: Ledger,
  draft: RunDraft,
  { vantage, key, startedAt }: { readonly vantage: number; readonly key: Key; readonly startedAt: Instant },
): number {
  const insert = ledger.sql(
    `INSERT INTO run (vantage, key, source, audit, operator, started_at, outcome, method, ports, targets, exclusions,
      address_count, rate, nmap_version, sources, profile_hash, warnings, request)
     VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const { lastInsertRowid } = insert.run(
    vantage,
    key,
    draft.source,
    draft.audit,
    draft.operator,
    startedAt,
    draft.method,
    draft.ports,
    JSON.stringify(draft.targets),
    JSON.stringify(draft.exclusions),
    draft.addressCount,
    draft.rate,
    draft.nmapVersion,
    JSON.stringify(draft.sources),
    draft.profileHash,
    JSON.stringify(draft.warnings ?? []),
    draft.request === undefined ? null : JSON.stringify(draft.request),
  );
  return Number(lastInsertRowid);
}

/**
 * The run's key: its start, but always after the vantage's last live one. A clock that was set back, or two runs within
 * a millisecond, must not reorder what happened one after the other.
 */
function nextLiveKey(ledger: Ledger, vantage: number, startedAt: number): number {
  const last = ledger
    .sql<{ key: number | null }>("SELECT max(key) AS key FROM run WHERE vantage = ? AND source = 'live'")
    .get(vantage)?.key;
  return freeKey(ledger, vantage, Math.max(liveKey(startedAt), (last ?? -1) + 1));
}

/**
 * The key, or the next one (in the direction of `step`) that no run of the vantage has. Only here the order of import shows: two files of one second
 * with the same first 16 bits of their hashes are ordered as they came.
 */
export function freeKey(ledger: Ledger, vantage: number, key: Key, step: 1 | -1 = 1): Key {
  const isTaken = ledger.sql("SELECT 1 FROM run WHERE vantage = ? AND key = ?");
  let free = key;
  while (isTaken.get(vantage, free) !== undefined) free += step;
  return free;
}
