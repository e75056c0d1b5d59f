/** One run from its lock to its outcome: the rooms wired together. */
import { statSync } from "node:fs";
import { BlockList } from "node:net";
import { hostname, userInfo } from "node:os";
import type { Address } from "../facts/address.js";
import type { HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Outcome, Run, RunProgress } from "../facts/run.js";
import type { RunAsk } from "../facts/runAsk.js";
import { recordLiveShard } from "../ingest/recordLiveShard.js";
import { pingAddresses } from "../nmap/ping.js";
import { familyOf } from "../scope/address.js";
import { hasAddress } from "../scope/addressSet.js";
import { emptyPortSet, formatPortSet, portSetOf, unionPorts } from "../scope/portSet.js";
import type { Store } from "../store/store.js";
import { carryOut, type SweepOutcome } from "../sweep/carryOut.js";
import { LocalEngine } from "../sweep/localEngine.js";
import type { EarlierSittings } from "../sweep/resume.js";
import { contextOf } from "./announce.js";
import { type Beating, beat, requireInPlace } from "./heartbeat.js";
import { startPtrLookups } from "./resolveNames.js";
import { timing, turnedBy } from "./rollingOrder.js";
import { progressNotes } from "./runProgress.js";
import type { ScanPlan } from "./scanPlan.js";
import type { StopSignals } from "./stopSignals.js";

export interface RunRequest {
  readonly plan: ScanPlan;
  readonly store: Store;
  readonly run: Run;
  /** Profiled by address: due, and swept whatever discovery says. */
  readonly profiled: ReadonlySet<Address>;
  /** Ports that the profile names for a host: asked first where the time may not suffice. */
  readonly named: (address: Address) => PortSet;
  readonly identify: boolean;
  readonly probeFragile: boolean;
  readonly names: boolean;
  /** Ends the run when so many hosts fell silent under it; null: it goes on. */
  readonly stopIfSilent: number | null;
  readonly stop: StopSignals;
  /** Of a run that is gone on with. */
  readonly earlier: EarlierSittings | null;
  readonly onProgress: (progress: RunProgress) => void;
}

/** `--operator`, else who called sudo, else the user. */
export function operatorOf(flag: string | undefined): string {
  if (flag) return flag;
  if (process.env.SUDO_USER) return process.env.SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry, as in a container.
    return `uid ${process.geteuid?.() ?? "unknown"} on ${hostname()}`;
  }
}

/** The run as it begins; `id` and `startedAt` are the store's. */
export function draftRun(plan: ScanPlan, operator: string, profileHash: string | null, request: RunAsk) {
  return {
    source: "live" as const,
    audit: plan.audit.name,
    vantage: plan.vantage,
    realm: plan.realm,
    operator,
    method: plan.method,
    ports: formatPortSet(plan.ports),
    targets: plan.targets,
    exclusions: plan.exclusions,
    addressCount: plan.scope.count,
    rate: plan.budget.rate,
    nmapVersion: plan.nmap.version,
    sources: plan.routes.sources,
    profileHash,
    warnings: [...plan.notes],
    request,
  };
}

export function makeEngine(plan: ScanPlan, probeFragile: boolean): LocalEngine {
  return new LocalEngine({
    binary: plan.nmap.binary,
    method: plan.method,
    privileged: plan.privilege.how === "ambient",
    minRate: plan.budget.explicit,
    probeFragile,
    permitted: permittedOf(plan.addresses),
  });
}

/** The scope as the kernel-side check sees it, built from single addresses: no arithmetic of ours is trusted twice. */
function permittedOf(addresses: readonly Address[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) list.addAddress(address, familyOf(address) === 4 ? "ipv4" : "ipv6");
  return list;
}

/** Carries the run out and ends it in the store, whatever happens. Returns its outcome. */
export async function carryOutRun(request: RunRequest): Promise<Outcome> {
  const lost = new AbortController();
  const { ino: inode } = statSync(request.store.path);
  const beating: Beating = {
    ...request,
    signal: AbortSignal.any([request.stop.now, lost.signal]),
    notes: progressNotes(Date.now),
    flying: new Set(),
  };
  const heart = beat(beating, inode, lost);
  try {
    const outcome = await sweep(beating);
    if (heart.error !== null) throw heart.error;
    requireInPlace(request.store.path, inode);
    return conclude(request, outcome);
  } catch (error) {
    endQuietly(request, error);
    throw error;
  } finally {
    clearInterval(heart.timer);
    request.stop.finish.removeEventListener("abort", heart.once);
  }
}

