import type { Port } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import type { Key } from "../history/span.js";
import type { Ledger } from "./ledger.js";

/**
 * Spans of a table that hold at a key, host by host and in the order of ports: one list for each column, for there may
 * be hundreds of thousands, and an array for each would cost more than reading them.
 */
export interface HeldSpans {
  readonly codes: Int32Array;
  readonly values: Int32Array;
  readonly froms: Float64Array;
  /** `STILL_SO` where nothing contradicts it. */
  readonly untils: Float64Array;
  /** Where the host's spans begin and end (the end left out); null where it has none. */
  range(host: number): readonly [start: number, end: number] | null;
}

export const STILL_SO: Key = Number.POSITIVE_INFINITY;

export interface HeldFilter {
  readonly port?: Port;
  readonly openOnly?: boolean;
  /** Whether only codes and values are wanted. */
  readonly bare?: boolean;
}

/** protoport has 18 bits: with the id of a value it makes one number. */
const CODES = 2 ** 18;

/**
 * Each host's spans come from SQLite as one text of numbers: it is its own index in just the order wanted, and a text
 * costs a third of what the rows would.
 */
export function heldSpans(
  ledger: Ledger,
  table: "span" | "service_span",
  vantage: number,
  key: Key,
  hosts: readonly { readonly id: number }[],
  { port, openOnly = false, bare = false }: HeldFilter = {},
): HeldSpans {
  const conditions = ["vantage = ?", "from_key <= ?", "(until_key IS NULL OR until_key > ?)"];
  if (port !== undefined) conditions.push(`protoport = ${cellCode(port.protocol, port.port)}`);
  // In a long history most ports that were open once are closed.
  if (openOnly) conditions.push(`${table}.value IN (${openValues(ledger).join(", ")})`);
  const cell = `${table}.value * ${CODES} + protoport`;
  const text = bare ? cell : `(${cell}) || ',' || from_key || ',' || ifnull(until_key, '')`;
  const rows = ledger.database
    .prepare<unknown[], [host: number, spans: string | null]>(
      `SELECT asked.value, (
         SELECT group_concat(${text}, ';') FROM ${table} WHERE host = asked.value AND ${conditions.join(" AND ")}
       ) FROM json_each(?) AS asked`,
    )
    .raw()
    .all(vantage, key, key, JSON.stringify(hosts.map(({ id }) => id)));
  return readSpans(rows, bare);
}

/** The ids of values that are open: a few, for a value is one for each reason and guessed name. */
function openValues(ledger: Ledger): readonly number[] {
  return ledger.numbers("SELECT id FROM value WHERE state = 'open'").all();
}

function readSpans(rows: readonly [host: number, spans: string | null][], bare: boolean): HeldSpans {
  let room = 1024;
  let codes = new Int32Array(room);
  let values = new Int32Array(room);
  let froms = new Float64Array(bare ? 0 : room);
  let untils = new Float64Array(bare ? 0 : room);
  const ranges = new Map<number, readonly [number, number]>();
  let count = 0;
  for (const [host, text] of rows) {
    if (text === null) continue;
    const start = count;
    let field = 0;
    let number = 0;
    let isEmpty = true;
    for (let at = 0; at <= text.length; at++) {
      // Past the end: NaN, which ends the last number.
      const digit = text.charCodeAt(at) - 48;
      if (digit >= 0 && digit <= 9) {
        number = number * 10 + digit;
        isEmpty = false;
        continue;
      }
      if (field === 0) {
        if (count === room) {
          room *= 2;
          codes = grown(codes, new Int32Array(room));
          values = grown(values, new Int32Array(room));
          if (!bare) {
            froms = grown(froms, new Float64Array(room));
            untils = grown(untils, new Float64Array(room));
          }
        }
        const code = number % CODES;
        codes[count] = code;
        values[count] = (number - code) / CODES;
      } else if (field === 1) froms[count] = number;
      else untils[count] = isEmpty ? STILL_SO : number;
      number = 0;
      isEmpty = true;
      if (field < (bare ? 0 : 2)) field += 1;
      else {
        field = 0;
        count += 1;
      }
    }
    ranges.set(host, [start, count]);
  }
  return { codes, values, froms, untils, range: (host) => ranges.get(host) ?? null };
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
