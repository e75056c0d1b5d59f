import type { Database, Statement } from "better-sqlite3";
import { PortreeveError } from "../facts/error.js";
import type { Service } from "../facts/observation.js";
import type { Instant } from "../facts/run.js";
import { explained } from "./explainFault.js";
import { flushTracks, type PackMemory } from "./hostPack.js";
import type { RunCoverage } from "./runCoverage.js";
import { defineSpanViews } from "./spanViews.js";
import { isBusy, PATIENCE, writeWith } from "./transaction.js";

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
  /** Tables of values to which the last one that was asked for was new. */
  readonly growing: Set<string>;
  /** Packed spans of the host in hand. */
  readonly packs: PackMemory;
  /** Coverage of runs that have ended. */
  readonly coverage: Map<number, RunCoverage>;
  /** One transaction under the write lock; all its rows or none. */
  write<T>(work: () => T): T;
  /** One snapshot for several reads. */
  read<T>(work: () => T): T;
  /** What was rolled back has no id any more. */
  forget(): void;
}

export function impatient(error: unknown, path: string, patience: number): PortreeveError {
  return new PortreeveError(
    "locked",
    `another process is writing to ${path} and did not finish within ${patience / 1000} s`,
    { hint: "try again later; `portreeve runs` shows a run that is going on", cause: error },
  );
}

export function openLedger(
  database: Database,
  path: string,
  now: () => Instant,
  patience: number = PATIENCE,
): Ledger {
  const statements = new Map<string, Statement<unknown[], unknown>>();
  const arrays = new Map<string, Statement<unknown[], unknown>>();
  const columns = new Map<string, Statement<unknown[], number>>();
  const ids: Ledger["ids"] = new Map();
  const contents: Ledger["contents"] = new Map();
  const services: Ledger["services"] = new Map();
  const coverage: Ledger["coverage"] = new Map();
  const packs: PackMemory = { read: null, edited: null, all: null, added: [] };
  defineSpanViews(database);
  const ledger: Ledger = {
    database,
    path,
    now,
    ids,
    contents,
    services,
    growing: new Set(),
    packs,
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
          const all = (): ReturnType<typeof work> => {
            const done = work();
            flushTracks(ledger);
            packs.added = [];
            return done;
          };
          return writeWith(database, all, patience);
        } catch (error) {
          ledger.forget();
          throw isBusy(error) ? impatient(error, path, patience) : error;
        }
      });
    },
    forget() {
      for (const memory of [ids, contents, services, coverage]) memory.clear();
      packs.read = null;
      packs.edited = null;
      packs.all = null;
      packs.added = [];
    },
    read(work) {
      return explained(path, () => (database.inTransaction ? work() : database.transaction(work).deferred()));
    },
  };
  return ledger;
}
