import type { Database, Statement } from "better-sqlite3";
import type { Service } from "../facts/observation.js";
import type { Instant } from "../facts/run.js";
import { explained } from "./explainFault.js";
import type { RunCoverage } from "./runCoverage.js";
import { writeWith } from "./transaction.js";

/** An open database with what is remembered of it: what every file of this room works on. */
export interface Ledger {
  readonly database: Database;
  readonly path: string;
  readonly now: () => Instant;
  /** A prepared statement; each text is compiled once. Rows come as the caller says they are: the schema is ours. */
  sql<Row>(text: string): Statement<unknown[], Row>;
  /** The same with rows as arrays, which are cheaper where there are many. */
  rows<Row extends unknown[]>(text: string): Statement<unknown[], Row>;
  /** The same for one column of numbers. */
  numbers(text: string): Statement<unknown[], number>;
  /** Id by content and content by id of each table of values. Content never changes, so it is remembered for good. */
  readonly ids: Map<string, Map<string, number>>;
  readonly contents: Map<string, Map<number, unknown>>;
  /** Ids of services by their object (see `sharedService`), which is quicker than by their text. */
  readonly services: Map<Service, number>;
  /** Coverage of runs that have ended. */
  readonly coverage: Map<number, RunCoverage>;
  /** One transaction under the write lock; all its rows or none. */
  write<T>(work: () => T): T;
  /** One snapshot for several reads. */
  read<T>(work: () => T): T;
}

export function openLedger(database: Database, path: string, now: () => Instant, patience?: number): Ledger {
  const statements = new Map<string, Statement<unknown[], unknown>>();
  const arrays = new Map<string, Statement<unknown[], unknown>>();
  const columns = new Map<string, Statement<unknown[], number>>();
  const ids: Ledger["ids"] = new Map();
  const contents: Ledger["contents"] = new Map();
  const services: Ledger["services"] = new Map();
  const coverage: Ledger["coverage"] = new Map();
  return {
    database,
    path,
    now,
    ids,
    contents,
    services,
    coverage,
    sql<Row>(text: string) {
      const known = statements.get(text);
      if (known !== undefined) return known as Statement<unknown[], Row>;
      const statement = database.prepare<unknown[], Row>(text);
      statements.set(text, statement as Statement<unknown[], unknown>);
      return statement;
    },
    rows<Row extends unknown[]>(text: string) {
      const known = arrays.get(text);
      if (known !== undefined) return known as Statement<unknown[], Row>;
      const statement = database.prepare<unknown[], Row>(text).raw();
      arrays.set(text, statement as Statement<unknown[], unknown>);
      return statement;
    },
    numbers(text) {
      const known = columns.get(text);
      if (known !== undefined) return known;
      const statement = database.prepare<unknown[], number>(text).pluck();
      columns.set(text, statement);
      return statement;
    },
    write(work) {
      return explained(path, () => {
        try {
          return writeWith(database, work, patience);
        } catch (error) {
          // What was rolled back has no id any more.
          ids.clear();
          contents.clear();
          services.clear();
          coverage.clear();
          throw error;
        }
      });
    },
    read(work) {
      return explained(path, () => (database.inTransaction ? work() : database.transaction(work).deferred()));
    },
  };
}
