/**
 * A large file whose hosts are taken while it is read, in the belief that it is in order: what decides how far they may
 * be believed stands at its end. If the belief was wrong, what was taken is abandoned, and the file is read again.
 */
import type { FileRun } from "../nmap/fileRun.js";
import type { ScanFacts } from "../nmap/scanFacts.js";
import { factsOf, HostTally } from "./documentFacts.js";
import type { DocumentEnd } from "./documentReading.js";
import { type FileIdentity, identityOf, isUnchanged } from "./fileIdentity.js";
import type { Form, HostChunk } from "./hostSink.js";
import { findCut, hashOf, isPlainXml } from "./largeFile.js";
import { PartReports } from "./partReports.js";
import type { ReaderThreads } from "./readerThreads.js";
import type { PartEnd } from "./readPart.js";
import { SeenAddresses } from "./seenAddresses.js";

/** Whoever takes hosts of which it is not known yet whether they count. */
export interface HostTaker {
  /** @param part each part of a file tells names of its own */
  add(chunk: HostChunk, part: number): void;
  /** They do not. Of no effect once they were recorded. */
  abandon(): void;
}

/** What is known of a document at its first host. */
export interface BegunDocument {
  /** As the file was given; `-` for a stream. */
  readonly path: string;
  readonly readFrom: string;
  readonly sha256: string;
  readonly bytes: number;
  /** As the file was before it was read. */
  readonly identity: FileIdentity;
  readonly run: FileRun;
}

/** Null where its hosts are not wanted. */
export type TakeEarly = (document: BegunDocument) => HostTaker | null;

export interface EarlyOptions {
  readonly take: TakeEarly;
  readonly form: Form;
  readonly signal?: AbortSignal | undefined;
}

export interface EarlyEnd {
  readonly end: DocumentEnd;
  /** It has all of its hosts; null where they are not wanted, or have to be read again with the end known. */
  readonly taken: HostTaker | null;
}

/**
 * @returns null where the file is to be read in the usual way: it is packed, holds several documents, has no date, or changed
 * @throws PortreeveError `interrupted` by the signal; what `take` and its taker throw
 */
export async function readEarly(
  threads: ReaderThreads,
  { path, readFrom }: { readonly path: string; readonly readFrom: string },
  { take, form, signal }: EarlyOptions,
): Promise<EarlyEnd | null> {
  const before = await identityOf(readFrom);
  if (before === null || !isPlainXml(readFrom)) return null;
  const cut = threads.count > 1 ? findCut(readFrom, before.size) : null;
  const reports = new PartReports(threads, readFrom, form, cut, signal);
  let taker: HostTaker | null = null;
  try {
    // While the threads start.
    const sha256 = await hashOf(readFrom, signal);
    const begun = await reports.begun();
    if (begun === null || begun.run.startedAt === null || !(await isUnchanged(readFrom, before))) return null;
    taker = take({ path, readFrom, sha256, bytes: before.size, identity: before, run: begun.run });
    for await (const { part, chunk } of reports.chunks()) taker?.add(chunk, part);
    const merged = mergeParts(reports.ends, { sha256, bytes: before.size });
    if (merged === null || !(await isUnchanged(readFrom, before))) return null;
    const isOrdinary = merged.isOrdinary && isSame(begun.run, merged.facts.run);
    const end = { facts: merged.facts, isOrdinary };
    if (!isOrdinary) return { end, taken: null };
    const taken = taker;
    taker = null;
    return { end, taken };
  } finally {
    reports.stop();
    taker?.abandon();
  }
}

/** Null where they are not the parts of one document. */
function mergeParts(
  ends: readonly (PartEnd | null)[] | null,
  file: { readonly sha256: string; readonly bytes: number },
): DocumentEnd | null {
  const last = ends?.at(-1) ?? null;
  const end = last?.end ?? null;
  if (ends === null || last === null || end === null) return null;
  // Where it breaks is told by the place in the file, of which a later part knows nothing.
  if (ends.length > 1 && end.form.form !== "whole") return null;
  const tally = new HostTally();
  const seen = new SeenAddresses();
  const repeated = new Set<number>();
  for (const part of ends) {
    if (part === null || !isSame(part.presumed, last.presumed)) return null;
    tally.addAll(part.tally);
    if (ends.length > 1) for (const number of part.seen) seen.addNumber(number);
    for (const number of part.repeated) repeated.add(number);
  }
  for (const number of seen.repeated) repeated.add(number);
  const facts = factsOf({
    ...file,
    end,
    tally,
    repeated: [...repeated],
    bytesBreak: null,
    notes: last.notes,
  });
  const isAsPresumed = isSame(facts.scan, last.presumed satisfies ScanFacts | null);
  return { facts, isOrdinary: end.form.form === "whole" && repeated.size === 0 && isAsPresumed };
}

/** What a run is known by before its end. */
function isSame<T extends object | null>(a: T, b: T): boolean {
  const early = (value: T) => JSON.stringify(value === null ? null : { ...value, endedAt: null });
  return early(a) === early(b);
}
