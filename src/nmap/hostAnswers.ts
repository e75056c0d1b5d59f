/**
 * What one `<host>` element says, judged. A file may hold several elements of one address (a target named twice,
 * masscan's one a port): their answers are merged before anything is concluded from silence.
 */
import type { Address } from "../facts/address.js";
import type { CellObservation } from "../facts/observation.js";
import type { Instant } from "../facts/run.js";
import { isLoopback } from "../scope/address.js";
import { portSetOf } from "../scope/portSet.js";
import type { NmapHost, NmapPort } from "./document.js";
import { type AnsweredPorts, groupAnswers } from "./groupAnswers.js";
import { type Judgement, judgeAnswer } from "./judgeAnswer.js";
import { singularReason } from "./proof.js";
import type { ScanFacts } from "./scanFacts.js";

export interface HostAnswers {
  readonly address: Address;
  readonly mac: string | null;
  readonly vendor: string | null;
  readonly names: readonly string[];
  /** By what it showed that it is there; null where it answered nothing itself. */
  readonly aliveReason: string | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly timedOut: boolean;
  /** IP TTL of a reset, the first that the file tells one of. */
  readonly resetTtl: number | null;
  /** The open ports, as often as they are listed. */
  readonly open: readonly CellObservation[];
  readonly others: readonly AnsweredPorts[];
}

/** Reasons by which a host is up without having answered anything. */
const NO_ANSWER = new Set(["user-set", "no-response", "unknown-response", "none"]);

/** Null where the element says nothing of the host: `-sL` lists names and asks nobody. */
export function readAnswers(scan: ScanFacts, host: NmapHost): HostAnswers | null {
  const isSilentList = host.ports.length === 0 && host.extraPorts.length === 0;
  if (isSilentList && host.status.state !== "up" && host.status.state !== "down") return null;
  const loopback = isLoopback(host.address);
  const open: CellObservation[] = [];
  const quiet = new Map<string, { judged: Judgement; ports: NmapPort[] }>();
  let aliveReason = statusReason(scan, host, loopback);
  let resetTtl = host.status.reason === "reset" ? host.status.ttl : null;
  let last: NmapPort | null = null;
  let judged: Judgement | null = null;
  for (const port of host.ports) {
    // Most ports answer as the one before.
    if (judged === null || last === null || !isSameAnswer(last, port))
      judged = judgeAnswer(scan, port, loopback, port);
    last = port;
    if (judged.isOwn) aliveReason ??= judged.reason;
    if (judged.proof === "open") open.push(cellOf(port, judged.reason));
    else {
      addQuiet(quiet, port, judged);
      if (port.reason === "reset") resetTtl ??= port.ttl;
    }
  }
  const others = [...quiet.values()].map(({ judged, ports }) => ({ ...judged, ports: portSetOf(ports) }));
  if (host.extraPorts.length > 0)
    others.push(...groupAnswers(scan, host.extraPorts, portSetOf(host.ports), loopback));
  aliveReason ??= others.find(({ isOwn }) => isOwn)?.reason ?? null;
  return {
    address: host.address,
    mac: host.mac,
    vendor: host.vendor,
    names: host.hostnames.filter(({ type }) => type !== "user").map(({ name }) => name),
    aliveReason,
    startedAt: host.startedAt,
    endedAt: host.endedAt,
    timedOut: host.timedOut,
    resetTtl,
    open,
    others,
  };
}

/** The answer to discovery, where there was one. */
function statusReason(scan: ScanFacts, { status }: NmapHost, loopback: boolean): string | null {
  if (status.state !== "up") return null;
  const reason = singularReason(status.reason);
  // Before 4.2 nmap says up and no more: then it was asked, and answered, unless by `connect()`, which anyone refuses.
  if (reason === "") return scan.isUnpinged || (scan.tcp === "connect" && !loopback) ? null : "up";
  if (reason === "conn-refused" && !loopback) return null;
  return NO_ANSWER.has(reason) ? null : reason;
}

function cellOf(port: NmapPort, reason: string): CellObservation {
  return {
    protocol: port.protocol,
    port: port.port,
    state: port.state,
    reason,
    proof: "open",
    ttl: port.ttl,
    service: port.service,
    scripts: port.scripts,
    confidence: "imported",
  };
}

function isSameAnswer(a: NmapPort, b: NmapPort): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.protocol === b.protocol &&
    a.ttl === b.ttl &&
    a.reasonIp === b.reasonIp
  );
}

function addQuiet(
  quiet: Map<string, { judged: Judgement; ports: NmapPort[] }>,
  port: NmapPort,
  judged: Judgement,
): void {
  const key = `${judged.state} ${judged.reason} ${judged.proof}`;
  const group = quiet.get(key);
  if (group === undefined) quiet.set(key, { judged, ports: [port] });
  else group.ports.push(port);
}

/** Both together; what the first says of the host itself stands. */
export function mergeAnswers(a: HostAnswers, b: HostAnswers): HostAnswers {
  return {
    address: a.address,
    mac: a.mac ?? b.mac,
    vendor: a.vendor ?? b.vendor,
    names: [...new Set([...a.names, ...b.names])],
    aliveReason: a.aliveReason ?? b.aliveReason,
    startedAt: either(Math.min, a.startedAt, b.startedAt),
    endedAt: either(Math.max, a.endedAt, b.endedAt),
    timedOut: a.timedOut || b.timedOut,
    resetTtl: a.resetTtl ?? b.resetTtl,
    open: [...a.open, ...b.open],
    others: [...a.others, ...b.others],
  };
}

function either(
  choose: (a: number, b: number) => number,
  a: Instant | null,
  b: Instant | null,
): Instant | null {
  return a === null || b === null ? (a ?? b) : choose(a, b);
}
