import type { RunId, Shard, ShardRecord, Stage } from "../facts/run.js";
import { formatAddresses, parseAddresses } from "../scope/addressRanges.js";
import { requireRunning } from "./endRun.js";
import { portsetId, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { idOfRun, type RunRef } from "./runs.js";

/** Writes one attempt; the same (id, attempt) again replaces it. */
export function recordShard(ledger: Ledger, run: RunRef, shard: ShardRecord): void {
  ledger.write(() => {
    const { id } = requireRunning(ledger, idOfRun(run)).run;
    ledger
      .sql(
        `REPLACE INTO shard (run, id, attempt, stage, pass, probe, state, host_count, portset, argv, pid, start_ticks,
          started_at, ended_at, exit_code, signal, ended, form, xml_sha256, xml_bytes, warnings, error, addresses, pace)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        shard.id,
        shard.attempt,
        shard.stage,
        shard.pass,
        shard.probe,
        shard.state,
        shard.hostCount,
        portsetId(ledger, shard.ports),
        JSON.stringify(shard.argv),
        shard.pid,
        shard.startTicks,
        shard.startedAt,
        shard.endedAt,
        shard.exitCode,
        shard.signal,
        shard.ended,
        shard.form,
        shard.xmlSha256,
        shard.xmlBytes,
        JSON.stringify(shard.warnings),
        shard.error,
        formatAddresses(shard.addresses),
        shard.pace,
      );
  });
}

/** Notes that nmap has started on the shard, so that an orphan of it can be known later. */
export function startShard(
  ledger: Ledger,
  run: RunRef,
  shard: Shard,
  attempt: number,
  start: { readonly pid: number; readonly startTicks: number; readonly pace?: number },
): void {
  recordShard(ledger, run, {
    id: shard.id,
    stage: shard.stage,
    pass: shard.pass,
    probe: shard.probe,
    attempt,
    state: "running",
    hostCount: shard.addresses.length,
    addresses: shard.addresses,
    pace: start.pace ?? 1,
    ports: shard.ports,
    argv: [],
    pid: start.pid,
    startTicks: start.startTicks,
    startedAt: ledger.now(),
    endedAt: null,
    exitCode: null,
    signal: null,
    ended: null,
    form: null,
    xmlSha256: null,
    xmlBytes: null,
    warnings: [],
    error: null,
  });
}

/** The run's shards by their start, those not started last. */
export function shardsOf(ledger: Ledger, run: RunId): ShardRecord[] {
  const rows = ledger.read(() =>
    ledger
      .sql<{
        id: string;
        attempt: number;
        stage: Stage;
        pass: number;
        probe: Shard["probe"];
        state: ShardRecord["state"];
        host_count: number;
        portset: number;
        argv: string;
        pid: number | null;
        start_ticks: number | null;
        started_at: number | null;
        ended_at: number | null;
        exit_code: number | null;
        signal: string | null;
        ended: string | null;
        form: ShardRecord["form"];
        xml_sha256: string | null;
        xml_bytes: number | null;
        warnings: string;
        error: string | null;
        addresses: string;
        pace: number;
      }>("SELECT * FROM shard WHERE run = ? ORDER BY started_at IS NULL, started_at, id, attempt")
      .all(run),
  );
  return rows.map((row) => ({
    id: row.id,
    stage: row.stage,
    pass: row.pass,
    probe: row.probe,
    attempt: row.attempt,
    state: row.state,
    hostCount: row.host_count,
    addresses: parseAddresses(row.addresses),
    pace: row.pace,
    ports: portsetOf(ledger, row.portset),
    argv: JSON.parse(row.argv),
    pid: row.pid,
    startTicks: row.start_ticks,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    exitCode: row.exit_code,
    signal: row.signal,
    ended: row.ended,
    form: row.form,
    xmlSha256: row.xml_sha256,
    xmlBytes: row.xml_bytes,
    warnings: JSON.parse(row.warnings),
    error: row.error,
  }));
}
