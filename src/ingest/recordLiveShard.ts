import { createHash } from "node:crypto";
import type { HostObservation } from "../facts/observation.js";
import type { Shard } from "../facts/run.js";
import type { NmapDocument } from "../nmap/document.js";
import type { NmapExit } from "../nmap/runNmap.js";
import type { RunRef } from "../store/runs.js";
import type { Store } from "../store/store.js";
import { gradeShard, type ShardGrade } from "./gradeShard.js";

/** What the engine tells of one attempt at a shard. */
export interface LiveShard {
  readonly shard: Shard;
  readonly attempt: number;
  readonly exit: NmapExit;
  readonly form: "whole" | "cut" | "refused";
  readonly document: Pick<NmapDocument, "finished"> | null;
  /** What went wrong in the engine's words; null where nothing did. */
  readonly failure: string | null;
  readonly warnings: readonly string[];
  /** Share of the packet budget that was in use; left out: all of it. */
  readonly pace?: number;
}

/**
 * The way of a live shard into the store: its XML is kept under its hash, its row written, and what the run now says
 * of its hosts recorded. The XML first, then the rows in one transaction: no row ever points at nothing.
 * @param observations of the shard's hosts, all the run has proved of them so far
 * @returns the grade; `failed` means that the shard's silence proves nothing
 * @throws PortreeveError as the store does
 */
export function recordLiveShard(
  store: Store,
  run: RunRef,
  result: LiveShard,
  observations: readonly HostObservation[],
): ShardGrade {
  const { shard, attempt, exit, form, document } = result;
  const graded = gradeShard(exit, { form, finishedExit: document?.finished?.exit ?? null });
  const grade: ShardGrade = result.failure === null ? graded : { grade: "failed", why: result.failure };
  const sha256 = exit.xml === "" ? null : createHash("sha256").update(exit.xml).digest("hex");
  if (sha256 !== null) store.keepXml(sha256, exit.xml);
  store.together(() => {
    store.recordShard(run, {
      id: shard.id,
      stage: shard.stage,
      pass: shard.pass,
      probe: shard.probe,
      attempt,
      state: grade.grade === "whole" ? "done" : "failed",
      hostCount: shard.addresses.length,
      addresses: shard.addresses,
      pace: result.pace ?? 1,
      ports: shard.ports,
      argv: exit.argv,
      pid: exit.pid,
      startTicks: null,
      startedAt: exit.startedAt,
      endedAt: exit.endedAt,
      exitCode: exit.code,
      signal: exit.signal,
      ended: exit.ended,
      form,
      xmlSha256: sha256,
      xmlBytes: sha256 === null ? null : Buffer.byteLength(exit.xml),
      warnings: [...new Set([...exit.stderr, ...result.warnings])],
      error: grade.grade === "whole" ? null : grade.why,
    });
    store.recordHosts(run, observations);
  });
  return grade;
}
