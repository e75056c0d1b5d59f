/**
 * The naive model: it keeps every snapshot of every run and answers by reading them all. Slow, short, and written from
 * the rules of history.md alone, so that the store can be held against it.
 */
import type { Proof } from "../../src/facts/observation.js";

/** `22/tcp` → what the run proved of it. */
export type Snapshot = ReadonlyMap<string, Proof>;

export interface ModelHost {
  readonly presence: "alive" | "silent" | "vanished";
  readonly ports: Snapshot;
  /** Identified services by port; only of open ones. */
  readonly services: ReadonlyMap<string, string>;
}

export interface ModelRun {
  readonly id: number;
  readonly vantage: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly hosts: ReadonlyMap<string, ModelHost>;
}

export interface ModelRow {
  readonly port: string;
  readonly proof: Proof;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly lastCovered: number;
  readonly covered: boolean;
  readonly service: string | null;
}

interface Sighting {
  readonly run: ModelRun;
  readonly proof: Proof;
}

/** What runs said of a port, with the answers that say nothing left out. */
export function sightings(runs: readonly ModelRun[], host: string, port: string): Sighting[] {
  const seen: Sighting[] = [];
  for (const run of runs) {
    const proof = run.hosts.get(host)?.ports.get(port);
    if (proof === undefined || proof === "none") continue;
    // A silent UDP port may be open still.
    if (port.endsWith("udp") && proof === "silent" && seen.at(-1)?.proof === "open") continue;
    seen.push({ run, proof });
  }
  return seen;
}

/** The rows of a host after the last of `runs`: its ports that were open at some time. */
export function rowsOf(runs: readonly ModelRun[], host: string, ports: readonly string[]): ModelRow[] {
  return ports.flatMap((port): ModelRow[] => {
    const seen = sightings(runs, host, port);
    const last = seen.at(-1);
    if (last === undefined || !seen.some(({ proof }) => isOpenOnce(proof))) return [];
    let first = last;
    for (const each of seen.toReversed()) {
      if (each.proof !== last.proof) break;
      first = each;
    }
    const covering = runs.findLast((run) => run.hosts.get(host)?.ports.has(port));
    return [
      {
        port,
        proof: last.proof,
        firstSeen: first.run.startedAt,
        lastSeen: last.run.startedAt,
        lastCovered: covering?.startedAt ?? -1,
        covered: last.run === runs.at(-1),
        service: ["open", "unstable"].includes(last.proof) ? serviceOf(runs, host, port) : null,
      },
    ];
  });
}

/** The other ports that the last of `runs` proved. */
export function quietOf(
  runs: readonly ModelRun[],
  host: string,
  rows: readonly ModelRow[],
): Map<string, Proof> {
  const ports = runs.at(-1)?.hosts.get(host)?.ports ?? new Map<string, Proof>();
  return new Map([...ports].filter(([port]) => !rows.some((row) => row.port === port)));
}

/** `10.0.0.1 22/tcp opened 5..7`: the changes by the last of `runs`. */
export function changesOf(
  runs: readonly ModelRun[],
  hosts: readonly string[],
  ports: readonly string[],
): string[] {
  const now = runs.at(-1);
  if (now === undefined) return [];
  const earlier = runs.slice(0, -1);
  return hosts.flatMap((host) => [
    ...hostChange(earlier, now, host),
    ...ports.flatMap((port) => [
      ...portChange(runs, now, host, port),
      ...serviceChange(earlier, now, host, port),
    ]),
  ]);
}

function portChange(runs: readonly ModelRun[], now: ModelRun, host: string, port: string): string[] {
  const seen = sightings(runs, host, port);
  const last = seen.at(-1);
  if (last === undefined || last.run !== now) return [];
  const before = seen.slice(0, -1);
  const previous = before.findLast(({ proof }) => proof !== "unstable")?.proof;
  const kind = kindOf(
    previous,
    last.proof,
    before.some(({ proof }) => proof === "open"),
  );
  // Open again after `unstable` alone is no change: it was seen open in between.
  return kind === null
    ? []
    : [`${host} ${port} ${kind} ${before.at(-1)?.run.endedAt ?? null}..${now.endedAt}`];
}

function kindOf(previous: Proof | undefined, now: Proof, everOpen: boolean): string | null {
  if (now === "open" && previous === undefined) return "first-seen";
  if (now === "open" && previous !== "open") return everOpen ? "reopened" : "opened";
  if (previous !== "open") return null;
  const kinds: Partial<Record<Proof, string>> = {
    closed: "closed",
    refused: "refused",
    silent: "went-silent",
  };
  return kinds[now] ?? null;
}

function hostChange(earlier: readonly ModelRun[], now: ModelRun, host: string): string[] {
  const presence = now.hosts.get(host)?.presence;
  const settled = earlier.filter((run) =>
    ["alive", "vanished"].includes(run.hosts.get(host)?.presence ?? ""),
  );
  const asked = earlier.filter((run) => run.hosts.has(host));
  const before = settled.at(-1)?.hosts.get(host)?.presence;
  const since = (settled.at(-1) ?? asked.at(-1))?.endedAt;
  if (presence === "alive" && (before === "vanished" || (before === undefined && asked.length > 0))) {
    return [`${host} host-appeared ${since}..${now.endedAt}`];
  }
  if (presence === "vanished" && before === "alive")
    return [`${host} host-vanished ${since}..${now.endedAt}`];
  return [];
}

function serviceChange(earlier: readonly ModelRun[], now: ModelRun, host: string, port: string): string[] {
  const service = now.hosts.get(host)?.services.get(port);
  const last = earlier.findLast((run) => run.hosts.get(host)?.services.has(port));
  const before = last?.hosts.get(host)?.services.get(port);
  if (service === undefined || before === undefined || before === service) return [];
  return [`${host} ${port} service-changed ${last?.endedAt}..${now.endedAt}`];
}

function serviceOf(runs: readonly ModelRun[], host: string, port: string): string | null {
  const last = runs.findLast((run) => run.hosts.get(host)?.services.has(port));
  return last?.hosts.get(host)?.services.get(port) ?? null;
}

function isOpenOnce(proof: Proof): boolean {
  return proof === "open" || proof === "unstable";
}
