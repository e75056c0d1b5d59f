import type { Address } from "../facts/address.js";
import type { Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HistorySpan, HostHistory } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { keyUpTo } from "../history/runKey.js";
import type { Span } from "../history/span.js";
import { type AsOf, asOf, portStateOf, timeOf } from "./asOf.js";
import { hostAsOf } from "./hostAsOf.js";
import { cellValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { hasProved } from "./recording.js";
import { coveredPorts } from "./runCoverage.js";
import { readTracks } from "./track.js";
import { type Place, vantagesAt } from "./vantages.js";

export interface HostFilter extends Place {
  /** As of this moment; now where it is left out. */
  readonly at?: Instant;
}

/** What is known of an address, one entry for each vantage that ever asked it. */
export function hostView(ledger: Ledger, address: Address, filter: HostFilter = {}): HostHistory[] {
  return ledger.read(() => {
    return vantagesAt(ledger, filter).flatMap((each): HostHistory[] => {
      const row = ledger
        .sql<{ id: number }>(
          "SELECT host.id FROM host JOIN realm ON realm.id = host.realm WHERE realm.name = ? AND address = ?",
        )
        .get(each.realm, address);
      if (row === undefined) return [];
      const all = asOf(
        ledger,
        each.id,
        filter.at === undefined ? Number.MAX_SAFE_INTEGER : keyUpTo(filter.at),
      );
      const asked = all.runs.filter((run) => {
        const coverage = run.coverage();
        return (["alive", "silent", "vanished"] as const).some((trait) => coverage.has(row.id, trait));
      });
      const newest = asked[0];
      if (newest === undefined) return [];
      const view: AsOf = { ...all, key: newest.key, runs: all.runs.filter((run) => run.key <= newest.key) };
      const runs = asked.map((run) => {
        return {
          id: run.run.id,
          startedAt: run.run.startedAt,
          covered: coveredPorts(ledger, run.coverage(), row.id),
        };
      });
      const { vantage, realm } = each;
      return [
        { vantage, realm, view: hostAsOf(view, newest, row.id), history: historyOf(view, row.id), runs },
      ];
    });
  });
}

function historyOf(view: AsOf, host: number): HistorySpan[] {
  const { ledger, vantage, key } = view;
  const tracks = readTracks(ledger, { table: "span", host, vantage }, key);
  return [...tracks].flatMap(([code, spans]) => {
    const { protocol, port } = portOfCode(Number(code));
    return spans.map((span) => ({
      protocol,
      port,
      state: portStateOf(cellValueOf(ledger, span.value).state),
      from: timeOf(view, span.from),
      // A contradiction after the moment asked for is not known yet.
      until: span.until === null || span.until > key ? null : timeOf(view, span.until),
      lastSeen: timeOf(view, lastSeenOf(view, host, { protocol, port }, span)),
    }));
  });
}

function lastSeenOf(
  view: AsOf,
  host: number,
  port: { protocol: Protocol; port: number },
  span: Span<number>,
): number {
  const run = view.runs.find((each) => {
    const isInside = each.key >= span.from && (span.until === null || each.key < span.until);
    return isInside && hasProved(view.ledger, { id: each.run.id, coverage: each.coverage() }, host, port);
  });
  return run?.key ?? span.from;
}
