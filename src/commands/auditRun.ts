/** One run from its lock to its outcome: the rooms wired together. */
import { statSync } from "node:fs";
import { BlockList } from "node:net";
import { hostname, userInfo } from "node:os";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import type { HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Outcome, Run } from "../facts/run.js";
import { recordLiveShard } from "../ingest/recordLiveShard.js";
import { pingAddresses } from "../nmap/ping.js";
import { isSameProcess, killGroup } from "../nmap/processIdentity.js";
import { familyOf } from "../scope/address.js";
import { hasAddress } from "../scope/addressSet.js";
import { emptyPortSet, formatPortSet, portSetOf, unionPorts } from "../scope/portSet.js";
import type { Store } from "../store/store.js";
import { carryOut, type Progress, type SweepOutcome } from "../sweep/carryOut.js";
import { LocalEngine } from "../sweep/localEngine.js";
import { contextOf } from "./announce.js";
import { startPtrLookups } from "./resolveNames.js";
import { timing, turnedBy } from "./rollingOrder.js";
import type { ScanPlan } from "./scanPlan.js";

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
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

const HEARTBEAT_MS = 5000;

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
export function draftRun(plan: ScanPlan, operator: string, profileHash: string | null) {
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
  const heart = beat(request, inode, lost);
  try {
    const signal = AbortSignal.any([request.signal, lost.signal]);
    const outcome = await sweep({ ...request, signal });
    if (heart.error !== null) throw heart.error;
    requireInPlace(request.store.path, inode);
    return conclude(request, outcome);
  } catch (error) {
    endQuietly(request, error);
    throw error;
  } finally {
    clearInterval(heart.timer);
  }
}

/** Writing to a database that was removed or replaced meanwhile would look like success and leave nothing. */
function requireInPlace(path: string, inode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.ino === inode) return;
  throw new PortreeveError("failed", `the database ${path} was removed or replaced while the run went on`, {
    hint: "put it back if it was moved, and scan again: this run is lost",
  });
}

/** A run that can no longer say it is alive (disk full, settled by another after a long sleep) must stop probing. */
function beat(
  { store, run }: RunRequest,
  inode: number,
  lost: AbortController,
): { timer: NodeJS.Timeout; error: unknown } {
  const heart: { timer: NodeJS.Timeout; error: unknown } = {
    error: null,
    timer: setInterval(() => {
      try {
        requireInPlace(store.path, inode);
        store.heartbeat(run.id);
      } catch (error) {
        heart.error ??= error;
        lost.abort();
      }
    }, HEARTBEAT_MS),
  };
  return heart;
}

async function sweep(request: RunRequest): Promise<SweepOutcome> {
  const { plan, store, run } = request;
  const ptr = request.names ? startPtrLookups() : null;
  const history = recall(request);
  const outcome = await carryOut(
    {
      addresses: plan.hours === null ? plan.addresses : turnedBy(plan.addresses, run.id),
      ports: plan.ports,
      likely: plan.likely,
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
      stopIfSilent: null,
      now: Date.now,
      later: (ms, then) => {
        setTimeout(then, ms).unref();
      },
      random: Math.random,
    },
    makeEngine(plan, request.probeFragile),
    {
      onShardStart: (shard, attempt, start) => store.startShard(run.id, shard, attempt, start),
      onShardEnd: (result, observations) => {
        recordLiveShard(store, run.id, result, observations);
        ptr?.ask(observations.map((o) => o.address));
      },
      onProgress: request.onProgress,
    },
    request.signal,
  );
  const names = (await ptr?.finish()) ?? new Map<Address, readonly string[]>();
  return {
    ...outcome,
    observations: outcome.observations.map((o) => ({ ...o, names: names.get(o.address) ?? [] })),
  };
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

function conclude({ store, run, plan }: RunRequest, outcome: SweepOutcome): Outcome {
  store.recordHosts(run.id, outcome.observations as HostObservation[]);
  const verdict = verdictOf(outcome);
  store.endRun(run.id, {
    ...verdict,
    coverage: outcome.coverage.share,
    cellsDue: outcome.coverage.due,
    cellsCovered: outcome.coverage.covered,
    recall: outcome.recall,
    silenced: outcome.silenced,
    warnings: [...plan.notes, ...outcome.failures, ...outcome.warnings],
    endedAt: Date.now(),
  });
  return verdict.outcome;
}

function verdictOf(outcome: SweepOutcome): { outcome: Exclude<Outcome, "running">; why: string | null } {
  const { coverage, failures, shards } = outcome;
  const missing = coverage.due - coverage.covered;
  if (outcome.interrupted) return { outcome: "interrupted", why: "stopped by a signal" };
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

/** Ends the nmaps that a dead portreeve left running; `pid` and start time tell them from a newcomer. */
export function endOrphans(shards: readonly { pid: number | null; startTicks: number | null }[]): number {
  let ended = 0;
  for (const { pid, startTicks } of shards) {
    if (pid === null || startTicks === null || !isSameProcess(pid, startTicks)) continue;
    killGroup(pid, "SIGKILL");
    ended++;
  }
  return ended;
}
