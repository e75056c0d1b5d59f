/**
 * A large file whose hosts are taken while it is read, in the belief that it is in order: what decides how far they may
 * be believed stands at its end. If the belief was wrong, what was taken is abandoned, and the file is read as any other.
 */
import type { FileRun } from "../nmap/fileRun.js";
import type { ScanFacts } from "../nmap/scanFacts.js";
import { type DocumentFacts, factsOf, HostTally } from "./documentFacts.js";
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
  readonly facts: DocumentFacts;
  /** It has all of its hosts. */
  readonly taken: HostTaker | null;
}

/**
 * @returns null where the file is to be read in the usual way: it is packed, holds several documents, breaks off, repeats
 * addresses, has no date, or changed
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
    const facts = mergeParts(reports.ends, { sha256, bytes: before.size });
    if (facts === null || !(await isUnchanged(readFrom, before)) || !isSame(begun.run, facts.run))
      return null;
    const taken = taker;
    taker = null;
    return { facts, taken };
  } finally {
    reports.stop();
    taker?.abandon();
  }
}

/** Null where they are not the parts of one document in order. */
function mergeParts(
  ends: readonly (PartEnd | null)[] | null,
  file: { readonly sha256: string; readonly bytes: number },
): DocumentFacts | null {
  const last = ends?.at(-1) ?? null;
  const end = last?.end ?? null;
  if (ends === null || last === null || end?.form.form !== "whole") return null;
  const tally = new HostTally();
  const seen = new SeenAddresses();
  for (const part of ends) {
    if (part === null || part.repeated.length > 0 || !isSame(part.presumed, last.presumed)) return null;
    tally.addAll(part.tally);
    if (ends.length > 1) for (const number of part.seen) seen.addNumber(number);
  }
  if (seen.repeated.size > 0) return null;
  const facts = factsOf({ ...file, end, tally, repeated: [], bytesBreak: null, notes: last.notes });
  return isSame(facts.scan, last.presumed satisfies ScanFacts | null) ? facts : null;
}

/** What a run is known by before its end. */
function isSame<T extends object | null>(a: T, b: T): boolean {
  const early = (value: T) => JSON.stringify(value === null ? null : { ...value, endedAt: null });
  return early(a) === early(b);
}
