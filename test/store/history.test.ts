import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostObservation, Proof } from "../../src/facts/observation.js";
import type { HostView } from "../../src/facts/view.js";
import { formatPort, parsePort } from "../../src/scope/port.js";
import { listPorts } from "../../src/scope/portSet.js";
import { openStore } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";
import { draft, ending, observed, openCell, quietGroup, scratchFolder, service } from "./sample.js";
import { changesOf, type ModelHost, type ModelRun, quietOf, rowsOf, sightings } from "./snapshotModel.js";

const PORTS = ["1/tcp", "2/tcp", "3/tcp", "53/udp", "54/udp"];
const HOSTS = ["10.0.0.1", "10.0.0.2"];
const VANTAGES = ["bastion", "internet"];
const HOUR = 3_600_000;

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
const modelHost = fc
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
const modelRun = fc.record({
  vantage: fc.constantFrom(VANTAGES[0], VANTAGES[0], VANTAGES[1]).map(String),
  /** What it says of a host while it goes on; the last word counts. */
  drafts: fc.array(fc.record({ host: fc.constantFrom(...HOSTS), said: modelHost }), { maxLength: 3 }),
  hosts: fc.array(fc.option(modelHost, { freq: 5 }), { minLength: HOSTS.length, maxLength: HOSTS.length }),
  isKilled: fc.boolean(),
});

function observationOf(address: string, { presence, ports, services }: ModelHost): HostObservation {
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

/** Makes the run's owner dead, as kill -9 would. */
function killOwner(path: string): void {
  const database = new Sqlite(path);
  database.exec("UPDATE run_owner SET start_ticks = start_ticks - 1");
  database.close();
}

function expectView(store: Store, runs: readonly ModelRun[]): void {
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
function expectHistory(store: Store, runs: readonly ModelRun[], vantage: string): void {
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

describe("the store, against a model that keeps every snapshot", () => {
  test("tells states, sightings, quiet ports and changes of every run, whatever came before and after", () => {
    const folder = scratchFolder();
    let number = 0;
    fc.assert(
      fc.property(fc.array(modelRun, { minLength: 1, maxLength: 7 }), (plans) => {
        number += 1;
        const path = `${folder}/${number}.db`;
        let now = 0;
        const store = openStore(path, { mode: "write", now: () => now });
        try {
          const runs: ModelRun[] = [];
          plans.forEach((plan, index) => {
            const startedAt = (index + 1) * 24 * HOUR;
            now = startedAt;
            const { run } = store.beginRun(draft(startedAt, { vantage: plan.vantage }));
            for (const { host, said } of plan.drafts) store.recordHosts(run, [observationOf(host, said)]);
            const hosts = new Map<string, ModelHost>();
            for (const { host, said } of plan.drafts) hosts.set(host, said);
            const last = HOSTS.flatMap((host, at) => {
              const said = plan.hosts[at] ?? null;
              return said === null ? [] : [[host, said] as const];
            });
            store.recordHosts(
              run,
              last.map(([host, said]) => observationOf(host, said)),
            );
            for (const [host, said] of last) hosts.set(host, said);
            // A dead run is settled at its last sign of life.
            const endedAt = plan.isKilled ? startedAt : startedAt + HOUR;
            const model: ModelRun = { id: run.id, vantage: plan.vantage, startedAt, endedAt, hosts };
            runs.push(model);
            const before = runs.filter((each) => each.vantage === plan.vantage);
            // While it goes on, its changes reach until now.
            if (plan.isKilled) killOwner(path);
            else {
              now = endedAt;
              expectView(store, before);
              store.endRun(run, ending(endedAt));
            }
            expectView(store, before);
          });
          store.settleDeadRuns(now + HOUR);
          // A later run changes nothing in the view of an earlier one.
          runs.forEach((run, index) => {
            expectView(
              store,
              runs.slice(0, index + 1).filter((each) => each.vantage === run.vantage),
            );
          });
          for (const vantage of VANTAGES) {
            expectHistory(
              store,
              runs.filter((run) => run.vantage === vantage),
              vantage,
            );
          }
          const database = new Sqlite(path, { readonly: true });
          expect(database.pragma("foreign_key_check")).toEqual([]);
          expect(database.prepare("SELECT count(*) FROM working_host").pluck().get()).toBe(0);
          database.close();
        } finally {
          store.close();
        }
      }),
      { numRuns: Number(process.env.PORTREEVE_CASES ?? 150) },
    );
    // Each case makes a database: on a busy machine that takes its time.
  }, 180_000);
});
