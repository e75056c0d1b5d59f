import type { Key } from "../history/span.js";
import { visitSpans } from "../history/trackPack.js";
import { everyPack } from "./hostPack.js";
import type { Ledger } from "./ledger.js";

/** The cells on whose track, or their service's, a span begins after `low` and at or before `high`, by host. */
export function spansBetween(ledger: Ledger, vantage: number, low: Key, high: Key): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (const [host, packed] of everyPack(ledger, vantage)) {
    const codes = new Set<number>();
    const add = (code: number, from: Key): void => {
      if (from > low && from <= high) codes.add(code);
    };
    visitSpans(packed, "cells", add);
    visitSpans(packed, "services", add);
    if (codes.size > 0) found.set(host, codes);
  }
  return found;
}
