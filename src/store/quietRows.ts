import type { OpenRow } from "../facts/answer.js";
import { PortreeveError } from "../facts/error.js";
import type { Port, PortSet } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import {
  countPorts,
  emptyPortSet,
  intersectPorts,
  listPorts,
  portSetOf,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import { portStateOf, timeOf } from "./asOf.js";
import { cellPeriods, quietTracksOf } from "./cellPeriods.js";
import type { ChosenHost } from "./chosenHosts.js";
import { evidenceReader } from "./evidence.js";
import { STILL_SO } from "./heldSpans.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { OpenFilter } from "./openRows.js";
import { sameQuiet } from "./sameQuiet.js";
import { readTracks } from "./track.js";
import { isOfAudit, type VantageAt } from "./vantageAt.js";

/** More rows than these are an answer to no question; the ranges are in `show` and `query coverage`. */
export const MOST_ROWS = 1_000_000;

/**
 * The ports of a host without spans of their own, one row each, by the last run that proved something of them. One that
 * opened after the moment has spans from its first proof on: before that nothing is known of it.
 * @param before how many rows the answer has so far
 * @throws PortreeveError `usage` where they would be more than `MOST_ROWS`
 */
export function quietRows(
  ledger: Ledger,
  at: VantageAt,
  host: ChosenHost,
  before: number,
  filter: OpenFilter,
): OpenRow[] {
  const ports = quietPorts(ledger, at, host.id, filter.port);
  if (before + countPorts(ports) > MOST_ROWS) {
    throw new PortreeveError("usage", "the answer would have more than 1,000,000 rows", {
      hint: "name a --host, a --network or a --port",
    });
  }
  if (countPorts(ports) === 0) return [];
  const tracks = quietTracksOf(ledger, at, host.id);
  const read = evidenceReader(at, filter.maxAge);
  return sameQuiet(ledger, at, host.id, ports, tracks).flatMap((alike): OpenRow[] => {
    const all = [...listPorts(alike)];
    const [first] = all;
    if (first === undefined) return [];
    if (filter.audit !== undefined && !isOfAudit(at, host.id, first, filter.audit)) return [];
    const period = cellPeriods(ledger, at, host.id, first, tracks).at(-1);
    if (period === undefined) return [];
    const lastState = portStateOf(period.value.state);
    const { protocol, port } = first;
    const until = period.contradictedBy ?? STILL_SO;
    const evidence = read(host.id, protocol, port, period.from, until, lastState, period.said);
    const confidence = evidence.seenBy.confidence(host.id, protocol, port);
    const firstSeen = timeOf(at.view, period.from);
    const lastSeen = timeOf(at.view, period.lastSeen);
    return all.map(({ protocol, port }) => ({
      address: host.address,
      protocol,
      port,
      state: evidence.state,
      reason: period.value.reason,
      proof: period.value.proof,
      service: null,
      vantage: at.name,
      realm: at.realm,
      run: evidence.run.id,
      firstSeen,
      lastSeen,
      lastCovered: evidence.run.startedAt,
      confidence,
      lastState,
      certainty: evidence.certainty,
      changedBy: evidence.changedBy,
      evidenceAge: evidence.evidenceAge,
    }));
  });
}

/** All ports that runs covered on the host up to the moment, less those that have spans or will have. */
function quietPorts(ledger: Ledger, at: VantageAt, host: number, port: Port | undefined): PortSet {
  const ids = new Set(at.looks.flatMap((look) => look.portsets(host) ?? []).filter((id) => id !== 0));
  let ports = emptyPortSet;
  for (const id of ids) ports = unionPorts(ports, portsetOf(ledger, id));
  if (port !== undefined) ports = intersectPorts(ports, portSetOf([port]));
  const own = readTracks(ledger, { table: "span", host, vantage: at.vantage }, Number.MAX_SAFE_INTEGER);
  return subtractPorts(ports, portSetOf([...own.keys()].map((code) => portOfCode(Number(code)))));
}
