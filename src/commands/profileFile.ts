/**
 * A profile as a file that is about to be changed. It is replaced in one step by a new file beside it, and only if it
 * is still what was read: whoever edits it at the same time loses nothing.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PortreeveError } from "../facts/error.js";
import { plain } from "../report/escape.js";

export interface ProfileFile {
  /** Where it really lies, every link followed. */
  readonly path: string;
  /** As the parser takes it: without a byte order mark. */
  readonly text: string;
  readonly bytes: Buffer;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly inode: number;
}

const BYTE_ORDER_MARK = "\ufeff";
/** The kernel's own limit on symbolic links in one path (path_resolution(7)). */
const MAX_LINKS = 40;

/** Reads the file behind `path`. @throws PortreeveError `failed` for links that others laid, and where it cannot be read */
export function readProfileFile(path: string): ProfileFile {
  const real = followLinks(resolve(path));
  try {
    const fd = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { uid, gid, mode, ino } = fstatSync(fd);
      const bytes = readFileSync(fd);
      const text = bytes.toString("utf8").replace(/^\ufeff/, "");
      return { path: real, text, bytes, uid, gid, mode: mode & 0o7777, inode: ino };
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw failed(`${plain(path)} cannot be read: ${(cause as Error).message}`, "look at its rights", cause);
  }
}

/** A link leads where whoever laid it wants: only root's and one's own are followed, as root only root's. */
function followLinks(path: string): string {
  const uid = process.geteuid?.() ?? -1;
  let real = "/";
  const pending = path.split("/").filter((part) => part !== "");
  for (let links = 0; ; ) {
    const part = pending.shift();
    if (part === undefined) return real;
    if (part === "." || part === "") continue;
    const step = resolve(real, part);
    const stats = part === ".." ? undefined : lstatSync(step, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink() !== true) {
      real = step;
      continue;
    }
    if (stats.uid !== 0 && stats.uid !== uid) {
      throw failed(`${plain(step)} is a link of another user's, which is not followed`, "name the real path");
    }
    if (++links > MAX_LINKS) throw failed(`${plain(path)}: too many links on the way`, "name the real path");
    const target = readlinkSync(step);
    if (target.startsWith("/")) real = "/";
    pending.unshift(...target.split("/").filter((each) => each !== ""));
  }
}

/**
 * Puts `text` in the place of the file, with its owner and its rights.
 * @throws PortreeveError `failed` where it was changed meanwhile, would change hands, or cannot be written; it is then
 * as it was
 */
export function replaceProfile(file: ProfileFile, text: string): void {
  const folder = dirname(file.path);
  const beside = join(folder, `.portreeve-${randomBytes(6).toString("hex")}`);
  try {
    writeBeside(file, beside, text);
    requireUnchanged(file);
    renameSync(beside, file.path);
  } catch (cause) {
    rmSync(beside, { force: true });
    if (cause instanceof PortreeveError) throw cause;
    throw failed(
      `${plain(file.path)} cannot be written: ${(cause as Error).message}`,
      "nothing was changed; the lines of the diff can be put in by hand",
      cause,
    );
  }
  syncFolder(folder);
}

function writeBeside(file: ProfileFile, beside: string, text: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    const hasMark = file.bytes.subarray(0, 3).equals(Buffer.from(BYTE_ORDER_MARK));
    writeFileSync(fd, hasMark ? BYTE_ORDER_MARK + text : text);
    keepOwner(fd, file);
    fchmodSync(fd, file.mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function keepOwner(fd: number, { path, uid, gid }: ProfileFile): void {
  const made = fstatSync(fd);
  if (made.uid === uid && made.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch (cause) {
    throw failed(
      `${plain(path)} belongs to uid ${uid}, gid ${gid} and would change hands: nothing was changed`,
      "run this as its owner, or put the lines of the diff in by hand",
      cause,
    );
  }
}

function requireUnchanged(file: ProfileFile): void {
  const now = readProfileFile(file.path);
  if (now.inode === file.inode && now.bytes.equals(file.bytes)) return;
  throw failed(
    `${plain(file.path)} was changed meanwhile: nothing was written`,
    "run the command again: it reads the file as it is now",
  );
}

/** Without it a power cut could bring the old file back. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } catch {
    // Some file systems sync no folders; the file itself is whole in any case.
  } finally {
    closeSync(fd);
  }
}

function failed(message: string, hint: string, cause?: unknown): PortreeveError {
  return new PortreeveError("failed", message, { hint, ...(cause === undefined ? {} : { cause }) });
}