async function sweep(request: Beating): Promise<SweepOutcome> {
  const { plan, store, run, notes, flying, stop } = request;
  const ptr = request.names ? startPtrLookups() : null;
  const history = recall(request);
  const outcome = await carryOut(
    {
      addresses: plan.hours === null ? plan.addresses : turnedBy(plan.addresses, run.id),
      ports: plan.ports,
      likely: plan.likely,
      udpServices: plan.udpServices,
      method: plan.method,
      skipDiscovery: plan.skipDiscovery,
      alwaysSweep: new Set([...history.known, ...request.profiled]),
      expected: new Set([...history.recent, ...request.profiled]),
      wasAlive: history.aliveLast,
      knownOpen: history.open,
      identify: request.identify,
      probeFragile: request.probeFragile,
      plan: contextOf(plan),
      ping: plan.method === "connect" ? pinger(plan.budget.rate) : null,
      ...timing(request, history.known.length),
      stopIfSilent: request.stopIfSilent,
      now: Date.now,
      later: (ms, then) => {
        setTimeout(then, ms).unref();
      },
      random: Math.random,
    },
    makeEngine(plan, request.probeFragile),
    {
      onShardStart: (shard, attempt, start) => {
        flying.add(shard.id);
        store.startShard(run.id, shard, attempt, start);
      },
      onShardEnd: (result, observations, pace) => {
        flying.delete(result.shard.id);
        recordLiveShard(store, run.id, { ...result, pace }, observations);
        ptr?.ask(observations.map((o) => o.address));
      },
      onProgress: (progress) => {
        notes.note(progress);
        request.onProgress(notes.tell({ inFlight: flying.size, stopping: stop.asked() }));
      },
    },
    request.signal,
    { finish: stop.finish, ...(request.earlier === null ? {} : { earlier: request.earlier }) },
  );
  // Hosts that earlier sittings found are asked for their names again: those were not kept by host.
  ptr?.ask(outcome.observations.filter(isAlive).map((o) => o.address));
  const names = (await ptr?.finish()) ?? new Map<Address, readonly string[]>();
  return {
    ...outcome,
    observations: outcome.observations.map((o) => ({ ...o, names: names.get(o.address) ?? [] })),
  };
}

function isAlive({ presence }: HostObservation): boolean {
  return presence === "alive";
}

/** Most pings only wait a second for nobody, so many go side by side; a tenth of the budget bounds what they send. */
const PINGS_AT_ONCE = 64;
const PING_SHARE = 0.1;

function pinger(budgetRate: number) {
  const rate = Math.max(1, budgetRate * PING_SHARE);
  return (addresses: readonly Address[], signal: AbortSignal) =>
    pingAddresses(addresses, { concurrency: PINGS_AT_ONCE, rate, signal });
}

interface History {
  /** Ever alive, in the scope. */
  readonly known: Address[];
  /** Alive within the audit's max-age. */
  readonly recent: Address[];
  /** Alive in the last run that covered them. */
  readonly aliveLast: Set<Address>;
  readonly open: Map<Address, PortSet>;
}

function recall({ plan, store, run }: RunRequest): History {
  const place = { realm: plan.realm, vantage: plan.vantage };
  const inScope = store.knownHosts(place).filter((host) => hasAddress(plan.scope.addresses, host.address));
  const open = new Map<Address, PortSet>();
  for (const { address, protocol, port } of store.knownOpen(place)) {
    if (!hasAddress(plan.scope.addresses, address)) continue;
    open.set(address, unionPorts(open.get(address) ?? emptyPortSet, portSetOf([{ protocol, port }])));
  }
  return {
    known: inScope.map((host) => host.address),
    recent: inScope
      .filter((host) => host.lastAlive >= run.startedAt - plan.audit.maxAge)
      .map((host) => host.address),
    aliveLast: new Set(inScope.filter((host) => host.aliveLast).map((host) => host.address)),
    open,
  };
}

function conclude({ store, run, plan, stop }: RunRequest, outcome: SweepOutcome): Outcome {
  store.recordHosts(run.id, outcome.observations as HostObservation[]);
  const verdict = verdictOf(outcome, stop);
  store.endRun(run.id, {
    ...verdict,
    coverage: outcome.coverage.share,
    cellsDue: outcome.coverage.due,
    cellsCovered: outcome.coverage.covered,
    recall: outcome.recall,
    silenced: outcome.silenced,
    disbelieved: outcome.disbelieved,
    warnings: [...plan.notes, ...outcome.failures, ...outcome.warnings],
    endedAt: Date.now(),
  });
  return verdict.outcome;
}

function verdictOf(
  outcome: SweepOutcome,
  stop: StopSignals,
): { outcome: Exclude<Outcome, "running">; why: string | null } {
  const { coverage, failures, shards } = outcome;
  const missing = coverage.due - coverage.covered;
  if (outcome.interrupted) {
    const why = outcome.whyStopped ?? `stopped by ${stop.by() ?? "a fault"}`;
    return { outcome: "interrupted", why };
  }
  if (shards.ended > 0 && shards.failed === shards.ended)
    return { outcome: "failed", why: failures[0] ?? null };
  if (coverage.due > 0 && coverage.covered === 0) {
    return { outcome: "failed", why: failures[0] ?? "nothing that was due gave an answer" };
  }
  if (missing > 0)
    return {
      outcome: "partial",
      why: failures[0] ?? `${missing} of ${coverage.due} cells due were not proved`,
    };
  if (failures.length > 0) return { outcome: "partial", why: failures[0] ?? null };
  return { outcome: "complete", why: null };
}

/** The run failed over something of ours (a full disk, a fault): mark it so if the store still lets us. */
function endQuietly({ store, run }: RunRequest, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  try {
    store.endRun(run.id, {
      outcome: "interrupted",
      why,
      coverage: null,
      cellsDue: null,
      cellsCovered: null,
      warnings: [],
      endedAt: Date.now(),
    });
  } catch {
    // The first error is the one to tell; the next run settles this one as interrupted.
  }
}
