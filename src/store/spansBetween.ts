import type { Key } from "../history/span.js";
import type { Ledger } from "./ledger.js";

/** The cells of a vantage, by host, on whose tracks a span of the state or the service begins after `low` and by `high`. */
export function spansBetween(
  ledger: Ledger,
  vantage: number,
  low: Key,
  high: Key,
): ReadonlyMap<number, ReadonlySet<number>> {
  const cells = new Map<number, Set<number>>();
  for (const table of ["span", "service_span"] as const) {
    const rows = ledger.rows<[host: number, code: number]>(
      `SELECT host, protoport FROM ${table} WHERE vantage = ? AND from_key > ? AND from_key <= ?`,
    );
    for (const [host, code] of rows.all(vantage, low, high)) {
      const codes = cells.get(host);
      if (codes === undefined) cells.set(host, new Set([code]));
      else codes.add(code);
    }
  }
  return cells;
}
