/** What a file says of the run it came from. */
import type { Instant, Method } from "../facts/run.js";
import { formatPortSet } from "../scope/portSet.js";
import type { NmapDocument } from "./document.js";
import { fileNoteOf } from "./fileNote.js";
import type { RunNote } from "./runNote.js";
import type { ScanFacts } from "./scanFacts.js";

export interface FileRun {
  readonly source: "import";
  /** `nmap`, `masscan`, …: who wrote it. */
  readonly scanner: string;
  readonly args: string;
  readonly version: string;
  /** Null where the file holds no date at all: undated, kept apart. */
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly method: Method;
  /** Canonical text of the ports asked; "" where the file does not say, or asked none. */
  readonly ports: string;
  /** The command line: what in it is a target only nmap knows for sure. */
  readonly targets: readonly string[];
  /** What an export of ours says of its run. How that ended counts only where the file is whole (`ScanFacts.isNoted`). */
  readonly note: RunNote | null;
}

/** Of the hosts of a file: the first start, the last end. */
export interface HostTimes {
  readonly firstStart: Instant | null;
  readonly lastEnd: Instant | null;
}

export function fileRunOf(document: NmapDocument, scan: ScanFacts, times: HostTimes): FileRun {
  const finishedAt = document.finished?.at ?? null;
  const note = fileNoteOf(document);
  return {
    source: "import",
    scanner: document.scanner,
    args: document.args,
    version: document.version,
    startedAt: note?.startedAt ?? document.startedAt ?? times.firstStart ?? finishedAt ?? times.lastEnd,
    endedAt: note !== null && scan.isNoted ? note.endedAt : (finishedAt ?? times.lastEnd),
    method: note?.method ?? (scan.tcp === "connect" ? "connect" : "raw"),
    ports: formatPortSet(scan.asked),
    targets: note?.targets ?? (document.args === "" ? [] : [document.args]),
    note,
  };
}
