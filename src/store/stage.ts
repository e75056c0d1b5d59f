import type { Database } from "better-sqlite3";
import type { HostObservation } from "../facts/observation.js";
import { StagedHosts } from "./stagedHosts.js";
import type { PageNames } from "./stagedRow.js";

/** Hosts of a file until it has ended. */
export interface Stage {
  /** A host that is named again replaces what was said of it. */
  add(hosts: readonly HostObservation[]): void;
  /** From the last to the first: of a host that several pages name the first that comes holds. */
  pages(): Iterable<readonly [words: Int32Array, names: PageNames]>;
  close(): void;
}

/** Bytes of a page: those of a file of 150 MB. More goes to a temporary file, page by page. */
const PAGE = 16 * 1024 * 1024;

let stages = 0;

/** @param pageSize bytes, for tests */
export function openStage(database: Database, pageSize = PAGE): Stage {
  stages += 1;
  const table = `temp.stage_${stages}`;
  let page = new StagedHosts();
  let written = 0;
  const write = (): void => {
    if (written === 0)
      database.exec(
        `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, names TEXT NOT NULL, words BLOB NOT NULL)`,
      );
    const { buffer, byteOffset, byteLength } = page.words;
    database
      .prepare(`INSERT INTO ${table} (names, words) VALUES (?, ?)`)
      .run(JSON.stringify(page.names), Buffer.from(buffer, byteOffset, byteLength));
    written += 1;
    page = new StagedHosts();
  };
  return {
    add(hosts) {
      for (const observation of hosts) page.add(observation);
      if (page.size >= pageSize) write();
    },
    *pages() {
      yield [page.words, page.names];
      if (written === 0) return;
      const read = database.prepare<[number], { names: string; words: Buffer }>(
        `SELECT names, words FROM ${table} WHERE id = ?`,
      );
      for (let id = written; id > 0; id--) {
        const row = read.get(id);
        if (row === undefined) throw new Error(`the temporary file lost page ${id}`);
        // Words stand at multiples of four, which a row's bytes need not.
        const bytes = new Uint8Array(row.words);
        yield [new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), JSON.parse(row.names)];
      }
    },
    close() {
      page = new StagedHosts();
      if (written > 0) database.exec(`DROP TABLE ${table}`);
      written = 0;
    },
  };
}
