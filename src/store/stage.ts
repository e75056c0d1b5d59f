import type { Database } from "better-sqlite3";
import type { Address } from "../facts/address.js";
import type { StagedChunk } from "./stagedHosts.js";
import { type PageNames, REPLACED } from "./stagedRow.js";

/** Hosts of a file until it has ended. */
export interface Stage {
  /**
   * A host that is named again replaces what was said of it.
   * @param part each part of a file has names of its own
   */
  add(chunk: StagedChunk, part?: number): void;
  /** From the last to the first: of a host that several pages name the first that comes holds. */
  pages(): Iterable<readonly [words: Int32Array, names: PageNames]>;
  close(): void;
}

/** Bytes that are held in memory: those of a file of 150 MB. More goes to a temporary file, page by page. */
const MOST_HELD = 16 * 1024 * 1024;
let stages = 0;

/** @param mostHeld bytes, for tests */
export function openStage(database: Database, mostHeld = MOST_HELD): Stage {
  stages += 1;
  const table = `temp.stage_${stages}`;
  /** Pages in the order in which they were begun: one that is written down has its number there. */
  let pages: (Page | number)[] = [];
  const going = new Map<number, Page>();
  let held = 0;
  let written = 0;
  const write = (page: Page): void => {
    if (written === 0)
      database.exec(
        `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, names TEXT NOT NULL, words BLOB NOT NULL)`,
      );
    const [words, names] = page.whole();
    database
      .prepare(`INSERT INTO ${table} (names, words) VALUES (?, ?)`)
      .run(JSON.stringify(names), Buffer.from(words.buffer, words.byteOffset, words.byteLength));
    written += 1;
    held -= page.size;
    pages[pages.indexOf(page)] = written;
  };
  return {
    add(chunk, part = 0) {
      let page = going.get(part);
      if (page === undefined || chunk.isFresh) {
        page = new Page();
        pages.push(page);
        going.set(part, page);
      }
      page.add(chunk);
      held += chunk.size;
      if (held <= mostHeld) return;
      const growing = new Set(going.values());
      for (const each of [...pages]) if (each instanceof Page && !growing.has(each)) write(each);
    },
    *pages() {
      const read =
        written === 0
          ? null
          : database.prepare<[number], { names: string; words: Buffer }>(
              `SELECT names, words FROM ${table} WHERE id = ?`,
            );
      for (const page of [...pages].reverse()) {
        if (page instanceof Page) {
          yield page.whole();
          continue;
        }
        const row = read?.get(page);
        if (row === undefined) throw new Error(`the temporary file lost page ${page}`);
        // Words stand at multiples of four, which a row's bytes need not.
        const bytes = new Uint8Array(row.words);
        yield [new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), JSON.parse(row.names)];
      }
    },
    close() {
      pages = [];
      going.clear();
      if (written > 0) database.exec(`DROP TABLE ${table}`);
      written = 0;
    },
  };
}

/** The chunks whose names count on. */
class Page {
  readonly #chunks: Int32Array[] = [];
  readonly #names: PageNames = { addresses: [], starts: [], values: [], services: [], texts: [], sets: [] };
  readonly #hosts = new Map<Address, readonly [chunk: Int32Array, at: number]>();
  #length = 0;
  size = 0;

  add({ words, names, size }: StagedChunk): void {
    for (const [index, address] of names.addresses.entries()) {
      const at = names.starts[index] ?? 0;
      const known = this.#hosts.get(address);
      if (known !== undefined) known[0][known[1]] = REPLACED;
      this.#hosts.set(address, [words, at]);
      this.#names.addresses.push(address);
      this.#names.starts.push(this.#length + at);
    }
    for (const list of ["values", "services", "texts", "sets"] as const)
      for (const name of names[list]) (this.#names[list] as unknown[]).push(name);
    this.#chunks.push(words);
    this.#length += words.length;
    this.size += size;
  }

  whole(): readonly [words: Int32Array, names: PageNames] {
    const [only] = this.#chunks;
    if (only !== undefined && this.#chunks.length === 1) return [only, this.#names];
    const words = new Int32Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      words.set(chunk, at);
      at += chunk.length;
    }
    return [words, this.#names];
  }
}
