/** The way of a foreign scan into the store: all of it as one run, or nothing. */
import { PortreeveError } from "../facts/error.js";
import type { Run } from "../facts/run.js";
import type { FileRun } from "../nmap/fileRun.js";
import { whyIncomplete } from "../nmap/scanFacts.js";
import type { RunDraft } from "../store/beginRun.js";
import type { BegunImport, Import, ImportFile, ImportStore } from "../store/imports.js";
import { stageHosts } from "../store/stagedHosts.js";
import type { Store } from "../store/store.js";
import { DisbeliefTally } from "./disbelief.js";
import { documentBytes, Unreadable } from "./documentBytes.js";
import type { DocumentFacts } from "./documentFacts.js";
import type { BegunDocument, HostTaker } from "./earlyReading.js";
import type { FileIdentity } from "./fileIdentity.js";
import type { HostChunk } from "./hostSink.js";
import type { ImportedDocument, ImportedFile } from "./importFiles.js";
import type { ImportGroup, Keeping } from "./importGroup.js";

/** Where a scan is put: what its own note says, unless the user says otherwise. */
export interface ImportPlace {
  readonly vantage: string;
  readonly realm: string;
  readonly operator: string;
  readonly audit: string | null;
}

export type RecordedDocument =
  | {
      readonly run: Run;
      /** The same bytes were imported before at this place: nothing was written. */
      readonly isKnown: boolean;
      /** Of the file, as it was read now; null where it was known before. */
      readonly counts: { readonly alive: number; readonly open: number } | null;
    }
  /** Reading failed in the middle: nothing of it is in the store. */
  | { readonly run: null; readonly why: string };

export const UNDATED = "it does not say when it was made: it is kept apart and proves nothing";
export const FROM_THE_FUTURE =
  "its clock was wrong, for its time has not come yet: it is kept apart and proves nothing";

/** Clocks of two machines may differ; more than this is wrong. What a file of next year says would stand as today's. */
const MOST_AHEAD = 86_400_000;

/** Why the file has no place in time; null where it has one. */
function whyUndated(run: Pick<FileRun, "startedAt"> | null): string | null {
  if (run?.startedAt == null) return UNDATED;
  return run.startedAt > Date.now() + MOST_AHEAD ? FROM_THE_FUTURE : null;
}

/**
 * Takes the hosts of a document into the store and keeps its XML. A refused one is not for here.
 * @param name of the file for people
 * @param group where it is one of many small ones: it is in the store when that has ended well
 * @throws PortreeveError as the store does, `interrupted` as the reader; nothing of the document is in the store then
 */
export async function recordDocument(
  store: Store,
  file: Pick<ImportedFile, "readFrom"> & {
    readonly name: string;
    readonly index: number;
    /** As the file was before it was read, where it holds this document only; else its bytes are hashed again. */
    readonly identity?: FileIdentity | null;
  },
  document: ImportedDocument,
  place: ImportPlace,
  group: ImportGroup | null = null,
): Promise<RecordedDocument> {
  const { facts } = document;
  const { draft, source } = describe(facts, file.name, place);
  const taken =
    document.taken instanceof EarlyRecording && document.taken.fits(draft) ? document.taken : null;
  const begun = taken?.begun ?? store.beginImport(draft, source);
  if (begun.import === null) return { run: begun.known, isKnown: true, counts: null };
  const keeping = taken?.keeping ?? keep(store, file, facts);
  try {
    const counts = taken?.counts ?? (await takeHosts(document, begun.import));
    if (group === null) {
      const failed = await keeping.end;
      if (failed !== null) throw failed;
    } else group.begin(keeping);
    taken?.finish();
    const { alive, open, doubts } = counts;
    const end = { disbelieved: doubts.places(), ...endOf(facts), addressCount: draft.addressCount };
    const run = begun.import.end(end);
    return begun.import.wasKnown()
      ? { run, isKnown: true, counts: null }
      : { run, isKnown: false, counts: { alive, open } };
  } catch (error) {
    begun.import.abandon();
    taken?.finish();
    keeping.stop();
    await keeping.end;
    if (error instanceof Unreadable) return { run: null, why: error.message };
    throw error;
  }
}

/**
 * Begins to take a document whose end is not known yet; `recordDocument` ends it.
 * @returns null where the same bytes were imported before at this place
 */
export function recordEarly(
  store: ImportStore,
  name: string,
  begun: BegunDocument,
  place: ImportPlace,
): HostTaker | null {
  const { draft, source } = describe({ ...begun, hosts: 0 }, name, place);
  const begunImport = store.beginImport(draft, source);
  if (begunImport.import === null) return null;
  const { readFrom, sha256, bytes } = begun;
  const keeping = keep(store, { readFrom, index: 0, identity: begun.identity }, { sha256, bytes });
  return new EarlyRecording(draft, begunImport, keeping);
}

