import type { HoleLook } from "../facts/observation.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { HostView, ObservationRow } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import { isLoopback } from "../scope/address.js";
import { type AsOf, type KnownRun, rowOf, timeOf } from "./asOf.js";
import { readHostTracks } from "./hostTracks.js";
import { addressOf, cellValueOf, hostValueOf } from "./intern.js";
import { presenceOf } from "./placeHost.js";
import { quietInRun } from "./quietInRun.js";
import { coveredPorts } from "./runCoverage.js";
import { isOpenOnce, type OccupantValue } from "./said.js";

/** One host as the run that the view ends with left it. */
export function hostAsOf(view: AsOf, run: KnownRun, host: number): HostView {
  const { ledger } = view;
  const coverage = run.coverage();
  const address = addressOf(ledger, host);
  const tracks = readHostTracks(ledger, host, view.vantage);
  const { own, services } = tracks;
  const presence = upTo(own.get("presence"), view.key);

  const ports: (ObservationRow & { covered: boolean })[] = [];
  const shown = new Set<number>();
  for (const [code, all] of tracks.cells) {
    const spans = upTo(all, view.key);
    // A port that opened in a later run than this view shows is a quiet port here.
    if (!spans.some(({ value }) => isOpenOnce(cellValueOf(ledger, value)))) continue;
    shown.add(code);
    ports.push(rowOf(view, host, portOfCode(code), spans, services.get(code) ?? []));
  }

  const portsets = { tcp: null, udp: null, sctp: null } as Record<Protocol, number | null>;
  for (const protocol of PROTOCOLS) portsets[protocol] = coverage.portset(host, protocol);
  const alive = presence.filter(({ value }) => presenceOf(ledger, value) === "alive");
  const here = stateAt(presence, view.key);
  const occupant = currentValue<OccupantValue>(view, own.get("occupant"));
  const present = presenceIn(run, host);
  const lastAlive = view.runs.find((each) => each.coverage().has(host, "alive"));
  const lastAliveSpan = alive.at(-1);
  return {
    address,
    presence: present,
    aliveReason:
      present === "alive"
        ? (coverage.aliveReason(host) ??
          (here === null ? null : hostValueOf<{ reason: string | null }>(ledger, here.value).reason))
        : null,
    aliveSince: lastAliveSpan === undefined ? null : timeOf(view, lastAliveSpan.from),
    lastAlive: lastAlive?.run.startedAt ?? null,
    mac: occupant?.mac ?? null,
    vendor: occupant?.vendor ?? null,
    names: currentValue<string[]>(view, own.get("names")) ?? [],
    local: isLoopback(address) || run.run.sources.includes(address),
    ports,
    quiet: quietInRun(ledger, tracks, { key: run.key, portsets }, (code) => shown.has(code)),
    covered: coveredPorts(ledger, coverage, host),
    holes: holesOf(view, run, host),
    holesUnjudged: coverage.unjudged(host),
  };
}

function upTo(spans: readonly Span<number>[] | undefined, key: Key): Span<number>[] {
  return (spans ?? []).filter(({ from }) => from <= key);
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
