/** What is allowed in a profile and yet likely no one's intent. */
import type { Address } from "../facts/address.js";
import type { Instant } from "../facts/run.js";
import type { BoundProfile } from "./bind.js";
import { lintDefinitions } from "./lintDefinitions.js";
import { lintExceptions } from "./lintExceptions.js";
import { lintGroups } from "./lintGroups.js";
import { type LastOpen, lintIdle } from "./lintIdle.js";
import type { LintRow } from "./lintRow.js";
import { lintAgainstHosts } from "./lintSeen.js";
import { lintUnmatchable } from "./lintUnmatchable.js";
import { lintVantages } from "./lintVantages.js";

export type { LastOpen } from "./lintIdle.js";
export type { LintRow } from "./lintRow.js";

/** What runs have shown so far; what is left out is not asked about. */
export interface LintContext {
  /** For exceptions past their end, or near it. */
  readonly now?: Instant;
  /** The addresses that runs have seen alive: for rules that apply to none of them. */
  readonly seenHosts?: readonly Address[];
  /** The vantages that runs have been made from. */
  readonly seenVantages?: readonly string[];
  /** What this vantage has seen open of late: for ports that need no permission any more. */
  readonly lastOpen?: LastOpen;
}

/** Rows in the order of the profile's files and their lines, as seen from the vantage and realm it is bound to. */
export function lintProfile(bound: BoundProfile, context: LintContext = {}): readonly LintRow[] {
  const { seenHosts, lastOpen } = context;
  const rows = [
    ...lintGroups(bound.profile.groups),
    ...lintUnmatchable(bound, seenHosts ?? []),
    ...lintVantages(bound, context),
    ...lintExceptions(bound, context),
    ...lintDefinitions(bound),
    ...(seenHosts === undefined ? [] : lintAgainstHosts(bound, seenHosts)),
    ...(lastOpen === undefined ? [] : lintIdle(bound, lastOpen)),
  ];
  const files = new Map(bound.profile.files.map(({ name }, index) => [name, index]));
  const rank = ({ line }: LintRow) => files.get(line.file) ?? files.size;
  return rows.sort((a, b) => rank(a) - rank(b) || a.line.line - b.line.line);
}
