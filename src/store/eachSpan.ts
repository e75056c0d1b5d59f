import type { Key } from "../history/span.js";
import type { Ledger } from "./ledger.js";

/** @param service the last one that began before the span ended, null where none did */
export type VisitSpan = (
  host: number,
  code: number,
  from: Key,
  value: number,
  until: Key | null,
  service: number | null,
) => void;

type StoredSpan = [
  host: number,
  code: number,
  from: Key,
  value: number,
  until: Key | null,
  service: number | null,
];

/** All spans of ports at a vantage, host by host, by port and time. */
export function eachSpan(ledger: Ledger, vantage: number, visit: VisitSpan): void {
  const stored = ledger.rows<StoredSpan>(
    `SELECT host, protoport, from_key, value, until_key, (
       SELECT service_span.value FROM service_span
       WHERE service_span.host = span.host AND service_span.vantage = span.vantage
         AND service_span.protoport = span.protoport AND service_span.from_key < coalesce(span.until_key, 9e18)
       ORDER BY from_key DESC LIMIT 1
     ) FROM span WHERE vantage = ?`,
  );
  for (const row of stored.iterate(vantage)) visit(...row);
}
