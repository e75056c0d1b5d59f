/** The answers of `query` and `diff` by the naive model: read from all snapshots, by the rules of history.md alone. */
import type { Proof } from "../../src/facts/observation.js";
import { changesOf, type ModelRun, sightings } from "./snapshotModel.js";

/** One vantage of one realm: its runs in the order of time, and the moment that is asked for. */
export interface Asked {
  readonly runs: readonly ModelRun[];
  /** How many of them are known at the moment. */
  readonly known: number;
  /** The moment as a time; whether it is one that was asked for; whether it is that of a run. */
  readonly at: number;
  readonly isPast: boolean;
  readonly ofRun: boolean;
}

export interface ModelAnswer {
  readonly address: string;
  readonly port: string;
  readonly proof: Proof;
  readonly state: "known" | "unknown";
  readonly certainty: string;
  readonly changedBy: number | null;
  readonly run: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly lastCovered: number;
  readonly evidenceAge: number;
}

/** A row for each port of which something was proved by the moment. */
export function answersOf(
  asked: Asked,
  hosts: readonly string[],
  ports: readonly string[],
  maxAge: number | null,
): ModelAnswer[] {
  const { runs, known, at, isPast, ofRun } = asked;
  const past = runs.slice(0, known);
  const now = past.at(-1);
  return hosts.flatMap((address) => {
    if (ofRun && now?.hosts.has(address) !== true) return [];
    return ports.flatMap((port): ModelAnswer[] => {
      const period = periodsOf(asked, address, port).at(-1);
      const covering = past.findLast((run) => run.hosts.get(address)?.ports.has(port));
      if (period === undefined || covering === undefined) return [];
      const { proof, last, first } = period;
      const all = sightings(runs, address, port);
      const next = isPast ? all.find(({ run }) => runs.indexOf(run) >= known) : undefined;
      const evidenceAge = Math.max(0, at - last.startedAt);
      const isChanged = next !== undefined && next.proof !== proof;
      const isSure = !isChanged && (next !== undefined || (ofRun && last === now));
      const isOld = !isChanged && !isSure && maxAge !== null && evidenceAge > maxAge;
      return [
        {
          ...{ address, port, proof, run: covering.id, evidenceAge },
          state: isOld ? "unknown" : "known",
          certainty: isChanged ? "changed" : isSure ? "sure" : isOld ? "unknown" : "last-known",
          changedBy: isChanged ? next.run.id : null,
          ...{ firstSeen: first.startedAt, lastSeen: last.startedAt, lastCovered: covering.startedAt },
        },
      ];
    });
  });
}

export interface ModelPeriod {
  readonly proof: Proof;
  readonly first: ModelRun;
  readonly last: ModelRun;
  readonly until: ModelRun | null;
}

/** The series of one state that a port went through by the moment. */
export function periodsOf({ runs, known }: Asked, host: string, port: string): ModelPeriod[] {
  const periods: ModelPeriod[] = [];
  for (const { run, proof } of sightings(runs.slice(0, known), host, port)) {
    const before = periods.at(-1);
    if (before?.proof === proof) periods[periods.length - 1] = { ...before, last: run };
    else {
      if (before !== undefined) periods[periods.length - 1] = { ...before, until: run };
      periods.push({ proof, first: run, last: run, until: null });
    }
  }
  return periods;
}

export function coverageOf({ runs, known, at }: Asked, host: string, port: string | null) {
  const past = runs.slice(0, known);
  const covers = (run: ModelRun) => {
    const ports = run.hosts.get(host)?.ports;
    return ports !== undefined && (port === null ? ports.size > 0 : ports.has(port));
  };
  const covering = past.findLast(covers);
  const asking = past.findLast((run) => run.hosts.has(host));
  return {
    address: host,
    coverage: covering !== undefined ? "covered" : asking !== undefined ? "silent" : "never",
    run: covering?.id ?? null,
    lastCovered: covering?.startedAt ?? null,
    age: covering === undefined ? null : Math.max(0, at - covering.startedAt),
    ports: [...(covering?.hosts.get(host)?.ports.keys() ?? [])].sort(),
    everCovered: [...new Set(past.flatMap((run) => [...(run.hosts.get(host)?.ports.keys() ?? [])]))].sort(),
    askedBy: asking?.id ?? null,
    presence: asking?.hosts.get(host)?.presence ?? "not-covered",
  };
}

