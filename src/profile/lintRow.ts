import type { ProfileLine } from "../facts/finding.js";
import type { Group } from "./profile.js";

export interface LintRow {
  readonly level: "error" | "warning";
  readonly message: string;
  readonly line: ProfileLine;
}

export function warn(line: ProfileLine, message: string): LintRow {
  return { level: "warning", message, line };
}

/** The entries that stand in the group itself. */
export function ownEntries(group: Group): Group["entries"] {
  return group.entries.filter(({ depth }) => depth === 0);
}

/** `1 port`, `3 ports`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
