import { PortreeveError } from "../facts/error.js";
import type { ProfileLine } from "../facts/finding.js";

/** Line and column of a file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a profile, and where. */
export interface Problem extends Position {
  readonly file: string;
  /** A function where it takes a search through the profile's names: most problems of a bad file are never shown. */
  readonly message: string | (() => string);
}

const SHOWN = 10;

/**
 * The error that lists what is wrong with a profile; ten problems are shown. `files` are the names of its files: the
 * problems come in their order, then in that of the lines. `problems` is not empty.
 */
export function profileError(files: readonly string[], problems: readonly Problem[]): PortreeveError {
  const order = new Map(files.map((file, index) => [file, index]));
  // Through an alias one mistake is met several times.
  const each = [...new Map(problems.map((problem) => [placeAndMessage(problem), problem])).values()];
  const sorted = each.sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
  const lines = sorted.slice(0, SHOWN).map(describeProblem);
  const [first = "the profile cannot be read"] = lines;
  if (sorted.length <= 1) return new PortreeveError("usage", first, { hint: HINT });
  const more = sorted.length > SHOWN ? [`and ${sorted.length - SHOWN} more`] : [];
  const shown = [...lines, ...more].map((line) => `  ${line}`);
  const head = `${nameBroken(files, sorted)} has ${sorted.length} problems:`;
  return new PortreeveError("usage", `${head}\n${shown.join("\n")}`, { hint: HINT });
}

function placeAndMessage({ file, line, column, message }: Problem): string {
  return `${line}:${column} ${file}\n${typeof message === "string" ? message : ""}`;
}

function describeProblem({ file, line, column, message }: Problem): string {
  return `${nameFile(file)}:${line}:${column}: ${typeof message === "string" ? message : message()}`;
}

const HINT = "correct the profile and try again: nothing was judged by it";

/** What the problems are in: the one file, or the profile with its files. */
function nameBroken(files: readonly string[], problems: readonly Problem[]): string {
  const broken = [...new Set(problems.map(({ file }) => file))];
  const [only] = broken;
  if (broken.length === 1 && only !== undefined) return nameFile(only);
  return `the profile ${nameFile(files[0] ?? "")} with its files`;
}

/** A place in a file as messages name it: `portreeve.profile.yaml:12`. */
export function namePlace({ file, line }: ProfileLine): string {
  return `${nameFile(file)}:${line}`;
}

function nameFile(file: string): string {
  return plainText(file, 200);
}

/** Text out of a file as a message may show it: one line, no control characters, clipped. */
export function plainText(text: string, limit = 60): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
