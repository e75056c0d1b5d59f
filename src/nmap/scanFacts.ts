/** What a file says of its scan as a whole, as far as it decides what its hosts prove. */
import type { PortSet } from "../facts/port.js";
import { askedPorts } from "./askedPorts.js";
import type { NmapDocument } from "./document.js";
import { fileNoteOf } from "./fileNote.js";
import type { RunNote } from "./runNote.js";
import { readFlags } from "./scanFlags.js";

export interface ScanFacts {
  /** The union of the `<scaninfo>`s: what was asked. Empty for a ping scan, and for writers that do not say. */
  readonly asked: PortSet;
  /**
   * How TCP ports were asked. `other`: with odd flags (`-sA`, `-sF`, `-sW`, …) or through a third host; what that says
   * of a port is kept as it was stated and proves nothing. `unstated`: no `<scaninfo>`; answers count by their reasons.
   */
  readonly tcp: "raw" | "connect" | "other" | "unstated";
  readonly isUnpinged: boolean;
  readonly isResetBlind: boolean;
  /** Why only open ports are covered by any host; null where the rest of what is proved is covered too. */
  readonly positiveOnly: string | null;
  /** A whole export of ours: what its notes say of a host they fit is what was exported. */
  readonly isNoted: boolean;
}

type Header = Pick<NmapDocument, "scanner" | "args" | "scanInfo" | "profileName" | "startedAt" | "finished">;

/** @param broken why the file does not come to a good end; null where it does */
export function scanFactsOf(document: Header, broken: string | null): ScanFacts {
  const flags = readFlags(document.args);
  const note = broken === null ? fileNoteOf(document) : null;
  const isIncomplete = note !== null && note.outcome !== "complete";
  return {
    asked: askedPorts(document.scanInfo),
    tcp: tcpMethod(document),
    isUnpinged: flags.isUnpinged,
    isResetBlind: flags.isResetBlind,
    positiveOnly: isIncomplete ? whyIncomplete(note) : whyPositiveOnly(document, flags.isOpenOnly, broken),
    isNoted: note !== null,
  };
}

/** Why the run that was exported was not complete. */
export function whyIncomplete({ outcome, why }: Pick<RunNote, "outcome" | "why">): string {
  return (
    why ?? (outcome === "running" ? "the run was going on when it was exported" : `the run was ${outcome}`)
  );
}

function whyPositiveOnly({ scanner }: Header, isOpenOnly: boolean, broken: string | null): string | null {
  if (broken !== null) return broken;
  if (isOpenOnly) return "--open: what is not open was left out of the file";
  return scanner === "masscan" ? "masscan tells answers only" : null;
}

function tcpMethod({ scanInfo }: Header): ScanFacts["tcp"] {
  const types = scanInfo.filter(({ protocol }) => protocol === "tcp").map(({ type }) => type);
  if (types.length === 0) return "unstated";
  if (types.every((type) => type === "syn")) return "raw";
  return types.every((type) => type === "connect") ? "connect" : "other";
}
