/** The shards of a run's earlier sittings, read back from what was kept of them. */
import { PortreeveError } from "../facts/error.js";
import type { RunId, ShardRecord } from "../facts/run.js";
import { parseNmapXml } from "../nmap/parseXml.js";
import type { ScanEnd } from "../nmap/scan.js";
import type { Store } from "../store/store.js";
import { type PastShard, sittingOf } from "../sweep/resume.js";

/** Shards that ended, whole or not, by sitting and start: those whose answers are kept. */
export function keptShards(store: Store, run: RunId): ShardRecord[] {
  return store
    .shardsOf(run)
    .filter(
      ({ state, xmlSha256, addresses }) =>
        (state === "done" || state === "failed") && xmlSha256 !== null && addresses.length > 0,
    )
    .sort((a, b) => sittingOf(a.id) - sittingOf(b.id) || (a.startedAt ?? 0) - (b.startedAt ?? 0));
}

/** One at a time: a large run does not fit into memory as a whole. One whose XML is gone is left out, and asked again. */
export async function* readShards(
  store: Store,
  kept: readonly ShardRecord[],
  onMissing: (shard: ShardRecord) => void,
): AsyncIterable<PastShard> {
  for (const record of kept) {
    const xml = xmlOf(store, record);
    if (xml === null) onMissing(record);
    else yield await pastShard(record, xml);
  }
}

function xmlOf(store: Store, { xmlSha256 }: ShardRecord): string | null {
  try {
    return xmlSha256 === null ? null : store.readXml(xmlSha256);
  } catch (error) {
    // Kept XML may be pruned or damaged: then nothing is known of the shard, and it is asked again.
    if (error instanceof PortreeveError) return null;
    throw error;
  }
}

async function pastShard(record: ShardRecord, xml: string): Promise<PastShard> {
  const { id, stage, pass, probe, addresses, ports, attempt, form } = record;
  const parsed = await parseNmapXml(xml);
  const startedAt = record.startedAt ?? 0;
  return {
    sitting: sittingOf(id),
    pace: record.pace,
    result: {
      shard: { id, stage, pass, probe, addresses, ports, rate: 1 },
      attempt,
      exit: {
        code: record.exitCode,
        signal: record.signal,
        ended: (record.ended ?? "exited") as ScanEnd,
        xml,
        stderr: [],
        startedAt,
        endedAt: record.endedAt ?? startedAt,
        pid: record.pid,
        argv: record.argv,
      },
      form: form ?? parsed.form,
      document: parsed.document,
      whole: record.state === "done" && parsed.form === "whole",
      failure: record.error,
      warnings: [],
    },
  };
}
