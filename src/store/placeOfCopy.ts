import { lstatSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { PortreeveError } from "../facts/error.js";

/** Names that SQLite takes for its own, beside a database: a file put there would be read as a part of it. */
const SIDE_FILES = ["-wal", "-shm", "-journal"];

/**
 * Refuses a place where a copy of the database would do harm, or cannot be made.
 * @param file absolute
 * @throws PortreeveError `usage`
 */
export function checkPlaceOfCopy(file: string, database: string): void {
  const refuse = (why: string) => {
    throw new PortreeveError("usage", `${file} ${why}`, { hint: "name a new file elsewhere" });
  };
  if (SIDE_FILES.some((end) => file === `${database}${end}`))
    refuse(`is SQLite's own name beside ${database}`);
  if (file.startsWith(join(`${database}.xml`, "/"))) refuse("lies among the kept nmap XML");
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    refuse(`cannot be made: there is no folder ${folder}`);
  // What a link points to would stay as it is, and the link would go.
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) refuse("is a link: name the file itself");
}
