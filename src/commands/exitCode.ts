/** Exit codes (design.md). */
import type { ErrorCode } from "../facts/error.js";
import { type Finding, SEVERITIES, type Severity } from "../facts/finding.js";

export const EXIT = {
  done: 0,
  error: 1,
  findings: 2,
  /** Too little was covered; of an import: a file among them is partial. */
  coverage: 3,
  locked: 11,
  usage: 64,
  interrupted: 130,
} as const;

const OF_ERROR: Readonly<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  failed: EXIT.error,
  locked: EXIT.locked,
  interrupted: EXIT.interrupted,
};

export function exitCodeOfError(code: ErrorCode): number {
  return OF_ERROR[code];
}

export interface VerdictOptions {
  /** Null: findings never change the exit code. */
  readonly failOn: Severity | null;
  readonly minCoverage: number;
}

/** 2 for open, confirmed findings at or above `failOn`, else 3 for too little coverage, else 0. `coverage` null: nothing was due. */
export function exitCodeOf(
  findings: readonly Finding[],
  coverage: number | null,
  { failOn, minCoverage }: VerdictOptions,
): number {
  if (
    failOn !== null &&
    findings.some((f) => f.status === "open" && f.confirmed && isAtLeast(f.severity, failOn))
  )
    return EXIT.findings;
  return coverage !== null && coverage < minCoverage ? EXIT.coverage : EXIT.done;
}

function isAtLeast(severity: Severity, level: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level);
}
