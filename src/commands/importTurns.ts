/** The files of an import in their turn: told at once where each is one for itself, else when their group is committed. */
import { PortreeveError } from "../facts/error.js";
import type { ImportedDocument, ImportedFile } from "../ingest/importFiles.js";
import { ImportGroup } from "../ingest/importGroup.js";
import type { ImportRow } from "../report/importRows.js";
import type { Store } from "../store/store.js";

/** Milliseconds after which nobody is kept waiting for the next file. */
const LATE = 50;
/** Lines of files that were known, too: they are told without a commit. */
const MOST_WAITING = 16;

export interface TurnOptions {
  /** Takes one scan; in a group, where one is given. */
  readonly take: (
    file: ImportedFile,
    document: ImportedDocument,
    index: number,
    group: ImportGroup | null,
  ) => Promise<ImportRow>;
  /** Reads a file again, for itself. */
  readonly again: (path: string) => AsyncIterable<ImportedFile>;
  readonly tell: (row: ImportRow) => void;
  /** Where small files go; null where nothing is written, or there is one only. */
  readonly store: () => Store | null;
}

export class ImportTurns {
  readonly #options: TurnOptions;
  readonly #waiting: { readonly row: ImportRow; readonly path: string }[] = [];
  #group: ImportGroup | null = null;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Takes all of them. Whatever it throws: what was told is in the store, and nothing else. */
  async takeAll(files: AsyncIterable<ImportedFile>): Promise<void> {
    const iterator = files[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = iterator.next();
        if (this.#waiting.length > 0 && (await isLate(next))) await this.#commit();
        const { done, value } = await next;
        if (done === true) break;
        await this.#takeFile(value);
      }
      await this.#commit();
    } catch (error) {
      // One that was stopped, or could not be taken: those before it were.
      await this.#commit().catch((second) => {
        throw isInterrupted(error) ? second : error;
      });
      throw error;
    } finally {
      this.#group?.drop();
      await iterator.return?.();
    }
  }

  async #takeFile(file: ImportedFile): Promise<void> {
    for (const [index, document] of file.documents.entries()) {
      const group = this.#groupFor(file, document);
      // What is taken alone is in the store at once: those before it are told first.
      if (group === null) await this.#commit();
      const row = await this.#options.take(file, document, index, group);
      this.#waiting.push({ row, path: file.path });
      if (group === null || group.isFull || this.#waiting.length >= MOST_WAITING) await this.#commit();
    }
  }

  #groupFor({ path }: ImportedFile, { facts, taken }: ImportedDocument): ImportGroup | null {
    // A large one takes long, and has the store for itself; a stream cannot be read again; a refused one opens no store.
    if (taken !== null || path === "-" || facts.grade.grade === "refused" || facts.run === null) return null;
    const store = this.#options.store();
    if (store !== null) this.#group ??= new ImportGroup(store);
    return this.#group;
  }

  async #commit(): Promise<void> {
    const waiting = this.#waiting.splice(0);
    const isIn = (await this.#group?.end()) ?? true;
    if (isIn) for (const { row } of waiting) this.#options.tell(row);
    else for (const path of new Set(waiting.map((each) => each.path))) await this.#takeAgain(path);
  }

  /** The XML of one of a group could not be kept: each tells for itself. */
  async #takeAgain(path: string): Promise<void> {
    for await (const file of this.#options.again(path)) {
      for (const [index, document] of file.documents.entries())
        this.#options.tell(await this.#options.take(file, document, index, null));
    }
  }
}

function isInterrupted(error: unknown): boolean {
  return error instanceof PortreeveError && error.code === "interrupted";
}

async function isLate(next: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), LATE);
  });
  const isHere = next.then(
    () => false,
    () => false,
  );
  const isOver = await Promise.race([isHere, late]);
  clearTimeout(timer);
  return isOver;
}
