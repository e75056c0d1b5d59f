import type { Key } from "../history/span.js";
import { unpackTracks } from "../history/trackPack.js";
import { everyPack } from "./hostPack.js";
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

/** All spans of ports at a vantage, host by host, by port and time. */
export function eachSpan(ledger: Ledger, vantage: number, visit: VisitSpan): void {
  for (const [host, packed] of everyPack(ledger, vantage)) {
    const { cells, services } = unpackTracks(packed);
    for (const [code, spans] of cells) {
      const named = services.get(code) ?? [];
      for (const { from, value, until } of spans) {
        const service = until === null ? named.at(-1) : named.findLast((each) => each.from < until);
        visit(host, code, from, value, until, service?.value ?? null);
      }
    }
  }
}
