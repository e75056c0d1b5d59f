/** What can be read only once (standard input, a pipe) is put into a file first: a scan is judged by its end. */
import { constants, createReadStream, createWriteStream, openSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PortreeveError } from "../facts/error.js";

export interface Spooled {
  readonly path: string;
  remove(): Promise<void>;
}

/** @throws PortreeveError `failed` where it cannot be read or written, `interrupted` */
export async function spool(
  source: Readable,
  folder: string = tmpdir(),
  signal?: AbortSignal,
): Promise<Spooled> {
  const own = await mkdtemp(join(folder, "portreeve-import-"));
  const remove = () => rm(own, { recursive: true, force: true });
  const path = join(own, "input");
  try {
    await pipeline(source, createWriteStream(path, { mode: 0o600, flags: "wx" }), signal ? { signal } : {});
  } catch (error) {
    await remove();
    if (signal?.aborted) throw new PortreeveError("interrupted", "the import was stopped");
    throw new PortreeveError(
      "failed",
      `the input could not be put into ${own}: ${(error as Error).message}`,
      {
        hint: "set TMPDIR to a folder with room, or import a file",
        cause: error,
      },
    );
  }
  return { path, remove };
}

/**
 * What can be read only once, as a stream. A named pipe is opened without waiting for a writer: that would be a wait in a
 * thread of Node's own, which no signal ends.
 */
export async function openOnce(path: string): Promise<Readable> {
  if (!(await stat(path)).isFIFO()) return createReadStream(path);
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

/** True for a named pipe or `/dev/stdin` at a pipe. */
export async function isPipe(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && (found.isFIFO() || found.isCharacterDevice() || found.isSocket());
}
