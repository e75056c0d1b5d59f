/**
 * May root believe this file? A configuration names programs and folders that root will then use, so whoever can
 * change it, or can put another file in its place, is root. Each step of the way to the file is looked at as the
 * kernel walks it: every folder and every symbolic link, not only the file and the folder it lies in.
 */
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { PortreeveError } from "../facts/error.js";

const GROUP_WRITE = 0o020;
const OTHER_WRITE = 0o002;
const STICKY = 0o1000;
/** The kernel's own limit on symbolic links in one path (path_resolution(7)). */
const MAX_LINKS = 40;

export interface Distrust {
  /** The file, folder or link that is the reason; not always the file asked about. */
  readonly path: string;
  /** What is wrong with it, a clause without its subject. */
  readonly why: string;
  /** The command line that mends it. */
  readonly mend: string;
}

/**
 * Walks to `path` (absolute) and returns the first thing that lets somebody outside `trustedUids` change what
 * is read there, or null. Folders that others may write pass only with the sticky bit, which keeps others from
 * renaming what is not theirs (/tmp). POSIX ACLs show in the group bits (acl(5): the mask), so they count too.
 * Throws the system's error if a step cannot be looked at.
 */
export function findDistrust(path: string, trustedUids: ReadonlySet<number>): Distrust | null {
  const pending = parts(resolve("/", path));
  let here = "/";
  let links = 0;
  let distrust = judgeStep(here, lstatSync(here), trustedUids);

  while (distrust === null) {
    const part = pending.shift();
    if (part === undefined) return null;
    if (part === "..") {
      here = resolve(here, "..");
      continue;
    }
    const step = resolve(here, part);
    const stats = lstatSync(step);
    distrust = judgeStep(step, stats, trustedUids);
    if (!stats.isSymbolicLink()) {
      here = step;
      continue;
    }
    if (++links > MAX_LINKS) {
      throw new PortreeveError("failed", `${path}: too many symbolic links on the way.`);
    }
    const target = readlinkSync(step);
    if (target.startsWith("/")) here = "/";
    pending.unshift(...parts(target));
  }
  return distrust;
}

/** Throws a `failed` error with the line that mends it where root may not believe `path`. `what` names its role. */
export function assertTrusted(what: string, path: string, trustedUids: ReadonlySet<number>): void {
  const distrust = findDistrust(path, trustedUids);
  if (distrust === null) return;
  const because = distrust.path === path ? "it" : distrust.path;
  throw new PortreeveError("failed", `${what} ${path} is not used by root: ${because} ${distrust.why}.`, {
    hint: `Look at what it says, then run: ${distrust.mend}`,
  });
}

/** What an opened file shows: the same test on the file itself, so that a swap between look and read is noticed. */
export function judgeStep(path: string, stats: Stats, trustedUids: ReadonlySet<number>): Distrust | null {
  if (!trustedUids.has(stats.uid)) {
    const flag = stats.isSymbolicLink() ? "-h " : "";
    return { path, why: `belongs to uid ${stats.uid}`, mend: `chown ${flag}root ${quote(path)}` };
  }
  // The mode of a symbolic link says nothing (symlink(7)).
  if (stats.isSymbolicLink()) return null;
  const shared = stats.mode & (GROUP_WRITE | OTHER_WRITE);
  if (shared === 0 || (stats.isDirectory() && (stats.mode & STICKY) !== 0)) return null;
  const who = (stats.mode & OTHER_WRITE) !== 0 ? "everybody" : `group ${stats.gid}`;
  return { path, why: `may be written by ${who}`, mend: `chmod go-w ${quote(path)}` };
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

/** A path as a shell takes it: bare where it is harmless, else in single quotes. */
function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
