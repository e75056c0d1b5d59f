import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ROW_STATES } from "../../src/facts/answer.js";
import type { HostObservation, Proof, QuietGroup, Service } from "../../src/facts/observation.js";
import { formatPort } from "../../src/scope/port.js";
import { formatPortSet, listPorts } from "../../src/scope/portSet.js";
import type { ImportFile } from "../../src/store/imports.js";
import { openStore } from "../../src/store/openStore.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import type { Store } from "../../src/store/store.js";
import { dump } from "./dump.js";
import { draft, ending, observed, openCell, quietGroup, scratchFolder, service } from "./sample.js";

/**
 * Files in any order, some taken back and brought again, against the same files in the order of their dates: the same
 * rows and the same answers. What the rows of the ordered store must be is held against the naive model elsewhere
 * (history.test.ts); that each file's own words come back is held here.
 */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PORTS = [
  ["tcp", 1],
  ["tcp", 2],
  ["tcp", 3],
  ["udp", 53],
  ["udp", 54],
] as const;
const ADDRESSES = ["10.0.0.1", "10.0.0.2"];

const proof = fc.constantFrom<Proof>(
  "open",
  "open",
  "open",
  "closed",
  "silent",
  "silent",
  "refused",
  "unstable",
  "none",
);
const identified = fc.constantFrom<Service>(
  service("http", "nginx"),
  service("http", "nginx", { extraInfo: "Ubuntu" }),
  service("http", "apache"),
  service("ssh", null, { method: "table", confidence: 3 }),
);
const port = fc.option(
  fc.record({
    proof,
    reason: fc.constantFrom<string | undefined>(undefined, undefined, undefined, "other"),
    service: fc.option(identified),
    confidence: fc.constantFrom<HostObservation["cells"][number]["confidence"]>(
      "imported",
      "imported",
      "single",
    ),
  }),
  { freq: 4 },
);
const host = fc.record({
  presence: fc.constantFrom<HostObservation["presence"]>(
    "alive",
    "alive",
    "alive",
    "alive",
    "silent",
    "vanished",
  ),
  reason: fc.constantFrom("echo-reply", "arp-response"),
  mac: fc.option(
    fc.constantFrom(["00:00:00:00:00:01", "A"], ["00:00:00:00:00:01", "B"], ["00:00:00:00:00:02", "A"]),
  ),
  names: fc.subarray(["a.example", "b.example"]),
  ports: fc.array(port, { minLength: PORTS.length, maxLength: PORTS.length }),
  grade: fc.constantFrom<HostObservation["grade"]>("full", "full", "positive-only"),
  hasHole: fc.boolean(),
});
type Made = typeof host extends fc.Arbitrary<infer T> ? T : never;

function observationOf(address: string, made: Made): HostObservation {
  const { presence, mac, names, grade } = made;
  if (presence !== "alive") return observed(address, { presence, aliveReason: null });
  const cells: HostObservation["cells"][number][] = [];
  const quiet: QuietGroup[] = [];
  made.ports.forEach((each, index) => {
    const [protocol, number] = PORTS[index] ?? ["tcp", 1];
    if (each === null) return;
    const { proof, reason, confidence } = each;
    if (proof === "open" || proof === "unstable") {
      const more = reason === undefined ? {} : { reason };
      cells.push(
        openCell(number, { protocol, proof, confidence, ttl: null, service: each.service, ...more }),
      );
    } else {
      const group = quietGroup(proof, [number], protocol);
      quiet.push(reason === undefined ? group : { ...group, reason });
    }
  });
  return observed(address, {
    aliveReason: made.reason,
    mac: mac?.[0] ?? null,
    vendor: mac?.[1] ?? null,
    names,
    cells,
    quiet,
    grade: cells.length + quiet.length === 0 ? "full" : grade,
    holes: made.hasHole
      ? [{ protocol: "tcp", port: 3, silentShare: 0.5, neighboursAsked: 1, neighboursAnswered: 0 }]
      : [],
    holesUnjudged: made.hasHole ? null : "few ports",
  });
}

