import type { Database } from "better-sqlite3";

/** One step of the schema. Steps are never edited once released: a new one follows. */
export interface Migration {
  /** 1, 2, …: the database's `user_version` after it. */
  readonly number: number;
  readonly title: string;
  readonly sql: string;
  /** What SQL cannot say, after it, in the same transaction. */
  readonly step?: (database: Database) => void;
}
