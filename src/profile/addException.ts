/**
 * Writes an exception into a profile's text. The file is somebody's work: nothing of it is printed anew, the new lines
 * are put in where a person would write them, and then the whole is read again. Where a place does not give the old
 * profile and exactly the new exception, the next is tried; where none does, the lines are told and nothing is changed.
 */
import { isDeepStrictEqual } from "node:util";
import { PortreeveError } from "../facts/error.js";
import type { ProfileText } from "../facts/profileText.js";
import { exceptionLines, exceptionValue, type NewException } from "./exceptionText.js";
import { parseProfile } from "./parse.js";
import { plainText } from "./problem.js";
import type { Exception, Profile } from "./profile.js";
import { placements } from "./textPlaces.js";
import { readYaml } from "./yamlFile.js";

/**
 * The text of `file` with the exception in it; every other byte is as it was. `profile`: all files of the profile it is
 * a part of, the leading one first (names in one may be used in any other).
 * @throws PortreeveError `usage` where the profile would not take the exception, `failed` with the lines to write by
 * hand where no place for it was found
 */
export function addException(
  file: ProfileText,
  exception: NewException,
  profile: readonly ProfileText[] = [file],
): string {
  const before = readMap(file.text);
  if (before !== null) {
    const wanted = { ...before, exceptions: [...listOf(before.exceptions), exceptionValue(exception)] };
    for (const text of placements(file.text, exception)) {
      if (isDeepStrictEqual(readMap(text), wanted)) {
        checkProfile(text, file, exception, profile);
        return text;
      }
    }
  }
  const lines = exceptionLines(exception, 2).map((line) => `\n${line}`);
  throw new PortreeveError(
    "failed",
    `${plainText(file.name, 200)}: no place was found for the exception. Write it under \`exceptions:\` by hand:${lines.join("")}`,
    { hint: "nothing was changed" },
  );
}

/** An id that no exception of the profile has: the number after the highest of the year, as in `EXC-2026-001`. */
export function nextExceptionId(
  { exceptions }: { readonly exceptions: readonly Pick<Exception, "id">[] },
  date: string,
): string {
  const stem = `EXC-${date.slice(0, 4)}-`;
  const numbers = exceptions.flatMap(({ id }) => {
    const digits = id.toUpperCase().startsWith(stem) ? id.slice(stem.length) : "";
    return /^\d{1,9}$/.test(digits) ? [Number(digits)] : [];
  });
  return `${stem}${String(Math.max(0, ...numbers) + 1).padStart(3, "0")}`;
}

/** The file as data, an empty one as an empty map; null where it is none. */
function readMap(text: string): Readonly<Record<string, unknown>> | null {
  const value = readYaml(text).yaml?.value;
  if (value === null) return {};
  return typeof value === "object" && value !== null ? { ...value } : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The new text must be a profile, too: the vantage may have no name in it, an id may stand there already. */
function checkProfile(
  text: string,
  file: ProfileText,
  { id }: NewException,
  profile: readonly ProfileText[],
): void {
  const [first = file, ...included] = profile.map((each) =>
    each.name === file.name ? { name: each.name, text } : each,
  );
  let exceptions: Profile["exceptions"];
  try {
    ({ exceptions } = parseProfile(first.text, first.name, included));
  } catch (cause) {
    if (!(cause instanceof PortreeveError)) throw cause;
    throw new PortreeveError("usage", `the profile does not take the exception: ${cause.message}`, {
      hint: "nothing was changed; the line is the one that the exception would have",
      cause,
    });
  }
  if (exceptions.filter((exception) => exception.id === id).length === 1) return;
  throw new PortreeveError("failed", `${plainText(file.name, 200)}: the exception would not be read back`, {
    hint: "nothing was changed",
  });
}
