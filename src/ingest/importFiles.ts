/** Files of nmap's XML, and of who writes the same form, as runs and observations: the way in of `portreeve import`. */
import { createReadStream } from "node:fs";
import { availableParallelism } from "node:os";
import type { Readable } from "node:stream";
import { PortreeveError } from "../facts/error.js";
import type { DocumentFacts } from "./documentFacts.js";
import { FileReading } from "./fileReading.js";
import type { ImportedHost } from "./hostBatch.js";
import { ReaderThreads } from "./readerThreads.js";
import { isPipe, type Spooled, sizeOfFile, spool } from "./spool.js";

export interface ImportOptions {
  /** Reader threads; 0 reads in this one. Without it two at most: more would only wait for the one that stores. */
  readonly threads?: number;
  /** Ends everything: `interrupted` is thrown then. */
  readonly signal?: AbortSignal;
  /** Folder for what cannot be read twice (a stream, a pipe): the system's, unless told. */
  readonly spoolFolder?: string;
}

/** One scan in a file: nearly always the only one (`splitDocuments.ts`). */
export interface ImportedDocument {
  readonly facts: DocumentFacts;
  /**
   * Its hosts, each address once, in batches; none where refused. At most once, documents in their order, and before
   * the next file is asked for; left alone, the file is read no further.
   * @throws PortreeveError `failed` where reading fails in the middle, `interrupted`: nothing of it may be kept then
   */
  hosts(): AsyncGenerator<readonly ImportedHost[]>;
}

export interface ImportedFile {
  /** As it was given; `-` for a stream. */
  readonly path: string;
  /** Where its bytes lie, until the next file is asked for. */
  readonly readFrom: string;
  readonly documents: readonly ImportedDocument[];
}

/** A path, or what comes from standard input. */
export type Source = string | Readable;

/** Below this a second thread takes longer to start than it saves. */
const LARGE = 8 * 1024 * 1024;
/** Characters of batches that wait here until their file is known: those of a file of 100 MB. */
const MOST_UNTAKEN = 16 * 1024 * 1024;
const MOST_THREADS = 2;

interface OpenFile {
  readonly path: string;
  readonly readFrom: string;
  readonly thread: number;
  readonly isLarge: boolean;
  readonly reading: FileReading;
  readonly spooled: Spooled | null;
}

/**
 * Reads files in threads of their own, and gives them in their order, one after the other. A file that cannot be read is
 * refused, with the reason, and the others go on.
 * @throws PortreeveError `interrupted` by the signal; `failed` where a stream cannot be spooled
 */
export async function* importFiles(
  sources: readonly Source[],
  options: ImportOptions = {},
): AsyncGenerator<ImportedFile> {
  const { signal } = options;
  const threads = new ReaderThreads(options.threads ?? Math.min(MOST_THREADS, availableParallelism()));
  const atOnce = Math.max(1, threads.count);
  const opened: OpenFile[] = [];
  const interrupt = () => {
    for (const { reading } of opened) reading.fail(interrupted());
  };
  signal?.addEventListener("abort", interrupt);
  try {
    let next = 0;
    while (next < sources.length || opened.length > 0) {
      while (next < sources.length && opened.length < atOnce) {
        if (signal?.aborted) throw interrupted();
        opened.push(
          await openFile(threads, next % atOnce, sources[next] as Source, sources.length > 1, options),
        );
        next += 1;
      }
      const [file] = opened;
      if (file === undefined) break;
      const idle = idleThread(threads.count, opened);
      if (file.isLarge && idle !== null) file.reading.survey(idle);
      yield await describeFile(file);
      opened.shift();
      await closeFile(file);
    }
  } finally {
    signal?.removeEventListener("abort", interrupt);
    await threads.end();
    await Promise.all(opened.map(closeFile));
  }
}

/** One file, given to `take`; what that returns is returned. @throws as `importFiles` */
export async function importFile<T>(
  source: Source,
  take: (file: ImportedFile) => Promise<T>,
  options: ImportOptions = {},
): Promise<T> {
  for await (const file of importFiles([source], options)) return await take(file);
  throw new Error("unreachable: one source makes one file");
}

async function openFile(
  threads: ReaderThreads,
  thread: number,
  source: Source,
  isOneOfMany: boolean,
  { spoolFolder, signal }: ImportOptions,
): Promise<OpenFile> {
  const path = typeof source === "string" ? source : "-";
  const stream =
    typeof source === "string" ? ((await isPipe(source)) ? createReadStream(source) : null) : source;
  const spooled = stream === null ? null : await spool(stream, spoolFolder, signal);
  const readFrom = spooled?.path ?? path;
  const isLarge = ((await sizeOfFile(readFrom)) ?? 0) > LARGE;
  const reading = new FileReading(threads, thread, path, readFrom, {
    mostUntaken: MOST_UNTAKEN,
    isOneOfMany: isOneOfMany && !isLarge,
  });
  return { path, readFrom, thread, isLarge, reading, spooled };
}

async function describeFile({ path, readFrom, reading }: OpenFile): Promise<ImportedFile> {
  const ends = await reading.ends();
  const documents = ends.map(({ facts }, index) => ({ facts, hosts: () => reading.hosts(index) }));
  return { path, readFrom, documents };
}

async function closeFile({ reading, spooled }: OpenFile): Promise<void> {
  reading.close();
  await spooled?.remove();
}

function idleThread(count: number, opened: readonly OpenFile[]): number | null {
  for (let thread = 0; thread < count; thread++) {
    if (opened.every((file) => file.thread !== thread)) return thread;
  }
  return null;
}

function interrupted(): PortreeveError {
  return new PortreeveError("interrupted", "the import was stopped");
}
