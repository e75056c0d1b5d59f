/** Small run views for tests: one host each call, everything else as a plain complete run has it. */
import type { Address } from "../../src/facts/address.js";
import type { Confidence, Proof, QuietGroup, Service } from "../../src/facts/observation.js";
import type { PortSet } from "../../src/facts/port.js";
import type { Run } from "../../src/facts/run.js";
import type { HostView, RunView } from "../../src/facts/view.js";
import { parseAddress } from "../../src/scope/address.js";
import { parsePort } from "../../src/scope/port.js";
import { portSetOf, unionPorts } from "../../src/scope/portSet.js";

export const DAY = 86_400_000;
export const START = Date.UTC(2026, 2, 9, 2, 30);
export const END = START + 3_600_000;

export function address(text: string): Address {
  return parseAddress(text);
}

export function makeRun(some: Partial<Run> = {}): Run {
  return {
    id: 7,
    source: "live",
    audit: null,
    vantage: "bastion",
    realm: "default",
    operator: "test",
    startedAt: START,
    endedAt: END,
    outcome: "complete",
    why: null,
    method: "raw",
    ports: "T:1-1000",
    targets: ["198.18.0.0/24"],
    exclusions: [],
    addressCount: 256,
    rate: 500,
    nmapVersion: "7.93",
    sources: [],
    profileHash: null,
    warnings: [],
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
    recall: null,
    silenced: [],
    disbelieved: [],
    ...some,
  };
}

export function makeView(hosts: readonly HostView[], some: Partial<Run> = {}): RunView {
  return { run: makeRun(some), hosts, silentCount: 0, changes: [] };
}

export type Row = HostView["ports"][number];

/** A row of a host; open and confirmed since three weeks unless said otherwise. */
export function makeRow(host: string, port: string, some: Partial<Row> = {}): Row {
  return {
    address: address(host),
    ...parsePort(port),
    state: "open",
    reason: "syn-ack",
    proof: "open",
    service: null,
    vantage: "bastion",
    realm: "default",
    run: 7,
    firstSeen: START - 21 * DAY,
    lastSeen: END,
    lastCovered: END,
    confidence: "confirmed" satisfies Confidence,
    covered: true,
    ...some,
  };
}

export function makeService(name: string, some: Partial<Service> = {}): Service {
  return {
    name,
    product: null,
    version: null,
    extraInfo: null,
    tunnel: null,
    method: "probed",
    confidence: 10,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: [],
    ...some,
  };
}

/** Ports that share a proof, such as `quiet("closed", "22/tcp", "80/tcp")`. */
export function quiet(proof: Proof, ...ports: readonly string[]): QuietGroup {
  const state = proof === "closed" ? "closed" : "filtered";
  return {
    state,
    reason: proof === "closed" ? "reset" : "no-response",
    proof,
    ports: portSetOf(ports.map(parsePort)),
  };
}

/** An alive host; its covered ports are those of its covered rows and quiet groups. */
export function makeHost(host: string, some: Partial<HostView> = {}): HostView {
  const rows = some.ports ?? [];
  const covered: PortSet = unionPorts(
    portSetOf(rows.filter((row) => row.covered)),
    ...(some.quiet ?? []).map(({ ports }) => ports),
  );
  return {
    address: address(host),
    presence: "alive",
    aliveReason: "echo-reply",
    aliveSince: START - 30 * DAY,
    lastAlive: END,
    mac: null,
    vendor: null,
    names: [],
    local: false,
    ports: rows,
    quiet: [],
    covered,
    holes: [],
    holesUnjudged: null,
    ...some,
  };
}

/** A host with these ports open. */
export function openHost(host: string, ...ports: readonly string[]): HostView {
  return makeHost(host, { ports: ports.map((port) => makeRow(host, port)) });
}
