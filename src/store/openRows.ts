import type { OpenRow, RowState } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import type { Run } from "../facts/run.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { FLAPPING_KEYS, FLAPPING_SPANS, isFlapping } from "../history/flapping.js";
import type { Key } from "../history/span.js";
import { believedAs, portStateOf, statesOf, timeOf } from "./asOf.js";
import { type ChosenHost, chosenHosts, type HostChoice, inAddressOrder } from "./chosenHosts.js";
import { evidenceReader } from "./evidence.js";
import { heldPort } from "./heldPort.js";
import { type HeldSpans, heldSpans, STILL_SO } from "./heldSpans.js";
import { presenceIn } from "./hostAsOf.js";
import { identifiedAs } from "./identifiedAs.js";
import { cellValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { hostsOfPort } from "./portHosts.js";
import { quietRows } from "./quietRows.js";
import { readTrack } from "./track.js";
import { isOfAudit, type Moment, type VantageAt, vantagesAtMoment } from "./vantageAt.js";

export interface OpenFilter extends Moment, HostChoice {
  readonly port?: Port;
  /** Only cells that a run of this audit covered. */
  readonly audit?: string;
  /**
   * `open` alone is the default. A row whose evidence is too old is found by what it was last known to be, and by
   * `unknown`. Any other state also brings the ports that never were open.
   */
  readonly states?: readonly RowState[];
  /** How old evidence may be, ms, by the run that covered the cell last; null or left out: however old. */
  readonly maxAge?: (run: Run) => number | null;
}

/**
 * Ports as of a run, a moment or now, by address and port, with how sure that is and how old the evidence. Made for
 * all ports of a large network at once: spans and services are read in one pass each, coverage once a run.
 * @throws PortreeveError `usage` where there is no such run, or where the answer would have more than a million rows
 */
export function openRows(ledger: Ledger, filter: OpenFilter = {}): OpenRow[] {
  return ledger.read(() => {
    const lists = vantagesAtMoment(ledger, filter).map((at) => rowsAt(ledger, at, filter));
    const [first = [], ...others] = lists;
    return others.length === 0 ? first : inAddressOrder(lists.flat());
  });
}

function rowsAt(ledger: Ledger, at: VantageAt, filter: OpenFilter): OpenRow[] {
  const { states = ["open"], port } = filter;
  const { asked, vantage, key } = at;
  const isOpenOnly = states.every((state) => state === "open");
  // One port was open on few hosts, and is on fewer; but to say of the others that it never was takes all of them.
  const hinted =
    port === undefined || !isOpenOnly ? null : hostsOfPort(ledger, cellCode(port.protocol, port.port)).list();
  const ofHinted =
    port === undefined || hinted === null || filter.hosts !== undefined
      ? null
      : heldPort(ledger, vantage, key, port, hinted, true);
  const among = ofHinted === null ? hinted : (hinted ?? []).filter((id) => ofHinted.spans.range(id) !== null);
  const hosts = chosenHosts(ledger, at.realm, filter, among).filter(
    ({ id }) => asked === null || presenceIn(asked, id) !== "not-covered",
  );
  const isWanted = ({ state, lastState }: OpenRow): boolean =>
    states.includes(state) || (state === "unknown" && states.includes(lastState));
  const { spans, services } = ofHinted ?? heldAt(ledger, at, hosts, filter, isOpenOnly);
  const read = evidenceReader(at, filter.maxAge);
  const rows: OpenRow[] = [];
  for (const host of hosts) {
    const [start, end] = spans.range(host.id) ?? [0, 0];
    let [service, lastService] = services.range(host.id) ?? [0, 0];
    const found: OpenRow[] = [];
    for (let index = start; index < end; index++) {
      const value = cellValueOf(ledger, spans.values[index] ?? 0);
      const code = spans.codes[index] ?? 0;
      const each = portAt(code);
      if (filter.audit !== undefined && !isOfAudit(at, host.id, each, filter.audit)) continue;
      // Both lists are in the order of ports.
      while (service < lastService && (services.codes[service] ?? 0) < code) service += 1;
      const isIdentified = service < lastService && services.codes[service] === code;
      const from = spans.froms[index] ?? 0;
      const until = at.isPast ? (spans.untils[index] ?? STILL_SO) : STILL_SO;
      const lastState = portStateOf(value.state);
      const evidence = read(host.id, each.protocol, each.port, from, until, lastState);
      const row: OpenRow = {
        address: host.address,
        protocol: each.protocol,
        port: each.port,
        state: evidence.state,
        reason: value.reason,
        proof: value.proof,
        service:
          value.state === "open"
            ? identifiedAs(ledger, isIdentified ? (services.values[service] ?? null) : null, value.guess)
            : null,
        vantage: at.name,
        realm: at.realm,
        run: evidence.run.id,
        firstSeen: timeOf(at.view, from),
        lastSeen: evidence.lastSeen,
        lastCovered: evidence.run.startedAt,
        confidence: believedAs(evidence.seenBy.confidence(host.id, each.protocol, each.port), () =>
          isFlappingIn(ledger, at, host.id, code, from),
        ),
        lastState,
        certainty: evidence.certainty,
        changedBy: evidence.changedBy,
        evidenceAge: evidence.evidenceAge,
      };
      if (isWanted(row)) found.push(row);
    }
    if (!isOpenOnly) {
      found.push(...quietRows(ledger, at, host, rows.length, filter).filter(isWanted));
      found.sort((a, b) => (a.protocol === b.protocol ? a.port - b.port : a.protocol < b.protocol ? -1 : 1));
    }
    for (const row of found) rows.push(row);
  }
  return rows;
}

/**
 * Most ports have been as they are for long, and are told by coverage alone: three changes in five keys leave the state
 * that holds now two of them at most.
 */
function isFlappingIn(ledger: Ledger, at: VantageAt, host: number, code: number, from: Key): boolean {
  const { protocol, port } = portAt(code);
  const keys: Key[] = [];
  for (const look of at.looks) {
    if (!look.proved(host, protocol, port)) continue;
    if (keys.length === 2 && look.key >= from) return false;
    if (keys.push(look.key) === FLAPPING_KEYS) break;
  }
  if (keys.length < FLAPPING_SPANS) return false;
  const track = readTrack(ledger, { table: "span", host, vantage: at.vantage }, code, at.key);
  return isFlapping(statesOf(ledger, track), keys);
}

function heldAt(
  ledger: Ledger,
  { vantage, key }: VantageAt,
  hosts: readonly ChosenHost[],
  { port }: OpenFilter,
  openOnly: boolean,
): { readonly spans: HeldSpans; readonly services: HeldSpans } {
  if (port !== undefined) {
    const ids = hosts.map(({ id }) => id);
    return heldPort(ledger, vantage, key, port, ids, openOnly);
  }
  const spans = heldSpans(ledger, "span", vantage, key, hosts, { openOnly });
  const served = hosts.filter(({ id }) => spans.range(id) !== null);
  return { spans, services: heldSpans(ledger, "service_span", vantage, key, served, { bare: true }) };
}

/** One port object for each code: they are asked for again on every host. */
const ports = new Map<number, Port>();

export function portAt(code: number): Port {
  const port = ports.get(code) ?? portOfCode(code);
  ports.set(code, port);
  return port;
}
