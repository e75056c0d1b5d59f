import type { Address } from "../facts/address.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { portOfCode } from "../history/cell.js";
import type { Key } from "../history/span.js";
import { visitSpans } from "../history/trackPack.js";
import { compareAddresses } from "../scope/address.js";
import { asOf, type KnownRun } from "./asOf.js";
import { everyPack } from "./hostPack.js";
import { addressOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { isUnproved } from "./recording.js";
import { isCovered } from "./runCoverage.js";
import { type Place, vantagesAt } from "./vantages.js";

interface OpenSpan {
  readonly host: number;
  readonly code: number;
  readonly from: Key;
  readonly until: Key | null;
}

/**
 * The ports that a run begun at or after `since` saw open, if only for a moment, by address and port. One entry for a
 * port that several vantages saw, or that two realms have at one address: name the realm to keep those apart.
 */
export function openedSince(
  ledger: Ledger,
  since: Instant,
  place: Place = {},
): ({ readonly address: Address } & Port)[] {
  return ledger.read(() => {
    const seen = new Map<Address, Set<number>>();
    for (const { id } of vantagesAt(ledger, place)) {
      for (const { host, code } of spansSeenOpen(ledger, id, since)) {
        const address = addressOf(ledger, host);
        const ports = seen.get(address);
        if (ports === undefined) seen.set(address, new Set([code]));
        else ports.add(code);
      }
    }
    return [...seen]
      .sort(([a], [b]) => compareAddresses(a, b))
      .flatMap(([address, ports]) =>
        [...ports].sort((a, b) => a - b).map((code) => ({ address, ...portOfCode(code) })),
      );
  });
}

function spansSeenOpen(ledger: Ledger, vantage: number, since: Instant): OpenSpan[] {
  const runs = asOf(ledger, vantage, Number.MAX_SAFE_INTEGER).runs.filter(
    ({ run }) => run.startedAt >= since,
  );
  const oldest = runs.at(-1);
  if (oldest === undefined) return [];
  const looks = runs.map((run) => ({ run, silent: hostsWithUnproved(ledger, run) }));
  const wanted = new Set(ledger.numbers("SELECT id FROM value WHERE proof IN ('open', 'unstable')").all());
  const seen: OpenSpan[] = [];
  for (const [host, packed] of everyPack(ledger, vantage)) {
    visitSpans(packed, "cells", (code, from, value, until) => {
      if (!wanted.has(value) || (until !== null && until <= oldest.key)) return;
      const span = { host, code, from, until };
      if (looks.some(({ run, silent }) => saw(ledger, run, silent, span))) seen.push(span);
    });
  }
  return seen;
}

/** Whether the run is one of those that the span is made of. */
function saw(ledger: Ledger, run: KnownRun, silent: ReadonlySet<number>, span: OpenSpan): boolean {
  const { host, from, until } = span;
  if (run.key < from || (until !== null && run.key >= until)) return false;
  const port = portOfCode(span.code);
  if (!isCovered(ledger, run.coverage(), host, port)) return false;
  return !(silent.has(host) && isUnproved(ledger, run.run.id, host, port));
}

/** Asked once a run: most hosts have no such port, and there are many ports. */
function hostsWithUnproved(ledger: Ledger, { run }: KnownRun): Set<number> {
  const rows = ledger.rows<[host: number]>("SELECT host FROM unproved WHERE run = ?").all(run.id);
  return new Set(rows.map(([host]) => host));
}
