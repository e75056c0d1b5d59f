import type { Shard } from "../facts/run.js";
import type { NmapDocument } from "../nmap/document.js";
import type { NmapExit } from "../nmap/runNmap.js";

/** What became of one attempt at a shard. */
export interface ShardResult {
  readonly shard: Shard;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly exit: NmapExit;
  readonly form: "whole" | "cut" | "refused";
  /** The whole hosts of the XML, even of a cut one; null where there is none. */
  readonly document: NmapDocument | null;
  /** True only if the process exited 0 by itself and its XML is whole and says success: silence counts. */
  readonly whole: boolean;
  /** What went wrong, for people; null when `whole`. */
  readonly failure: string | null;
  /** nmap's warnings and the parser's notes. */
  readonly warnings: readonly string[];
}

export interface ShardStart {
  readonly pid: number;
  readonly startTicks: number;
}

/** Runs shards, here or elsewhere. It never rejects for what nmap did: that is in the result. */
export interface Engine {
  run(
    shard: Shard,
    attempt: number,
    signal: AbortSignal,
    onStart: (start: ShardStart) => void,
  ): Promise<ShardResult>;
}