const file = fc.record({
  /** Mostly a day, two files each; some tell no time, and some one that is still to come. */
  when: fc.constantFrom<When>("past", "past", "past", "past", "past", "past", "undated", "future"),
  vantage: fc.constantFrom("bastion", "bastion", "bastion", "internet"),
  realm: fc.constantFrom("default", "default", "other"),
  hosts: fc.array(fc.option(host, { freq: 6 }), { minLength: ADDRESSES.length, maxLength: ADDRESSES.length }),
});

type When = "past" | "undated" | "future";

interface File {
  readonly number: number;
  readonly when: When;
  readonly vantage: string;
  readonly realm: string;
  readonly hosts: readonly HostObservation[];
}

const hashOf = (number: number): string =>
  ((number * 7919) % 1048576).toString(16).padStart(5, "0").slice(-4).padEnd(64, "0");

const NEXT_CENTURY = Date.parse("2101-01-01T00:00:00Z");

function startOf({ number, when }: File): number {
  return Math.ceil(number / 2) * DAY + (when === "future" ? NEXT_CENTURY : 0);
}

function importFile(store: Store, file: File): number {
  const { number, vantage, realm, hosts, when } = file;
  const startedAt = startOf(file);
  const about: ImportFile = {
    name: `${number}.xml`,
    hash: hashOf(number),
    bytes: 100,
    scanner: "nmap 7.93",
    args: "nmap",
    dated: when !== "undated",
  };
  const begun = store.beginImport(draft(startedAt, { source: "import", vantage, realm }), about);
  if (begun.import === null) throw new Error(`file ${number} is known as run ${begun.known.id}`);
  begun.import.add(stageHosts(hosts));
  return begun.import.end(ending(startedAt + HOUR)).id;
}

/** Quiet ports one by one: the store may group them in another way. */
function normal(observation: HostObservation | null): unknown {
  if (observation === null) return null;
  const quiet = observation.quiet.flatMap(({ state, reason, proof, ports }) =>
    [...listPorts(ports)].map((each) => `${formatPort(each)} ${state} ${reason} ${proof}`),
  );
  return {
    ...observation,
    names: [...observation.names].sort(),
    cells: [...observation.cells].sort((a, b) =>
      `${a.protocol}${a.port}` < `${b.protocol}${b.port}` ? -1 : 1,
    ),
    quiet: quiet.sort(),
    covered: formatPortSet(observation.covered),
  };
}

/** Every public read, by file and not by run number. */
function reads(store: Store, files: ReadonlyMap<number, number>): unknown {
  const names = new Map([...files].map(([number, run]) => [run, number]));
  const text = JSON.stringify(
    [...files]
      .sort(([a], [b]) => a - b)
      .map(([number, run]) => {
        const view = store.runView(run);
        return [number, { ...view, run: null }, store.openRows({ run })];
      })
      .concat([
        [-1, null as never, store.openRows({ states: ROW_STATES }) as never],
        [-2, null as never, store.knownHosts() as never],
        [-3, null as never, store.knownOpen() as never],
        [-4, null as never, store.openedSince(2 * DAY) as never],
        [-5, null as never, store.coveredSince(2 * DAY) as never],
        [-6, null as never, ADDRESSES.map((each) => store.hostView(each as never)) as never],
      ]),
    (name, value) =>
      ["run", "id", "changedBy"].includes(name) && typeof value === "number" ? names.get(value) : value,
  );
  return JSON.parse(text);
}

/** The lines of the log as they are told apart; times are looked up anew each time. */
function logOf(store: Store): string[] {
  return store
    .changeLog()
    .map(({ run, address, protocol, port, kind, before, after, serial, recordedAt }) =>
      JSON.stringify([run, address, protocol, port, kind, before, after, serial, recordedAt]),
    );
}

