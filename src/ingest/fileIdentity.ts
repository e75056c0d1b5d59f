/** Whether a file stayed as it was between two looks, without reading it again. */
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

export interface FileIdentity {
  readonly size: number;
  /** Device, inode, size, time of change: another value is another file, or was written to. */
  readonly mark: string;
}

/**
 * File systems stamp changes with a clock that ticks every 10 ms at the most. What changed in this tick could change
 * again without showing it: such a file is looked at when the tick is over.
 */
const TICK = 20;

/** Null for what is no plain file. */
export async function identityOf(path: string): Promise<FileIdentity | null> {
  for (;;) {
    const found = await stat(path, { bigint: true }).catch(() => null);
    if (found === null || !found.isFile()) return null;
    const age = Date.now() - Number(found.mtimeMs);
    if (age < 0 || age > TICK)
      return {
        size: Number(found.size),
        mark: [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" "),
      };
    await setTimeout(TICK + 1 - age);
  }
}

export async function isUnchanged(path: string, before: FileIdentity): Promise<boolean> {
  return (await identityOf(path))?.mark === before.mark;
}
