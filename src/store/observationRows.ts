import type { Address } from "../facts/address.js";
import type { Port } from "../facts/port.js";
import type { Instant, RunId } from "../facts/run.js";
import type { ObservationRow } from "../facts/view.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { keyUpTo } from "../history/runKey.js";
import { compareAddresses } from "../scope/address.js";
import { type AsOf, asOf, rowOf } from "./asOf.js";
import { presenceIn } from "./hostAsOf.js";
import { cellValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { storedRun } from "./runs.js";
import { readTrack } from "./track.js";
import { vantagesAt } from "./vantages.js";

export interface ObservationFilter {
  /** As of this run, its vantage and the hosts it asked. */
  readonly run?: RunId;
  /** As of this moment: runs that began after it do not count. */
  readonly at?: Instant;
  readonly host?: Address;
  readonly port?: Port;
  readonly vantage?: string;
  readonly realm?: string;
  /** `open` (the default), or every state of the ports that were open once. */
  readonly state?: "open" | "all";
}

/**
 * The ports with a history, as of a run, a moment or now, by address and port. Each row tells when it was last seen
 * and last covered: an old `lastCovered` means "unknown since".
 * @throws PortreeveError `usage` where there is no such run
 */
export function observationRows(ledger: Ledger, filter: ObservationFilter = {}): ObservationRow[] {
  return ledger.read(() =>
    viewsOf(ledger, filter)
      .flatMap((view) => rowsAt(view, filter))
      .sort((a, b) => compareAddresses(a.address, b.address)),
  );
}

function viewsOf(ledger: Ledger, { run, at, ...place }: ObservationFilter): AsOf[] {
  if (run !== undefined) {
    const stored = storedRun(ledger, run);
    return [asOf(ledger, stored.vantage, stored.key)];
  }
  return vantagesAt(ledger, place)
    .map(({ id }) => asOf(ledger, id, at === undefined ? Number.MAX_SAFE_INTEGER : keyUpTo(at)))
    .filter((view) => view.runs.length > 0);
}

function rowsAt(view: AsOf, { run, host, port, state = "open" }: ObservationFilter): ObservationRow[] {
  const { ledger } = view;
  const asked = run === undefined ? undefined : view.byKey.get(view.key);
  const conditions = ["vantage = ?", "from_key <= ?", "(until_key IS NULL OR until_key > ?)"];
  const values: unknown[] = [view.vantage, view.key, view.key];
  if (host !== undefined) {
    conditions.push("host IN (SELECT id FROM host WHERE address = ?)");
    values.push(host);
  }
  if (port !== undefined) {
    conditions.push("protoport = ?");
    values.push(cellCode(port.protocol, port.port));
  }
  const spans = ledger
    .sql<{ host: number; protoport: number; from_key: number; value: number; until_key: number | null }>(
      `SELECT * FROM span WHERE ${conditions.join(" AND ")} ORDER BY host, protoport`,
    )
    .all(...values);
  return spans
    .filter((span) =>
      state === "open" ? cellValueOf(ledger, span.value).state === "open" : wasOpen(view, span),
    )
    .filter((span) => asked === undefined || presenceIn(asked, span.host) !== "not-covered")
    .map((span) => {
      const place = { table: "service_span", host: span.host, vantage: view.vantage } as const;
      const services = readTrack(ledger, place, span.protoport, view.key);
      const track = readTrack(ledger, { ...place, table: "span" }, span.protoport, view.key);
      const { covered: _, ...row } = rowOf(view, span.host, portOfCode(span.protoport), track, services);
      return row;
    });
}

/** Whether the port had been open by the moment: one that opened later has no row yet. */
function wasOpen(view: AsOf, { host, protoport }: { host: number; protoport: number }): boolean {
  const spans = readTrack(view.ledger, { table: "span", host, vantage: view.vantage }, protoport, view.key);
  return spans.some(({ value }) => ["open", "unstable"].includes(cellValueOf(view.ledger, value).proof));
}
