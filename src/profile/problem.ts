import { PortreeveError } from "../facts/error.js";

/** Line and column of a file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a profile, and where. */
export interface Problem extends Position {
  readonly message: string;
}

const SHOWN = 10;

/** The error that lists what is wrong with `file`, in the order of its lines; ten are shown. `problems` is not empty. */
export function profileError(file: string, problems: readonly Problem[]): PortreeveError {
  const name = plainText(file, 200);
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const lines = [
    ...new Set(sorted.map(({ line, column, message }) => `${name}:${line}:${column}: ${message}`)),
  ];
  const [first = `${name}: unreadable`] = lines;
  if (lines.length === 1) return new PortreeveError("usage", first, { hint: HINT });
  const shown = lines.slice(0, SHOWN).map((line) => `  ${line}`);
  if (lines.length > SHOWN) shown.push(`  and ${lines.length - SHOWN} more`);
  return new PortreeveError("usage", `${name} has ${lines.length} problems:\n${shown.join("\n")}`, {
    hint: HINT,
  });
}

const HINT = "correct the profile and try again: nothing was judged by it";

/** Text out of a file as a message may show it: one line, no control characters, clipped. */
export function plainText(text: string, limit = 60): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
