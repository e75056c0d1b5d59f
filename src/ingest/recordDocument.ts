/** The way of a foreign scan into the store: all of it as one run, or nothing. */
import { PortreeveError } from "../facts/error.js";
import type { Run } from "../facts/run.js";
import { whyIncomplete } from "../nmap/scanFacts.js";
import type { Import, ImportFile } from "../store/imports.js";
import type { Store } from "../store/store.js";
import { documentBytes } from "./documentBytes.js";
import type { DocumentFacts } from "./documentFacts.js";
import type { ImportedDocument, ImportedFile } from "./importFiles.js";

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

/**
 * Takes the hosts of a document into the store and keeps its XML. A refused one is not for here.
 * @param name of the file for people
 * @throws PortreeveError as the store does, `interrupted` as the reader; nothing of the document is in the store then
 */
export async function recordDocument(
  store: Store,
  file: Pick<ImportedFile, "readFrom"> & { readonly name: string; readonly index: number },
  document: ImportedDocument,
  place: ImportPlace,
): Promise<RecordedDocument> {
  const { facts } = document;
  const { draft, source } = describe(facts, file.name, place);
  const begun = store.beginImport(draft, source);
  if (begun.import === null) return { run: begun.known, isKnown: true, counts: null };
  const bytes = documentBytes(file.readFrom, file.index, facts.sha256);
  // Beside the reading: packing takes a thread of its own as long as reading does.
  const keeping = store.keepXmlFrom(facts.sha256, bytes).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  try {
    const counts = await takeHosts(document, begun.import);
    const failed = await keeping;
    if (failed !== null) throw bytes.errored === null ? failed.error : new Unreadable(bytes.errored);
    return { run: begun.import.end(endOf(facts)), isKnown: false, counts };
  } catch (error) {
    begun.import.abandon();
    bytes.destroy();
    await keeping;
    if (error instanceof Unreadable) return { run: null, why: error.message };
    throw error;
  }
}

/** The file's fault, not the store's: other files may go on. */
class Unreadable extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

async function takeHosts(document: ImportedDocument, into: Import) {
  const counts = { alive: 0, open: 0 };
  for await (const batch of readable(document.hosts())) {
    into.add(batch.map(({ observation }) => observation));
    for (const { observation } of batch) {
      if (observation.presence === "alive") counts.alive += 1;
      counts.open += observation.cells.length;
    }
  }
  return counts;
}

/** What the taker throws does not come by here. */
async function* readable<T>(batches: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof PortreeveError) || error.code !== "failed") throw error;
    throw new Unreadable(error);
  }
}

function describe({ run, sha256, bytes, hosts }: DocumentFacts, name: string, place: ImportPlace) {
  if (run === null) throw new RangeError("a document without a run is not recorded");
  const isDated = run.startedAt !== null;
  const source: ImportFile = {
    name,
    hash: sha256,
    bytes,
    scanner: `${run.scanner} ${run.version}`.trim(),
    args: run.args,
    dated: isDated,
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
    return {
      outcome: isGoingOn ? ("partial" as const) : note.outcome,
      why: isGoingOn ? whyIncomplete(note) : note.why,
      endedAt: note.endedAt ?? note.startedAt,
      coverage: null,
      cellsDue: null,
      cellsCovered: null,
      warnings: [...warnings],
    };
  }
  const why = grade.grade === "complete" ? null : grade.why;
  const isDated = run?.startedAt != null;
  return {
    outcome: grade.grade === "complete" && isDated ? ("complete" as const) : ("partial" as const),
    why: isDated ? why : why === null ? UNDATED : `${why}; ${UNDATED}`,
    endedAt: Math.max(run?.endedAt ?? 0, run?.startedAt ?? 0) || Date.now(),
    coverage: null,
    cellsDue: null,
    cellsCovered: null,
    warnings: [...warnings],
  };
}
