/** Runs for property tests, what they say, and what a store that holds them must tell: all of it by the naive model. */
import fc from "fast-check";
import { expect } from "vitest";
import type { HostObservation, Proof } from "../../src/facts/observation.js";
import type { HostView } from "../../src/facts/view.js";
import { formatPort, parsePort } from "../../src/scope/port.js";
import { listPorts } from "../../src/scope/portSet.js";
import type { Store } from "../../src/store/store.js";
import { observed, openCell, quietGroup, service } from "./observations.js";
import { changesOf, type ModelHost, type ModelRun, quietOf, rowsOf, sightings } from "./snapshotModel.js";

export const PORTS = ["1/tcp", "2/tcp", "3/tcp", "53/udp", "54/udp"];
export const HOSTS = ["10.0.0.1", "10.0.0.2"];
export const VANTAGES = ["bastion", "internet"];
export const HOUR = 3_600_000;

const proof = fc.constantFrom<Proof>(
  "open",
  "open",
  "closed",
  "closed",
  "silent",
  "refused",
  "unstable",
  "none",
);
const port = fc.record({
  proof: fc.option(proof, { freq: 4 }),
  service: fc.option(fc.constantFrom("nginx", "apache")),
});
export const modelHost = fc
  .record({
    presence: fc.constantFrom<ModelHost["presence"]>("alive", "alive", "alive", "silent", "vanished"),
    ports: fc.array(port, { minLength: PORTS.length, maxLength: PORTS.length }),
    identifies: fc.boolean(),
  })
  .map(({ presence, ports, identifies }): ModelHost => {
    const told = new Map<string, Proof>();
    const services = new Map<string, string>();
    PORTS.forEach((name, index) => {
      const { proof = null, service = null } = ports[index] ?? {};
      if (presence !== "alive" || proof === null) return;
      told.set(name, proof);
      if (identifies && service !== null && proof === "open") services.set(name, service);
    });
    return { presence, ports: told, services };
  });
export const modelRun = fc.record({
  vantage: fc.constantFrom(VANTAGES[0], VANTAGES[0], VANTAGES[1]).map(String),
  /** What it says of a host while it goes on; the last word counts. */
  drafts: fc.array(fc.record({ host: fc.constantFrom(...HOSTS), said: modelHost }), { maxLength: 3 }),
  hosts: fc.array(fc.option(modelHost, { freq: 5 }), { minLength: HOSTS.length, maxLength: HOSTS.length }),
  isKilled: fc.boolean(),
});

export function observationOf(address: string, { presence, ports, services }: ModelHost): HostObservation {
  const cells = [...ports].filter(([, proof]) => proof === "open" || proof === "unstable");
  const quiet = [...ports].filter(([, proof]) => proof !== "open" && proof !== "unstable");
  return observed(address, {
    presence,
    aliveReason: presence === "alive" ? "echo-reply" : null,
    cells: cells.map(([name, proof]) => {
      const product = services.get(name);
      const found = product === undefined ? null : service("http", product);
      return openCell(parsePort(name).port, { ...parsePort(name), proof, service: found });
    }),
    quiet: quiet.map(([name, proof]) => quietGroup(proof, [parsePort(name).port], parsePort(name).protocol)),
  });
}

export function expectView(store: Store, runs: readonly ModelRun[]): void {
  const now = runs.at(-1);
  if (now === undefined) return;
  const view = store.runView(now.id);
  const shown = new Map<string, HostView>(view.hosts.map((host) => [host.address, host]));
  for (const address of HOSTS) {
    const model = now.hosts.get(address);
    const host = shown.get(address);
    expect(host !== undefined).toBe(model !== undefined);
    if (host === undefined) continue;
    expect(host.presence).toBe(model?.presence);
    const rows = rowsOf(runs, address, PORTS);
    expect(
      host.ports.map((row) => ({
        port: formatPort(row),
        proof: row.proof,
        firstSeen: row.firstSeen,
        lastSeen: row.lastSeen,
        lastCovered: row.lastCovered,
        covered: row.covered,
        service: row.service?.product ?? null,
      })),
    ).toEqual(rows);
    const quiet = host.quiet.flatMap(({ proof, ports }) =>
      [...listPorts(ports)].map((each) => [formatPort(each), proof]),
    );
    expect(new Map(quiet as [string, Proof][])).toEqual(quietOf(runs, address, rows));
    expect([...listPorts(host.covered)].map(formatPort)).toEqual(
      PORTS.filter((name) => model?.ports.has(name)),
    );
  }
  const changes = view.changes.map(({ address, protocol, port, kind, timeFrom, timeTo }) => {
    const where =
      protocol === null || port === null ? address : `${address} ${formatPort({ protocol, port })}`;
    return `${where} ${kind} ${timeFrom}..${timeTo}`;
  });
  expect(changes.sort()).toEqual(changesOf(runs, HOSTS, PORTS).sort());
}

/** `show HOST`'s spans: each state a run proved, and never one that no run did. */
export function expectHistory(store: Store, runs: readonly ModelRun[], vantage: string): void {
  for (const address of HOSTS) {
    const [known] = store.hostView(address as HostView["address"], { vantage });
    for (const span of known?.history ?? []) {
      const seen = sightings(runs, address, formatPort(span));
      const inside = seen.filter(
        ({ run }) => run.startedAt >= span.from && run.startedAt < (span.until ?? Infinity),
      );
      expect(inside.length).toBeGreaterThan(0);
      expect(new Set(inside.map(({ proof }) => proof)).size).toBe(1);
      expect([inside[0]?.run.startedAt, inside.at(-1)?.run.startedAt]).toEqual([span.from, span.lastSeen]);
      if (span.until !== null) expect(seen.some(({ run }) => run.startedAt === span.until)).toBe(true);
    }
  }
}
