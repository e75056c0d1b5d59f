import type { Port } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import type { Key } from "../history/span.js";
import type { ChosenHost } from "./chosenHosts.js";
import type { Ledger } from "./ledger.js";

/**
 * Spans of a table that hold at a key, host by host and in the order of ports: one list for each column, for there may
 * be hundreds of thousands, and an array for each would cost more than reading them.
 */
export interface HeldSpans {
  readonly codes: Int32Array;
  readonly values: Int32Array;
  readonly froms: readonly Key[];
  readonly untils: readonly (Key | null)[];
  /** Where the host's spans begin and end (the end left out); null where it has none. */
  range(host: number): readonly [start: number, end: number] | null;
}

/** Up to so many hosts are asked for one by one; more are read with all others, in one pass. */
const ASKED_HOSTS = 200;
/** protoport has 18 bits, and a value's id mostly fewer than 15: so 2^20 hosts still give exact numbers. */
const CODES = 2 ** 18;
const VALUES = 2 ** 15;

export function heldSpans(
  ledger: Ledger,
  table: "span" | "service_span",
  vantage: number,
  key: Key,
  hosts: readonly ChosenHost[],
  { port, openOnly = false }: { readonly port?: Port; readonly openOnly?: boolean } = {},
): HeldSpans {
  const code = port === undefined ? [] : [cellCode(port.protocol, port.port)];
  // In a long history most ports that were open once are closed.
  const open = openOnly ? "AND value IN (SELECT id FROM value WHERE state = 'open')" : "";
  if (port !== undefined && hosts.length > ASKED_HOSTS) {
    // One port is on few hosts: they are found in one pass, and read one by one.
    const found = new Set(
      ledger.database
        .prepare<unknown[], number>(
          `SELECT host FROM ${table} WHERE vantage = ? AND protoport = ? AND from_key <= ?
             AND (until_key IS NULL OR until_key > ?) ${open}`,
        )
        .pluck()
        .all(vantage, ...code, key, key),
    );
    const few = hosts.filter(({ id }) => found.has(id));
    if (few.length <= ASKED_HOSTS) return heldSpans(ledger, table, vantage, key, few, { port, openOnly });
  }
  const isAsked = hosts.length <= ASKED_HOSTS;
  // The table is its own index in just the order wanted; asked for it, SQLite sorts all the same (a third of the time).
  let order = isAsked ? "ORDER BY protoport" : "";
  const column = <T>(what: string): T[] => {
    const statement = ledger.database
      .prepare<unknown[], T>(
        `SELECT ${what} FROM ${table} WHERE ${isAsked ? "host = ? AND " : ""}vantage = ?
           AND from_key <= ? AND (until_key IS NULL OR until_key > ?)
           ${port === undefined ? "" : "AND protoport = ?"} ${open} ${order}`,
      )
      .pluck();
    const values = [vantage, key, key, ...code];
    return isAsked ? hosts.flatMap(({ id }) => statement.all(id, ...values)) : statement.all(...values);
  };
  // One number for three columns: each pass over the table costs more than taking the number apart.
  const pack = `(host * ${CODES} + protoport) * ${VALUES} + min(value, ${VALUES - 1})`;
  let cells = column<number>(pack);
  if (!isAsked && !isAscending(cells)) {
    order = "ORDER BY host, vantage, protoport, from_key";
    cells = column<number>(pack);
  }
  const starts = new Map<number, number>();
  const ends = new Map<number, number>();
  const codes = new Int32Array(cells.length);
  let values = new Int32Array(cells.length);
  let isWhole = true;
  let last = -1;
  for (let index = 0; index < cells.length; index++) {
    const packed = cells[index] ?? 0;
    const value = packed % VALUES;
    const cell = (packed - value) / VALUES;
    const host = Math.floor(cell / CODES);
    values[index] = value;
    codes[index] = cell % CODES;
    if (value === VALUES - 1) isWhole = false;
    if (host === last) continue;
    if (last !== -1) ends.set(last, index);
    starts.set(host, index);
    last = host;
  }
  ends.set(last, cells.length);
  if (!isWhole) values = Int32Array.from(column<number>("value"));
  // Most questions need no service's beginning, and no span's end.
  let froms: Key[] | null = null;
  let untils: (Key | null)[] | null = null;
  return {
    codes,
    values,
    get froms() {
      froms ??= column<Key>("from_key");
      return froms;
    },
    get untils() {
      untils ??= column<Key | null>("until_key");
      return untils;
    },
    range(host) {
      const start = starts.get(host);
      return start === undefined ? null : [start, ends.get(host) ?? start];
    },
  };
}

function isAscending(numbers: readonly number[]): boolean {
  let last = -1;
  for (const number of numbers) {
    if (number <= last) return false;
    last = number;
  }
  return true;
}
