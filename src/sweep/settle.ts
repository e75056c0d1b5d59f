/** From a host's evidence to what the run says of it: the one shape the store takes. */
import type { Address } from "../facts/address.js";
import type { CellObservation, HoleLook, HostObservation, QuietGroup } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Disbelieved } from "../facts/run.js";
import {
  countPorts,
  emptyPortSet,
  hasPort,
  intersectPorts,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import { type HostEvidence, isAlive, type OpenPort, openPorts } from "./evidence.js";
import { believedSilence } from "./silence.js";

export interface HoleVerdict {
  readonly holes: readonly HoleLook[];
  readonly unjudged: string | null;
  /** The host limits its resets, so its silent ports may as well be closed. */
  readonly resetLimited: boolean;
}

export interface SettleContext {
  /** Ports asked in this run; nothing else is ever covered. */
  readonly asked: PortSet;
  readonly names: readonly string[];
  /** Null while the host's passes are not over: then only its answers are covered. */
  readonly holes: HoleVerdict | null;
  /** Ports that were open before, of which nothing else is told: not before a run's end, nor unless it was found twice. */
  readonly withheld: PortSet;
  /** Silent, alive in the last covering run, while a neighbour answered before and after. */
  readonly vanished: boolean;
  /** What answers for it, so that its open ports are not believed; null or left out: nothing does. */
  readonly flag?: Disbelieved["flag"] | null;
}

/** A run that is broken off has judged no hole: one of an earlier run that resets again may be one still. */
const NO_SECOND_LOOK = "no second look";

/** What the run has proved of `host` so far. */
export function observationOf(host: HostEvidence, context: SettleContext): HostObservation {
  const cells = [...host.open.values()]
    .filter((o) => hasPort(context.asked, o.answer.protocol, o.answer.port))
    .map((o) => cellOf(o, host, context.flag));
  const quiet = quietGroups(host, context);
  let covered = intersectPorts(openPorts(host), context.asked);
  for (const group of quiet) covered = unionPorts(covered, group.ports);
  const settled = context.holes !== null;
  return {
    address: host.address,
    presence: isAlive(host) ? "alive" : context.vanished ? "vanished" : "silent",
    aliveReason: host.aliveReason,
    mac: host.mac,
    vendor: host.vendor,
    names: context.names,
    cells,
    quiet,
    covered,
    grade: settled ? "full" : "positive-only",
    holes: context.holes?.holes ?? [],
    holesUnjudged: context.holes === null ? NO_SECOND_LOOK : context.holes.unjudged,
  };
}

/** An address that answered nothing at all. */
export function silentObservation(address: Address, vanished: boolean): HostObservation {
  return {
    address,
    presence: vanished ? "vanished" : "silent",
    aliveReason: null,
    mac: null,
    vendor: null,
    names: [],
    cells: [],
    quiet: [],
    covered: emptyPortSet,
    grade: "full",
    holes: [],
    holesUnjudged: null,
  };
}

function cellOf(open: OpenPort, host: HostEvidence, flag: SettleContext["flag"]): CellObservation {
  const { answer } = open;
  const reset = [...host.refusals.values()].some(
    (group) => group.proof === "closed" && hasPort(group.ports, answer.protocol, answer.port),
  );
  return {
    protocol: answer.protocol,
    port: answer.port,
    state: answer.state,
    reason: answer.reason,
    proof: reset ? "unstable" : "open",
    ttl: answer.ttl,
    service: open.identified ? answer.service : null,
    scripts: answer.scripts,
    confidence:
      (answer.protocol === "tcp" ? flag : null) ??
      (reset ? "unconfirmed" : isSure(open) ? "confirmed" : "single"),
  };
}

/** Seen twice, or by a service that answered to its own words. */
function isSure({ seen, identified, answer }: OpenPort): boolean {
  return seen > 1 || (identified && answer.service?.method === "probed");
}

function quietGroups(host: HostEvidence, context: SettleContext): QuietGroup[] {
  const open = openPorts(host);
  const groups: QuietGroup[] = [];
  let told = open;
  // A reset outranks another refusal of the same port: it is the stronger proof.
  const refusals = [...host.refusals.values()].sort((a, b) => rank(a.proof) - rank(b.proof));
  for (const group of refusals) {
    const ports = intersectPorts(subtractPorts(group.ports, told), context.asked);
    told = unionPorts(told, ports);
    const shown = subtractPorts(ports, context.withheld);
    if (countPorts(shown) > 0) groups.push({ ...group, ports: shown });
  }
  if (context.holes === null) return groups;
  const silent = subtractPorts(intersectPorts(believedSilence(host), context.asked), context.withheld);
  for (const protocol of ["tcp", "udp"] as const) {
    if (silent[protocol].length === 0) continue;
    groups.push({
      state: silentState(protocol, context.holes.resetLimited),
      reason: "no-response",
      proof: "silent",
      ports: { ...emptyPortSet, [protocol]: silent[protocol] },
    });
  }
  return groups;
}

function rank(proof: QuietGroup["proof"]): number {
  return proof === "closed" ? 0 : 1;
}

function silentState(protocol: "tcp" | "udp", resetLimited: boolean): QuietGroup["state"] {
  if (protocol === "udp") return "open|filtered";
  return resetLimited ? "closed-or-filtered" : "filtered";
}