/** `7 10.0.0.1 22/tcp opened 5..7` for each run that ended within the window. */
export function changesWithin(
  runs: readonly ModelRun[],
  hosts: readonly string[],
  ports: readonly string[],
  since: number,
  until: number,
): string[] {
  return runs.flatMap((run, index) => {
    if (run.endedAt < since || run.endedAt > until) return [];
    return changesOf(runs.slice(0, index + 1), hosts, ports).map((change) => `${run.id} ${change}`);
  });
}

export interface ModelComparison {
  readonly changes: string[];
  readonly firstSeen: string[];
  readonly notComparable: string[];
}

/** Two of the runs, by what both proved. */
export function comparisonOf(
  runs: readonly ModelRun[],
  a: ModelRun,
  b: ModelRun,
  hosts: readonly string[],
  ports: readonly string[],
): ModelComparison {
  const found: ModelComparison = { changes: [], firstSeen: [], notComparable: [] };
  const [upToA, upToB] = [a, b].map((run) => runs.slice(0, runs.indexOf(run) + 1));
  for (const host of hosts) {
    const [inA, inB] = [a, b].map((run) => run.hosts.get(host));
    if (inA !== undefined && inB !== undefined) {
      if (inA.presence !== "alive" && inB.presence === "alive") found.changes.push(`${host} host-appeared`);
      if (inA.presence === "alive" && inB.presence === "vanished")
        found.changes.push(`${host} host-vanished`);
    }
    const why = inA === undefined || inB === undefined ? "host-only-in-one" : "only-one-covered";
    for (const port of ports) {
      const [coveredA, coveredB] = [inA, inB].map((each) => each?.ports.has(port) === true);
      if (coveredA !== coveredB) {
        const isFirst =
          inB?.ports.get(port) === "open" &&
          runs.indexOf(b) > runs.indexOf(a) &&
          !(upToB ?? []).slice(0, -1).some((run) => run.hosts.get(host)?.ports.has(port));
        if (isFirst) found.firstSeen.push(`${host} ${port}`);
        else found.notComparable.push(`${host} ${port} ${coveredA ? a.id : b.id} ${why}`);
      }
      if (!coveredA || !coveredB) continue;
      const [seenA, seenB] = [upToA, upToB].map((some) => sightings(some ?? [], host, port));
      const [was, is] = [seenA?.at(-1), seenB?.at(-1)];
      if (was?.run !== a || is?.run !== b) {
        found.notComparable.push(`${host} ${port} null said-nothing`);
      } else if (was.proof === "unstable" || is.proof === "unstable") {
        const isTold = [was, is].some(({ proof }) => proof === "open" || proof === "unstable");
        // Two that were unstable do not differ.
        if (isTold && was.proof !== is.proof) found.notComparable.push(`${host} ${port} null open-and-reset`);
      } else {
        const kind = kindOf(was.proof, is.proof, seenA?.some(({ proof }) => proof === "open") === true);
        const services = [inA, inB].map((each) => each?.services.get(port));
        if (kind !== null) found.changes.push(`${host} ${port} ${kind}`);
        else if (was.proof === "open" && is.proof === "open") {
          if (services[0] !== undefined && services[1] !== undefined && services[0] !== services[1])
            found.changes.push(`${host} ${port} service-changed`);
        }
      }
    }
  }
  return found;
}

function kindOf(was: Proof, is: Proof, everOpen: boolean): string | null {
  if (is === "open" && was !== "open") return everOpen ? "reopened" : "opened";
  if (was !== "open" || is === "open") return null;
  return { closed: "closed", refused: "refused", silent: "went-silent" }[String(is)] ?? null;
}
