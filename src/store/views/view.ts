/** What the published tables have in common: a contract for other people's SQL, which only grows. */
import type { Instant } from "../../facts/run.js";
import type { Ledger } from "../ledger.js";

export type SqlValue = string | number | null;

export interface ViewColumn {
  readonly name: string;
  readonly type: "TEXT" | "INTEGER" | "REAL";
  /** What it holds, for docs/sql.md. */
  readonly about: string;
}

export interface View {
  /** `v1_…`: a change that breaks a query gets another number. */
  readonly name: string;
  readonly about: string;
  readonly columns: readonly ViewColumn[];
  readonly indices: readonly (readonly string[])[];
  /** Hands out row by row, for there may be a million, in the order of the columns. Inside a read. */
  rows(ledger: Ledger, add: (row: readonly SqlValue[]) => void): void;
}

const known = new Map<Instant, string>();

/** `2026-11-25T01:14:00Z`: SQLite's date functions read it. Few moments are in many rows. */
export function utc(at: Instant | null): string | null {
  if (at === null) return null;
  const text = known.get(at) ?? new Date(at).toISOString().replace(".000Z", "Z");
  if (known.size < 100_000) known.set(at, text);
  return text;
}

const text = (name: string, about: string): ViewColumn => ({ name, type: "TEXT", about });
const integer = (name: string, about: string): ViewColumn => ({ name, type: "INTEGER", about });
const real = (name: string, about: string): ViewColumn => ({ name, type: "REAL", about });
export const column = { text, integer, real };

export const ADDRESS = text("address", "the address, as text");
export const PORT: readonly ViewColumn[] = [
  text("port", "the port with its protocol, such as `22/tcp`"),
  integer("port_number", "its number"),
  text("protocol", "`tcp`, `udp` or `sctp`"),
];
export const PLACE: readonly ViewColumn[] = [
  text("vantage", "where it was seen from"),
  text("realm", "which network the address is of, where addresses overlap"),
];

const ports = new Map<string, Map<number, readonly SqlValue[]>>();
const NO_PORT: readonly SqlValue[] = [null, null, null];

/** Few ports are in many rows. */
export function portCells(protocol: string | null, port: number | null): readonly SqlValue[] {
  if (protocol === null || port === null) return NO_PORT;
  let cells = ports.get(protocol);
  if (cells === undefined) {
    cells = new Map();
    ports.set(protocol, cells);
  }
  const known = cells.get(port) ?? [`${port}/${protocol}`, port, protocol];
  cells.set(port, known);
  return known;
}
