/** Files of nmap's XML, and of who writes the same form, as runs and observations: the way in of `portreeve import`. */
import type { Readable } from "node:stream";
import { PortreeveError } from "../facts/error.js";
import type { DocumentFacts } from "./documentFacts.js";
import { type HostTaker, readEarly, type TakeEarly } from "./earlyReading.js";
import { type FileIdentity, identityOf } from "./fileIdentity.js";
import { FileReading } from "./fileReading.js";
import type { Form, HostChunk } from "./hostSink.js";
import { ReaderThreads, SMALL_LIMITS } from "./readerThreads.js";
import { isPipe, openOnce, type Spooled, spool } from "./spool.js";

export interface ImportOptions {
  /** Reader threads; 0 reads in this one. Without it one: more would only wait for the one that stores. */
  readonly threads?: number;
  /** Ends everything: `interrupted` is thrown then. */
  readonly signal?: AbortSignal;
  /** Takes the hosts of a large file while it is read, before it is known whether they count. */
  readonly early?: TakeEarly;
  /** Bytes from which a file counts as large; what is usual suits everybody but tests. */
  readonly largeFrom?: number;
  /** Whether hosts come staged (usual), or as observations. */
  readonly form?: Form;
  /** Folder for what cannot be read twice (a stream, a pipe): the system's, unless told. */
  readonly spoolFolder?: string;
}

/** One scan in a file: nearly always the only one (`splitDocuments.ts`). */
export interface ImportedDocument {
  readonly facts: DocumentFacts;
  /**
   * Its hosts, each address once; none where refused. At most once, documents in their order, and before
   * the next file is asked for; left alone, the file is read no further.
   * @throws PortreeveError `failed` where reading fails in the middle, `interrupted`: nothing of it may be kept then
   */
  hosts(): AsyncGenerator<HostChunk>;
  /** Who has all of its hosts already (`ImportOptions.early`), to be ended or abandoned; else null. */
  readonly taken: HostTaker | null;
}

export interface ImportedFile {
  /** As it was given; `-` for a stream. */
  readonly path: string;
  /** Where its bytes lie, until the next file is asked for. */
  readonly readFrom: string;
  /** As it was before it was read; null for what is no plain file. */
  readonly identity: FileIdentity | null;
  readonly documents: readonly ImportedDocument[];
}

/** A path, or what comes from standard input. */
export type Source = string | Readable;

/** Below this a second thread takes longer to start than it saves. */
const LARGE = 8 * 1024 * 1024;
/** Bytes of hosts that wait here until their file is known: those of a file of 200 MB. */
const MOST_UNTAKEN = 16 * 1024 * 1024;
/** Measured on two cores: a second one makes a folder slower (3.4 s for 3.2) and one large file hardly faster, with 45 MB more. */
const USUAL_THREADS = 1;
/** A thread has the next file at hand while the one before is recorded, or it would wait for that. */
const FILES_A_THREAD = 3;

/** A file that can be read again and again. */
interface FoundFile {
  readonly path: string;
  readonly readFrom: string;
  readonly identity: FileIdentity | null;
  readonly isLarge: boolean;
  readonly spooled: Spooled | null;
}

