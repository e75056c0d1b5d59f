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

/** Noted only where there is something to say: an older portreeve takes no note with a field that it does not know. */
type Figures = { readonly [F in "recall" | "silenced" | "disbelieved"]?: Run[F] | undefined };

export type RunNote = Pick<Run, (typeof NOTED)[number]> & Figures;

export function runNoteOf(run: Run): RunNote {
  const note = Object.fromEntries(NOTED.map((field) => [field, run[field]])) as unknown as RunNote;
  const { recall, silenced, disbelieved } = run;
  return {
    ...note,
    ...(recall === null ? {} : { recall }),
    ...(silenced.length === 0 ? {} : { silenced }),
    ...(disbelieved.length === 0 ? {} : { disbelieved }),
  };
}
