import type { HoleLook, QuietGroup } from "../facts/observation.js";
import { type PortSet, PROTOCOLS } from "../facts/port.js";
import type { HostView, ObservationRow } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { quietGroupsOf } from "../history/quietTrack.js";
import { type Span, stateAt } from "../history/span.js";
import { isLoopback } from "../scope/address.js";
import { portSetOf } from "../scope/portSet.js";
import { type AsOf, type KnownRun, rowOf, timeOf } from "./asOf.js";
import { addressOf, cellValueOf, hostValueOf, portsetOf, quietOf } from "./intern.js";
import type { OccupantValue, PresenceValue } from "./recordPresence.js";
import { coveredPorts } from "./runCoverage.js";
import { readTracks, type TrackPlace } from "./track.js";

/** One host as the run that the view ends with left it. */
export function hostAsOf(view: AsOf, run: KnownRun, host: number): HostView {
  const { ledger } = view;
  const coverage = run.coverage();
  const address = addressOf(ledger, host);
  const place = (table: TrackPlace["table"]): TrackPlace => ({ table, host, vantage: view.vantage });
  const own = readTracks(ledger, place("host_span"), view.key);
  const presence = own.get("presence") ?? [];
  const cells = readTracks(ledger, place("span"), view.key) as Map<number, Span<number>[]>;
  const services = readTracks(ledger, place("service_span"), view.key);

  const ports: (ObservationRow & { covered: boolean })[] = [];
  for (const [code, spans] of cells) {
    const span = spans.at(-1);
    // A port that opened in a later run than this view shows is a quiet port here.
    if (span === undefined || !spans.some(({ value }) => isOpenOnce(cellValueOf(ledger, value).proof)))
      continue;
    ports.push(rowOf(view, host, portOfCode(code), span, services.get(code) ?? []));
  }

  const alive = presence.filter(
    ({ value }) => hostValueOf<PresenceValue>(ledger, value).presence === "alive",
  );
  const here = stateAt(presence, view.key);
  const occupant = currentValue<OccupantValue>(view, own.get("occupant"));
  const present = presenceIn(run, host);
  const lastAlive = view.runs.find((each) => each.coverage().has(host, "alive"));
  const lastAliveSpan = alive.at(-1);
  return {
    address,
    presence: present,
    aliveReason:
      present === "alive" && here !== null ? hostValueOf<PresenceValue>(ledger, here.value).reason : null,
    aliveSince: lastAliveSpan === undefined ? null : timeOf(view, lastAliveSpan.from),
    lastAlive: lastAlive?.run.startedAt ?? null,
    mac: occupant?.mac ?? null,
    vendor: occupant?.vendor ?? null,
    names: currentValue<string[]>(view, own.get("names")) ?? [],
    local: isLoopback(address) || run.run.sources.includes(address),
    ports,
    quiet: quietAsOf(view, run, host, portSetOf(ports)),
    covered: coveredPorts(ledger, coverage, host),
    holes: holesOf(view, run, host),
    holesUnjudged: coverage.unjudged(host),
  };
}

/** Whether it was open at least for a moment: `unstable` is open and reset in one run. */
function isOpenOnce(proof: string): boolean {
  return proof === "open" || proof === "unstable";
}

export function presenceIn(run: KnownRun, host: number): HostView["presence"] {
  const coverage = run.coverage();
  return (
    (["alive", "vanished", "silent"] as const).find((trait) => coverage.has(host, trait)) ?? "not-covered"
  );
}

function currentValue<T>(view: AsOf, spans: readonly Span<number>[] | undefined): T | null {
  const span = stateAt(spans ?? [], view.key);
  return span === null ? null : hostValueOf<T>(view.ledger, span.value);
}

/** The ports without a row of their own that the run proved. */
function quietAsOf(view: AsOf, run: KnownRun, host: number, ownSpans: PortSet): QuietGroup[] {
  const { ledger } = view;
  const tracks = readTracks(ledger, { table: "quiet", host, vantage: view.vantage }, run.key);
  return PROTOCOLS.flatMap((protocol) => {
    const portset = run.coverage().portset(host, protocol);
    const span = portset === null ? null : stateAt(tracks.get(portset) ?? [], run.key);
    if (portset === null || span === null) return [];
    return quietGroupsOf(quietOf(ledger, span.value), { covered: portsetOf(ledger, portset), ownSpans });
  });
}

function holesOf(view: AsOf, run: KnownRun, host: number): (HoleLook & { firstSeen: number })[] {
  const rows = view.ledger
    .sql<{
      protoport: number;
      silent_share: number;
      neighbours_asked: number;
      neighbours_answered: number;
      first_key: number;
    }>(
      `SELECT hole.*, (
         SELECT min(earlier_run.key) FROM hole AS earlier JOIN run AS earlier_run ON earlier_run.id = earlier.run
         WHERE earlier.host = hole.host AND earlier.protoport = hole.protoport
           AND earlier_run.vantage = ? AND earlier_run.key <= ?
       ) AS first_key
       FROM hole WHERE hole.run = ? AND hole.host = ? ORDER BY protoport`,
    )
    .all(view.vantage, view.key, run.run.id, host);
  return rows.map((row) => ({
    ...portOfCode(row.protoport),
    silentShare: row.silent_share,
    neighboursAsked: row.neighbours_asked,
    neighboursAnswered: row.neighbours_answered,
    firstSeen: timeOf(view, row.first_key),
  }));
}
