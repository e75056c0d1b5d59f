/**
 * The one error class. It is made where the fact is known and printed in one place (`cli.ts`), which maps
 * its code to the exit code. `message` says what happened and to which target, `hint` what to do next.
 */

export const ERROR_CODES = ["usage", "failed", "locked", "interrupted"] as const;

/** `usage` exits 64, `failed` 1, `locked` 11, `interrupted` 130. */
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface PortreeveErrorDetails {
  /** What the reader can do next, in one sentence or one command line. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class PortreeveError extends Error {
  override readonly name = "PortreeveError";
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, details: PortreeveErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.hint = details.hint ?? null;
  }
}
