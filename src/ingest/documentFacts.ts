/** What is known of a document in a file before any of its hosts is used. */
import type { Instant } from "../facts/run.js";
import type { NmapDocument, NmapHost } from "../nmap/document.js";
import { fileNoteOf } from "../nmap/fileNote.js";
import { type FileRun, fileRunOf } from "../nmap/fileRun.js";
import { type ScanFacts, scanFactsOf } from "../nmap/scanFacts.js";
import type { StreamEnd } from "../nmap/streamXml.js";
import type { BytesBreak } from "./fileBytes.js";
import { counted, type FileGrade, gradeFile, whyBroken } from "./gradeFile.js";

export interface DocumentFacts {
  /** Of the document's bytes, unpacked: packed or appended to another it is the same import. */
  readonly sha256: string;
  readonly bytes: number;
  readonly grade: FileGrade;
  /** Null where nothing of the run can be read: refused, or cut before its start tag ends. */
  readonly run: FileRun | null;
  /** What decides how its hosts are read; null as `run`. */
  readonly scan: ScanFacts | null;
  /** Whole `<host>` elements with an IP address. */
  readonly hosts: number;
  /** Numbers (`seenAddresses.ts`) of the addresses that have several. */
  readonly repeated: readonly number[];
  /** For people, the reason of the grade not among them. */
  readonly warnings: readonly string[];
}

/** A tally that came from another thread has no methods. */
export type CountedHosts = Pick<
  HostTally,
  "hosts" | "up" | "timedOut" | "firstStart" | "lastEnd" | "hasReasons"
>;

/** What is counted of the hosts as they come. */
export class HostTally {
  hosts = 0;
  up = 0;
  timedOut = 0;
  firstStart: Instant | null = null;
  lastEnd: Instant | null = null;
  /** nmap before 4.2 states no reasons. */
  hasReasons = true;

  /** What was counted elsewhere. */
  addAll(other: CountedHosts): void {
    this.hosts += other.hosts;
    this.up += other.up;
    this.timedOut += other.timedOut;
    this.hasReasons &&= other.hasReasons;
    this.#addTimes(other.firstStart, other.lastEnd);
  }

  add(host: NmapHost): void {
    this.hosts += 1;
    if (host.status.state === "up") this.up += 1;
    if (host.timedOut) this.timedOut += 1;
    if (host.status.state === "up" && host.status.reason === "") this.hasReasons = false;
    this.#addTimes(host.startedAt, host.endedAt);
  }

  #addTimes(startedAt: Instant | null, endedAt: Instant | null): void {
    if (startedAt !== null && (this.firstStart === null || startedAt < this.firstStart))
      this.firstStart = startedAt;
    if (endedAt !== null && (this.lastEnd === null || endedAt > this.lastEnd)) this.lastEnd = endedAt;
  }
}

export interface ReadDocument {
  readonly sha256: string;
  readonly bytes: number;
  readonly end: StreamEnd;
  readonly tally: HostTally;
  readonly repeated: readonly number[];
  readonly bytesBreak: BytesBreak | null;
  /** Of the bytes' encoding. */
  readonly notes: readonly string[];
}

export function factsOf(read: ReadDocument): DocumentFacts {
  const { end, tally, bytesBreak } = read;
  const { document, form } = end;
  const parts = {
    form,
    finished: document?.finished ?? null,
    hosts: tally.hosts,
    timedOut: tally.timedOut,
    bytesBreak,
    note: document === null ? null : fileNoteOf(document),
  };
  const grade = gradeFile(parts);
  const isUsed = grade.grade !== "refused" && document !== null;
  const scan = isUsed ? scanFactsOf(document, whyBroken(parts)) : null;
  return {
    sha256: read.sha256,
    bytes: read.bytes,
    grade,
    run: isUsed && scan !== null ? fileRunOf(document, scan, tally) : null,
    scan,
    hosts: isUsed ? tally.hosts : 0,
    repeated: read.repeated,
    warnings: isUsed ? warningsOf(read, document, scan) : [],
  };
}

function warningsOf(
  { end, tally, notes }: ReadDocument,
  document: NmapDocument,
  scan: ScanFacts | null,
): string[] {
  const warnings = [...notes, ...end.notes.filter((note) => !note.startsWith("the text breaks off"))];
  // masscan tells no host's status.
  const isNmaps = document.scanner === "nmap";
  if (end.form.form === "whole" && scan?.positiveOnly)
    warnings.push(`only open ports count: ${scan.positiveOnly}`);
  if (!tally.hasReasons && isNmaps)
    warnings.push(
      `nmap ${document.version} states no reasons: what a ${scan?.tcp} scan gets is taken for them`,
    );
  const { counts, skippedTargets } = document;
  if (end.form.form === "whole" && isNmaps && counts !== null && counts.up > tally.up)
    warnings.push(`it counts ${counted(counts.up, "host")} up and holds ${tally.up}`);
  for (const { specification, reason } of skippedTargets.slice(0, 20))
    warnings.push(`nmap skipped the target ${specification} (${reason})`);
  return warnings;
}
