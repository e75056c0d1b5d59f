/**
 * Small files that are committed together: a commit waits for the disk longer than a file takes to be recorded, and
 * while it is recorded the XML of those before it is packed.
 */
import type { Store } from "../store/store.js";

/** The XML on its way to where it is kept. */
export interface Keeping {
  /** What went wrong, when it is over. */
  readonly end: Promise<Error | null>;
  stop(): void;
}

/** Files, and milliseconds, for which the write lock is held: a live run may wait for it. */
const MOST_FILES = 16;
const LONGEST = 250;

export class ImportGroup {
  readonly #store: Pick<Store, "groupImports" | "commitImports" | "dropImports">;
  readonly #keepings: Keeping[] = [];
  #beganAt: number | null = null;

  constructor(store: Pick<Store, "groupImports" | "commitImports" | "dropImports">) {
    this.#store = store;
  }

  get isFull(): boolean {
    const age = this.#beganAt === null ? 0 : performance.now() - this.#beganAt;
    return this.#keepings.length >= MOST_FILES || age >= LONGEST;
  }

  /** A file is about to be recorded. @throws PortreeveError `locked` where another writer does not end */
  begin(keeping: Keeping): void {
    if (this.#beganAt === null) this.#store.groupImports();
    this.#beganAt ??= performance.now();
    this.#keepings.push(keeping);
  }

  /**
   * Commits what was recorded, once its XML is kept.
   * @returns false where that of one could not be: then none of them is in the store
   * @throws PortreeveError `failed` where the disk is full; none of them is in the store then
   */
  async end(): Promise<boolean> {
    if (this.#beganAt === null) return true;
    this.#beganAt = null;
    const failures = await Promise.all(this.#keepings.splice(0).map(({ end }) => end));
    const isKept = failures.every((failure) => failure === null);
    if (isKept) this.#store.commitImports();
    else this.#store.dropImports();
    return isKept;
  }

  /** After an error: nothing that was not committed stays. */
  drop(): void {
    if (this.#beganAt === null) return;
    this.#beganAt = null;
    for (const keeping of this.#keepings.splice(0)) keeping.stop();
    this.#store.dropImports();
  }
}
