/**
 * What nmap's form cannot say of a run, as the `profile_name` attribute of `<nmaprun>` (nmap.dtd has it for the name of a
 * Zenmap profile): a note like that of a host (`hostNote.ts`). What judged the run, and how its shards fared, stays here.
 */
import type { Run } from "../facts/run.js";

/** The fields of a run that go with its export. Its number is the database's, and imported the run has another. */
export const NOTED = [
  "audit",
  "vantage",
  "realm",
  "operator",
  "startedAt",
  "endedAt",
  "outcome",
  "why",
  "method",
  "ports",
  "targets",
  "exclusions",
  "addressCount",
  "rate",
  "nmapVersion",
  "sources",
] as const satisfies readonly (keyof Run)[];

export type RunNote = Pick<Run, (typeof NOTED)[number]>;

export function runNoteOf(run: Run): RunNote {
  return Object.fromEntries(NOTED.map((field) => [field, run[field]])) as unknown as RunNote;
}
