/** The run's note in a file of our own (`runNote.ts`), where it fits what the file shows of the run. */
import { formatPortSet } from "../scope/portSet.js";
import { askedPorts } from "./askedPorts.js";
import type { NmapDocument } from "./document.js";
import { readRunNote } from "./readNotes.js";
import type { RunNote } from "./runNote.js";

/** Null where the file has none, or one that does not fit: then the file is read like any of nmap's. */
export function fileNoteOf(
  document: Pick<NmapDocument, "profileName" | "startedAt" | "scanInfo" | "finished">,
): RunNote | null {
  const reading = readRunNote(document);
  if (reading.kind !== "fits") return null;
  const note = reading.value;
  const { startedAt, scanInfo, finished } = document;
  const fits =
    isSecondOf(note.startedAt, startedAt) &&
    (finished === null || isSecondOf(note.endedAt ?? note.startedAt, finished.at)) &&
    note.ports === formatPortSet(askedPorts(scanInfo));
  return fits ? note : null;
}

/** The file tells whole seconds, and none of what lies before 1970. */
function isSecondOf(exact: number, told: number | null): boolean {
  return told !== null && Math.floor(exact / 1000) * 1000 === told;
}
