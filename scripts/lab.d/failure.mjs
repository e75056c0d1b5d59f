/**
 * A lab that cannot be: told to the user in one message and one hint, with the exit code of sysexits(3).
 */

/** Wrong command line. */
export const USAGE = 64;
/** The machine, or this user on it, cannot build the lab. */
export const UNAVAILABLE = 69;

export class LabFailure extends Error {
  /**
   * @param {number} exitCode {@link USAGE} or {@link UNAVAILABLE}
   * @param {string} message what happened, to what
   * @param {string} hint what to do next
   */
  constructor(exitCode, message, hint) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/**
 * What a failed call said, else what it was.
 *
 * @param {any} error
 */
export function reasonOf(error) {
  const said = String(error?.stderr ?? "").trim();
  return said === "" ? String(error?.message ?? error) : said;
}