/** Lines are only ever added, and the last one on each change says whether it holds. */
function expectLog(store: Store, before: readonly string[], runs: Iterable<number>): string[] {
  const log = logOf(store);
  const lines = new Set(log);
  expect(lines.size).toBe(log.length);
  expect(before.filter((line) => !lines.has(line))).toEqual([]);
  const serials = new Map<string, number[]>();
  for (const line of log) {
    const [run, ...rest] = JSON.parse(line);
    const change = JSON.stringify([run, ...rest.slice(0, 6)]);
    serials.set(change, [...(serials.get(change) ?? []), rest[6]]);
  }
  for (const told of serials.values()) {
    expect(told.sort((a, b) => a - b)).toEqual(told.map((_, index) => index));
  }
  const holding = [...serials].filter(([, told]) => told.length % 2 === 1).map(([change]) => change);
  const known = [...runs].flatMap((run) =>
    store
      .changesOf(run)
      .map((each) =>
        JSON.stringify([run, each.address, each.protocol, each.port, each.kind, each.before, each.after]),
      ),
  );
  expect(holding.sort()).toEqual(known.sort());
  return log;
}

describe("files", () => {
  test("come back as they were, and give the same rows in whatever order they come and go", () => {
    const folder = scratchFolder();
    let number = 0;
    fc.assert(
      fc.property(
        fc.array(file, { minLength: 1, maxLength: 7 }),
        fc.infiniteStream(fc.nat()),
        fc.array(fc.record({ which: fc.nat(), again: fc.boolean() }), { maxLength: 4 }),
        (plans, dice, backs) => {
          number += 1;
          const files = plans.map((plan, index): File => {
            const hosts = plan.hosts.flatMap((make, at) =>
              make === null ? [] : [observationOf(ADDRESSES[at] ?? "", make)],
            );
            const { when, vantage, realm } = plan;
            return { number: index + 1, when, vantage, realm, hosts };
          });
          const shuffled = files
            .map((each) => [dice.next().value ?? 0, each] as const)
            .sort(([a], [b]) => a - b)
            .map(([, each]) => each);
          const path = `${folder}/${number}-any.db`;
          const other = `${folder}/${number}-ordered.db`;
          const store = openStore(path, { mode: "write", now: () => 0 });
          const ordered = openStore(other, { mode: "write", now: () => 0 });
          try {
            const runs = new Map<number, number>();
            let log: string[] = [];
            for (const each of shuffled) {
              runs.set(each.number, importFile(store, each));
              log = expectLog(store, log, runs.values());
            }
            for (const { which, again } of backs) {
              const each = files[which % files.length];
              const run = each === undefined ? undefined : runs.get(each.number);
              if (each === undefined || run === undefined) continue;
              store.forgetRun(run);
              runs.delete(each.number);
              log = expectLog(store, log, runs.values());
              if (again) runs.set(each.number, importFile(store, each));
              log = expectLog(store, log, runs.values());
            }
            expect(store.check().flatMap(({ faults }) => faults)).toEqual([]);
            const kept = new Map<number, number>();
            const byKey = files
              .filter((each) => runs.has(each.number))
              .sort((a, b) => startOf(a) - startOf(b) || (hashOf(a.number) < hashOf(b.number) ? -1 : 1));
            for (const each of byKey) kept.set(each.number, importFile(ordered, each));
            for (const each of byKey) {
              for (const said of each.hosts) {
                const run = runs.get(each.number) ?? 0;
                const expected = each.when === "undated" ? null : normal(said);
                expect(normal(store.observationOf(run, said.address))).toEqual(expected);
              }
            }
            expect(reads(store, runs)).toEqual(reads(ordered, kept));
            expect(dump(path)).toEqual(dump(other));
          } finally {
            store.close();
            ordered.close();
          }
        },
      ),
      {
        numRuns: Number(process.env.PORTREEVE_CASES ?? 100),
        ...(process.env.PORTREEVE_SEED === undefined ? {} : { seed: Number(process.env.PORTREEVE_SEED) }),
      },
    );
  }, 600_000);
});
