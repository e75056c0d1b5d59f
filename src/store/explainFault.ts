import { PortreeveError } from "../facts/error.js";

/**
 * SQLite's and the system's faults in words, with what to do next.
 * Codes: sqlite.org/rescode.html (extended ones begin with the primary one), errno(3).
 * @returns the error itself if it is a `PortreeveError` already, or nothing that this room knows
 */
export function explainFault(error: unknown, path: string): unknown {
  if (error instanceof PortreeveError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const fault = FAULTS.find(([start]) => code.startsWith(start));
  if (fault === undefined) {
    if (!code.startsWith("SQLITE_")) return error;
    return new PortreeveError("failed", `the database ${path} failed: ${error.message} (${code})`, {
      hint: "run `portreeve doctor`",
      cause: error,
    });
  }
  const [, kind, what, hint] = fault;
  return new PortreeveError(kind, what.replace("%", path), { hint, cause: error });
}

/** Runs `work`, its faults explained. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainFault(error, path);
  }
}

/** Whether there was no room for what was to be written. */
export function isDiskFull(error: unknown): error is PortreeveError {
  const cause = error instanceof PortreeveError ? error.cause : null;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return ["SQLITE_FULL", "ENOSPC", "EDQUOT"].some((start) => code.startsWith(start));
}

const FULL = "what was committed before is safe; make room, then go on";

const FAULTS: readonly (readonly [start: string, kind: "failed" | "locked", what: string, hint: string])[] = [
  ["SQLITE_FULL", "failed", "the disk is full: % could not be written", FULL],
  ["ENOSPC", "failed", "the disk is full: nothing more could be written beside %", FULL],
  ["EDQUOT", "failed", "the disk quota is used up: nothing more could be written beside %", FULL],
  [
    "SQLITE_NOTADB",
    "failed",
    "% is not a SQLite database",
    "name another file with --db, or move this one away",
  ],
  [
    "SQLITE_CORRUPT",
    "failed",
    "the database % is damaged",
    "keep a copy of it, then restore the last backup",
  ],
  [
    "SQLITE_BUSY",
    "locked",
    "another process is writing to % and did not finish",
    "try again in a moment; `portreeve runs` shows a run that is going on",
  ],
  [
    "SQLITE_READONLY",
    "failed",
    "the database % cannot be written: the file or its file system is read-only, or belongs to another user",
    "name another file with --db or PORTREEVE_DB",
  ],
  [
    "SQLITE_CANTOPEN",
    "failed",
    "the database % cannot be opened",
    "its folder must be yours to write, for SQLite keeps two files beside it",
  ],
  [
    "SQLITE_IOERR",
    "failed",
    "the disk failed while % was used",
    "look at the system's log (dmesg) and at the free space",
  ],
  ["SQLITE_PERM", "failed", "no permission for the database %", "run as the user it belongs to"],
  [
    "SQLITE_TOOBIG",
    "failed",
    "a row for % is too large for SQLite",
    "report this with the nmap XML that led to it",
  ],
  [
    "Z_",
    "failed",
    "% is damaged: it does not unpack",
    "what was read from it is in the database and is kept",
  ],
  ["EROFS", "failed", "% lies on a read-only file system", "name another file with --db or PORTREEVE_DB"],
  [
    "EACCES",
    "failed",
    "no permission for %",
    "run as the user it belongs to, or name another file with --db",
  ],
  ["EPERM", "failed", "no permission for %", "run as the user it belongs to, or name another file with --db"],
  ["ENOTDIR", "failed", "% cannot be: a part of its path is a file", "name another file with --db"],
  ["EISDIR", "failed", "% is a folder", "name a file with --db"],
  ["ELOOP", "failed", "% is a symbolic link", "name the file itself with --db"],
  ["ENAMETOOLONG", "failed", "the path % is too long", "name another file with --db"],
];
