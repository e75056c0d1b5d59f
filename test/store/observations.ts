/** Makes runs and observations for tests; also used by processes outside the test runner. */
import type { Address } from "../../src/facts/address.js";
import type {
  CellObservation,
  HostObservation,
  Proof,
  QuietGroup,
  Service,
} from "../../src/facts/observation.js";
import type { Protocol } from "../../src/facts/port.js";
import { portSetOf, unionPorts } from "../../src/scope/portSet.js";
import type { RunDraft } from "../../src/store/beginRun.js";
import type { RunEnd } from "../../src/store/endRun.js";
import type { Store } from "../../src/store/store.js";

export const ip = (text: string): Address => text as Address;

export function draft(startedAt: number, more: Partial<RunDraft> = {}): RunDraft {
  return {
    source: "live",
    audit: null,
    vantage: "bastion",
    realm: "default",
    operator: "alice",
    startedAt,
    method: "raw",
    ports: "T:1-100",
    targets: ["10.0.0.0/24"],
    exclusions: [],
    addressCount: 256,
    rate: 500,
    nmapVersion: "7.93",
    sources: [],
    profileHash: null,
    ...more,
  };
}

export function ending(endedAt: number, more: Partial<RunEnd> = {}): RunEnd {
  return {
    outcome: "complete",
    why: null,
    endedAt,
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
    warnings: [],
    ...more,
  };
}

export function service(name: string, product: string | null = null, more: Partial<Service> = {}): Service {
  return {
    name,
    product,
    version: null,
    extraInfo: null,
    tunnel: null,
    method: "probed",
    confidence: 10,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: [],
    ...more,
  };
}

export function openCell(port: number, more: Partial<CellObservation> = {}): CellObservation {
  return {
    protocol: "tcp",
    port,
    state: "open",
    reason: "syn-ack",
    proof: "open",
    ttl: 64,
    service: null,
    scripts: [],
    confidence: "confirmed",
    ...more,
  };
}

const ANSWERS: Readonly<Partial<Record<Proof, Pick<QuietGroup, "state" | "reason">>>> = {
  closed: { state: "closed", reason: "reset" },
  refused: { state: "filtered", reason: "admin-prohibited" },
  silent: { state: "filtered", reason: "no-response" },
  none: { state: "closed|filtered", reason: "no-response" },
};

export function quietGroup(proof: Proof, ports: Iterable<number>, protocol: Protocol = "tcp"): QuietGroup {
  const answer =
    protocol === "udp" && proof === "silent"
      ? { state: "open|filtered" as const, reason: "no-response" }
      : (ANSWERS[proof] ?? { state: "filtered" as const, reason: "no-response" });
  return { ...answer, proof, ports: portSetOf([...ports].map((port) => ({ protocol, port }))) };
}

/** What one run proved of a host; `covered` follows from the cells and groups. */
export function observed(address: string, more: Partial<HostObservation> = {}): HostObservation {
  const { cells = [], quiet = [] } = more;
  return {
    address: ip(address),
    presence: "alive",
    aliveReason: "echo-reply",
    mac: null,
    vendor: null,
    names: [],
    grade: "full",
    holes: [],
    holesUnjudged: null,
    ...more,
    cells,
    quiet,
    covered: unionPorts(portSetOf(cells), ...quiet.map((group) => group.ports)),
  };
}

export function silentHost(address: string): HostObservation {
  return observed(address, { presence: "silent", aliveReason: null });
}

/** One run from start to end, an hour long. */
export function recordRun(
  store: Store,
  startedAt: number,
  hosts: readonly HostObservation[],
  more: Partial<RunDraft> = {},
): number {
  const { run } = store.beginRun(draft(startedAt, more));
  store.recordHosts(run, hosts);
  store.endRun(run, ending(startedAt + 3_600_000));
  return run.id;
}