class EarlyRecording implements HostTaker {
  readonly counts: Counts = { alive: 0, open: 0, doubts: new DisbeliefTally() };
  readonly begun: BegunImport & { readonly known: null };
  readonly keeping: Keeping;
  readonly #draft: RunDraft;
  #isOver = false;

  constructor(draft: RunDraft, begun: BegunImport & { readonly known: null }, keeping: Keeping) {
    this.#draft = draft;
    this.begun = begun;
    this.keeping = keeping;
  }

  add(chunk: HostChunk, part: number): void {
    takeChunk(chunk, part, this.begun.import, this.counts);
  }

  /** Whether what is known of the document now is what was told of it then. */
  fits(draft: RunDraft): boolean {
    return (
      JSON.stringify({ ...draft, addressCount: 0 }) === JSON.stringify({ ...this.#draft, addressCount: 0 })
    );
  }

  /** From here on `recordDocument` has it. */
  finish(): void {
    this.#isOver = true;
  }

  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.begun.import.abandon();
    this.keeping.stop();
  }
}

/** Beside the reading: packing takes a thread of its own. */
function keep(
  store: ImportStore,
  {
    readFrom,
    index,
    identity,
  }: { readonly readFrom: string; readonly index: number; readonly identity?: FileIdentity | null },
  { sha256, bytes }: Pick<DocumentFacts, "sha256" | "bytes">,
): Keeping {
  const source = documentBytes(readFrom, { index, sha256, bytes, identity: identity ?? null });
  const end = store.keepXmlFrom(sha256, source).then(
    () => null,
    (error: Error) => error,
  );
  return { end, stop: () => source.destroy() };
}

interface Counts {
  alive: number;
  open: number;
  readonly doubts: DisbeliefTally;
}

async function takeHosts(document: ImportedDocument, into: Import): Promise<Counts> {
  const counts: Counts = { alive: 0, open: 0, doubts: new DisbeliefTally() };
  for await (const chunk of readable(document.hosts())) takeChunk(chunk, 0, into, counts);
  return counts;
}

function takeChunk({ staged, hosts, doubts }: HostChunk, part: number, into: Import, counts: Counts): void {
  const chunk = staged ?? stageHosts(hosts.map(({ observation }) => observation));
  into.add(chunk, part);
  counts.doubts.add(doubts);
  counts.alive += chunk.alive;
  counts.open += chunk.open;
}

/** What the taker throws does not come by here. */
async function* readable<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof PortreeveError) || error.code !== "failed") throw error;
    throw new Unreadable(error);
  }
}

function describe(
  { run, sha256, bytes, hosts }: Pick<DocumentFacts, "run" | "sha256" | "bytes" | "hosts">,
  name: string,
  place: ImportPlace,
): { readonly draft: RunDraft; readonly source: ImportFile } {
  if (run === null) throw new RangeError("a document without a run is not recorded");
  const source: ImportFile = {
    name,
    hash: sha256,
    bytes,
    scanner: `${run.scanner} ${run.version}`.trim(),
    args: run.args,
    dated: whyUndated(run) === null,
  };
  const { note } = run;
  const draft = {
    source: "import" as const,
    ...place,
    audit: place.audit ?? note?.audit ?? null,
    ...(run.startedAt === null ? {} : { startedAt: run.startedAt }),
    method: run.method,
    ports: run.ports,
    targets: run.targets,
    exclusions: note?.exclusions ?? [],
    addressCount: note?.addressCount ?? hosts,
    rate: note?.rate ?? 0,
    nmapVersion: note?.nmapVersion ?? run.version,
    sources: note?.sources ?? [],
    profileHash: null,
  };
  return { draft, source };
}

function endOf({ grade, run, scan, warnings }: DocumentFacts) {
  const note = scan?.isNoted ? (run?.note ?? null) : null;
  if (note !== null) {
    const isGoingOn = note.outcome === "running";
    const undated = whyUndated(run);
    return {
      outcome: isGoingOn || undated !== null ? ("partial" as const) : note.outcome,
      why: isGoingOn ? whyIncomplete(note) : (undated ?? note.why),
      endedAt: note.endedAt ?? note.startedAt,
      coverage: null,
      cellsDue: null,
      cellsCovered: null,
      warnings: [...warnings],
      recall: note.recall ?? null,
      silenced: note.silenced ?? [],
      disbelieved: note.disbelieved ?? [],
    };
  }
  const reasons = [grade.grade === "complete" ? null : grade.why, whyUndated(run)].filter(
    (why) => why !== null,
  );
  return {
    outcome: reasons.length === 0 ? ("complete" as const) : ("partial" as const),
    why: reasons.length === 0 ? null : reasons.join("; "),
    endedAt: Math.max(run?.endedAt ?? 0, run?.startedAt ?? 0) || Date.now(),
    coverage: null,
    cellsDue: null,
    cellsCovered: null,
    warnings: [...warnings],
  };
}