interface OpenFile extends FoundFile {
  readonly thread: number;
  /** Null for one that is read when it is its turn, by all threads. */
  readonly reading: FileReading | null;
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
  const { signal, form = "staged" } = options;
  const count = options.threads ?? USUAL_THREADS;
  const threads = new ReaderThreads(count);
  const earlyThreads = new ReaderThreads(count, SMALL_LIMITS);
  const atOnce = Math.max(1, threads.count * FILES_A_THREAD);
  const opened: OpenFile[] = [];
  const interrupt = () => {
    for (const { reading } of opened) reading?.fail(interrupted());
  };
  signal?.addEventListener("abort", interrupt);
  try {
    let next = 0;
    while (next < sources.length || opened.length > 0) {
      while (next < sources.length && opened.length < atOnce && opened.at(-1)?.reading !== null) {
        if (signal?.aborted) throw interrupted();
        const found = await findFile(sources[next] as Source, options);
        const isEarly = found.isLarge && options.early !== undefined;
        const thread = next % Math.max(1, threads.count);
        const isOneOfMany = sources.length > 1 && !found.isLarge;
        const reading = isEarly ? null : read(threads, thread, found, form, isOneOfMany);
        opened.push({ ...found, thread, reading });
        next += 1;
      }
      const [file] = opened;
      if (file === undefined) break;
      const early = file.reading === null ? await takeEarly(earlyThreads, threads, file, options) : null;
      if (early !== null) {
        // What is recorded now takes memory, too.
        const isTaken = early.documents.every(({ taken }) => taken !== null);
        if (next === sources.length && isTaken) await earlyThreads.end();
        try {
          yield early;
        } finally {
          // Where nobody has ended it.
          for (const { taken } of early.documents) taken?.abandon();
        }
        opened.shift();
        await closeFile(file);
        continue;
      }
      const reading = file.reading ?? read(threads, file.thread, file, form, false);
      opened[0] = { ...file, reading };
      const idle = idleThread(threads.count, opened);
      if (file.isLarge && idle !== null) reading.survey(idle);
      yield await describeFile(file, reading);
      opened.shift();
      await closeFile({ ...file, reading });
    }
  } finally {
    signal?.removeEventListener("abort", interrupt);
    await Promise.all([threads.end(), earlyThreads.end()]);
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

async function findFile(
  source: Source,
  { spoolFolder, signal, largeFrom = LARGE }: ImportOptions,
): Promise<FoundFile> {
  const path = typeof source === "string" ? source : "-";
  const stream =
    typeof source === "string" ? ((await isPipe(source)) ? await openOnce(source) : null) : source;
  const spooled = stream === null ? null : await spool(stream, spoolFolder, signal);
  const readFrom = spooled?.path ?? path;
  const identity = await identityOf(readFrom);
  return { path, readFrom, identity, isLarge: (identity?.size ?? 0) > largeFrom, spooled };
}

function read(
  threads: ReaderThreads,
  thread: number,
  { path, readFrom }: FoundFile,
  form: Form,
  isOneOfMany: boolean,
): FileReading {
  return new FileReading(threads, thread, path, readFrom, { form, mostUntaken: MOST_UNTAKEN, isOneOfMany });
}

/** Null where it has to be read in the usual way. */
async function takeEarly(
  earlyThreads: ReaderThreads,
  threads: ReaderThreads,
  file: FoundFile,
  { early, signal, form = "staged" }: ImportOptions,
): Promise<ImportedFile | null> {
  if (early === undefined) return null;
  const { path, readFrom, identity } = file;
  const read = await readEarly(earlyThreads, file, { take: early, form, signal });
  if (read === null) return null;
  const { end, taken } = read;
  async function* hosts(): AsyncGenerator<HostChunk> {
    const limits = { form, mostUntaken: MOST_UNTAKEN, isOneOfMany: false };
    // The thread that read it once has room for it; where hosts wait for others of their address it takes more.
    const again = end.facts.repeated.length === 0 ? earlyThreads : threads;
    const reading = new FileReading(again, 0, path, readFrom, limits, [end]);
    try {
      yield* reading.hosts(0);
    } finally {
      reading.close();
    }
  }
  return { path, readFrom, identity, documents: [{ facts: end.facts, hosts, taken }] };
}

async function describeFile(file: FoundFile, reading: FileReading): Promise<ImportedFile> {
  const { path, readFrom, identity } = file;
  const ends = await reading.ends();
  const documents = ends.map(({ facts }, index) => {
    return { facts, hosts: () => reading.hosts(index), taken: null };
  });
  return { path, readFrom, identity, documents };
}

async function closeFile({ reading, spooled }: OpenFile): Promise<void> {
  reading?.close();
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
