import Sqlite from "better-sqlite3";
import { PortreeveError } from "../../facts/error.js";
import type { Ledger } from "../ledger.js";
import { fillViews, VIEWS } from "./fillViews.js";

export interface SqlAnswer {
  /** Each name once. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What a question may begin with: everything else changes something, or reaches for other files. */
const QUESTIONS = /^(select|with|values|explain)\b/i;

/**
 * Answers one SELECT over the `v1_` tables, in a database of its own in memory: the store's file is not open to it at
 * all, and its own is read-only. Only the tables it names are made.
 * @throws PortreeveError `usage` with SQLite's own words where the statement is none, several, or more than a question
 */
export function askSql(ledger: Ledger, sql: string): SqlAnswer {
  const text = withoutComments(sql);
  if (!QUESTIONS.test(text)) {
    throw refused("only one SELECT is answered: nothing can be written, attached or set");
  }
  const named = VIEWS.filter(({ name }) => new RegExp(`\\b${name}\\b`, "i").test(sql));
  const wanted = /sqlite_|pragma_/i.test(sql) ? VIEWS : named;
  const memory = new Sqlite(":memory:");
  try {
    fillViews(ledger, memory, wanted);
    memory.pragma("query_only = ON");
    memory.pragma("trusted_schema = OFF");
    return answer(memory, sql);
  } catch (error) {
    if (error instanceof PortreeveError) throw error;
    throw refused(error instanceof Error ? error.message : String(error), error);
  } finally {
    memory.close();
  }
}

function answer(memory: Sqlite.Database, sql: string): SqlAnswer {
  const statement = memory.prepare<unknown[], unknown[]>(sql);
  if (!statement.reader || !statement.readonly) throw refused("only one SELECT is answered: it would write");
  const names = new Map<string, number>();
  const columns = statement.columns().map(({ name }) => {
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
  const rows = statement.raw().safeIntegers().all();
  return { columns, rows: rows.map((row) => row.map(plainValue)) };
}

/** As every format can print it: a number that JavaScript cannot hold stays text, bytes become hex digits. */
function plainValue(value: unknown): string | number | null {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "string" || typeof value === "number") return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : null;
}

/** Blanks and comments before the first word. */
function withoutComments(sql: string): string {
  let rest = sql.trimStart();
  for (;;) {
    const comment = /^(--[^\n]*(\n|$)|\/\*[\s\S]*?(\*\/|$))/.exec(rest)?.[0];
    if (comment === undefined) return rest;
    rest = rest.slice(comment.length).trimStart();
  }
}

function refused(message: string, cause?: unknown): PortreeveError {
  return new PortreeveError("usage", `SQL: ${message}`, {
    hint: `tables: ${VIEWS.map(({ name }) => name).join(", ")} (docs/sql.md)`,
    cause,
  });
}
