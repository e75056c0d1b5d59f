/**
 * The database's folders (0700) and files (0600), made so that nobody else ever can read them. Under sudo they are
 * given to the invoking user; then a link in the way is refused, for that user could have put it there for root.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { PortreeveError } from "../facts/error.js";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes the folder and those above it that are missing; what exists is left as it is. */
export function makePrivateFolder(path: string, owner: Owner | null): void {
  if (exists(path)) return;
  const parent = dirname(path);
  if (parent !== path) makePrivateFolder(parent, owner);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if (codeOf(error) === "EEXIST") return;
    throw error;
  }
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchmodSync(fd, 0o700);
    giveTo(fd, path, owner);
  } finally {
    closeSync(fd);
  }
}

/** Makes an empty file with mode 0600; true if it was not there before. SQLite gives its side files the same mode. */
export function makePrivateFile(path: string, owner: Owner | null): boolean {
  let fd: number;
  try {
    fd = openSync(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    // The umask may have taken even more away.
    fchmodSync(fd, 0o600);
    giveTo(fd, path, owner);
  } finally {
    closeSync(fd);
  }
  return true;
}

/** Under sudo what is made in a folder of the invoking user's becomes theirs; in a folder of root's it stays root's. */
export function giveTo(fd: number, path: string, owner: Owner | null): void {
  if (owner !== null && statSync(dirname(path)).uid === owner.uid) fchownSync(fd, owner.uid, owner.gid);
}

/**
 * Under sudo no link on the way is followed unless root laid it: the invoking user could lead root anywhere.
 * @throws PortreeveError `failed`
 */
export function refuseForeignLinks(path: string): void {
  for (let step = path; step !== dirname(step); step = dirname(step)) {
    if (lstatSync(step, { throwIfNoEntry: false })?.uid !== 0) refuseLink(step);
  }
}

/**
 * Under sudo nothing is opened through a link: the invoking user could have laid it to a file of root's.
 * @throws PortreeveError `failed`
 */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new PortreeveError("failed", `${path} is a symbolic link, which is not followed under sudo`, {
    hint: "name the real path with --db",
  });
}

/** Takes others' rights away from a file of ours that has them; says whether it had. */
export function closeToOthers(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    // Not ours to read, a link, or gone: opening it for real will tell.
    return false;
  }
  try {
    const { mode, uid } = fstatSync(fd);
    if ((mode & 0o077) === 0 || (uid !== process.getuid?.() && process.getuid?.() !== 0)) return false;
    fchmodSync(fd, 0o600);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** What was written is on the disk when this returns; of a folder: the names in it. */
export function syncPath(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null;
}
