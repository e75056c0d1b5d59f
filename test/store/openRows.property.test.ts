import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ROW_STATES, type RowState } from "../../src/facts/answer.js";
import type { HostObservation } from "../../src/facts/observation.js";
import type { Run } from "../../src/facts/run.js";
import { formatPort, parsePort } from "../../src/scope/port.js";
import { listPorts } from "../../src/scope/portSet.js";
import { openStore } from "../../src/store/openStore.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import type { Store } from "../../src/store/store.js";
import {
  type Asked,
  answersOf,
  changesWithin,
  comparisonOf,
  coverageOf,
  type ModelAnswer,
  periodsOf,
} from "./answerModel.js";
import { HOSTS, HOUR, modelRun, observationOf, PORTS, VANTAGES } from "./modelRuns.js";
import { draft, ending, ip, scratchFolder } from "./sample.js";
import type { ModelHost, ModelRun } from "./snapshotModel.js";

const DAY = 24 * HOUR;
const REALMS = ["default", "branch"];
const END = 40 * DAY;

const plan = fc
  .tuple(
    modelRun,
    fc.record({
      realm: fc.constantFrom("default", "default", "branch"),
      kind: fc.constantFrom("live", "file", "file", "file", "undated"),
      isPartial: fc.boolean(),
      rank: fc.nat(),
      isTakenBack: fc.constantFrom(false, false, false, true),
    }),
  )
  .map(([run, more]) => ({ ...run, ...more }));
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

function lastWords(plan: Plan): Map<string, ModelHost> {
  const hosts = new Map<string, ModelHost>();
  if (plan.kind === "live") for (const { host, said } of plan.drafts) hosts.set(host, said);
  plan.hosts.forEach((said, at) => {
    const host = HOSTS[at];
    if (said !== null && host !== undefined) hosts.set(host, said);
  });
  return hosts;
}

function said(plan: Plan, address: string, host: ModelHost): HostObservation {
  const observation = observationOf(address, host);
  return plan.isPartial && host.ports.size > 0 ? { ...observation, grade: "positive-only" } : observation;
}

function record(store: Store, plan: Plan, startedAt: number, setClock: (now: number) => void): Run {
  const place = { vantage: plan.vantage, realm: plan.realm };
  if (plan.kind === "live") {
    setClock(startedAt);
    const { run } = store.beginRun(draft(startedAt, place));
    for (const { host, said: words } of plan.drafts) store.recordHosts(run, [said(plan, host, words)]);
    for (const [host, words] of lastWords(plan)) store.recordHosts(run, [said(plan, host, words)]);
    setClock(startedAt + HOUR);
    return store.endRun(run, ending(startedAt + HOUR));
  }
  const hash = createHash("sha256").update(String(startedAt)).digest("hex");
  const file = { name: `${startedAt}.xml`, hash, bytes: 1, scanner: "nmap 7.93", args: "" };
  const begun = store.beginImport(draft(startedAt, { source: "import", ...place }), {
    ...file,
    dated: plan.kind === "file",
  });
  if (begun.import === null) throw new Error("no file comes twice");
  begun.import.add(stageHosts([...lastWords(plan)].map(([host, words]) => said(plan, host, words))));
  const outcome = plan.isPartial ? { outcome: "partial" as const, why: "cut" } : {};
  return begun.import.end(ending(startedAt + HOUR, outcome));
}

const STATES: readonly RowState[] = ROW_STATES;
const KNOWN_STATES: Readonly<Record<string, string>> = {
  ...{ open: "open", unstable: "open", closed: "closed", refused: "filtered", silent: "filtered" },
  none: "closed|filtered",
};
const stateOf = ({ proof, port }: Pick<ModelAnswer, "proof" | "port">): string =>
  proof === "silent" && port.endsWith("udp") ? "open|filtered" : (KNOWN_STATES[proof] ?? "");

/** The same order for both lists. */
const sorted = <T>(rows: readonly T[]): T[] => [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
const text = (row: unknown): string => JSON.stringify(row);

function expectStates(store: Store, place: object, asked: Asked, moment: object, maxAge: number | null) {
  const model = answersOf(asked, HOSTS, PORTS, maxAge);
  const expected = model.map((row) => {
    const lastState = stateOf(row);
    return { ...row, lastState, state: row.state === "known" ? lastState : "unknown" };
  });
  const shown = (rows: ReturnType<Store["openRows"]>) =>
    rows.map((row) => ({
      address: String(row.address),
      port: formatPort(row),
      ...{ proof: row.proof, run: row.run, evidenceAge: row.evidenceAge, state: row.state },
      ...{ certainty: row.certainty, changedBy: row.changedBy, firstSeen: row.firstSeen },
      ...{ lastSeen: row.lastSeen, lastCovered: row.lastCovered, lastState: row.lastState },
    }));
  const filter = { ...place, ...moment, maxAge: () => maxAge };
  expect(sorted(shown(store.openRows({ ...filter, states: STATES })))).toEqual(sorted(expected));
  const open = expected.filter(({ lastState }) => lastState === "open");
  expect(sorted(shown(store.openRows(filter)))).toEqual(sorted(open));
  for (const name of PORTS) {
    const port = parsePort(name);
    const here = open.filter((row) => row.port === name);
    expect(sorted(shown(store.whoHas(port, filter)))).toEqual(sorted(here));
    const all = expected.filter((row) => row.port === name);
    expect(sorted(shown(store.whoHas(port, { ...filter, states: STATES })))).toEqual(sorted(all));
  }
  const old = expected.filter((row) => row.evidenceAge > 3 * DAY);
  expect(sorted(shown(store.ageRows({ ...filter, states: STATES, notConfirmedFor: 3 * DAY })))).toEqual(
    sorted(old),
  );
  const longSo = open.filter((row) => row.lastSeen + row.evidenceAge - row.firstSeen > 3 * DAY);
  expect(sorted(shown(store.ageRows({ ...filter, olderThan: 3 * DAY })))).toEqual(sorted(longSo));
  return expected;
}

function expectPeriods(store: Store, place: object, asked: Asked, moment: object, maxAge: number | null) {
  const answers = answersOf({ ...asked, ofRun: false }, HOSTS, PORTS, maxAge);
  for (const address of HOSTS) {
    const wanted: unknown[] = [];
    for (const name of PORTS) {
      const periods = periodsOf(asked, address, name);
      const rows = periods.map(({ proof, first, last, until }) => ({
        ...{ port: name, state: stateOf({ proof, port: name }) },
        ...{ from: first.startedAt, fromRun: first.id, lastSeen: last.startedAt },
        ...{ until: until?.startedAt ?? null, untilRun: until?.id ?? null },
      }));
      const show = (found: ReturnType<Store["periodRows"]>) =>
        found.map((row) => ({
          ...{ port: formatPort(row), state: row.state },
          ...{ from: row.from, fromRun: row.fromRun, lastSeen: row.lastSeen },
          ...{ until: row.until, untilRun: row.untilRun },
        }));
      const filter = { ...place, ...moment, hosts: [ip(address)] };
      expect(show(store.periodRows({ ...filter, port: parsePort(name) }))).toEqual(rows);
      if (periods.some(({ proof }) => proof === "open" || proof === "unstable")) wanted.push(...rows);
      if (name === PORTS.at(-1)) expect(show(store.periodRows(filter))).toEqual(wanted);
      const [since] = store.sinceRows(ip(address), parsePort(name), {
        ...{ ...place, ...moment },
        maxAge: () => maxAge,
      });
      const now = periods.at(-1);
      const before = periods.at(-2);
      const answer = answers.find((row) => row.address === address && row.port === name);
      expect(since).toMatchObject({
        state: answer === undefined || answer.state === "unknown" ? "unknown" : stateOf(answer),
        lastState: now === undefined ? null : stateOf({ proof: now.proof, port: name }),
        ...{ since: now?.first.startedAt ?? null, sinceRun: now?.first.id ?? null },
        ...{ lastSeen: now?.last.startedAt ?? null, run: answer?.run ?? null },
        changedAfter: before?.last.endedAt ?? null,
      });
      expect(since?.earlierOpen.map(({ fromRun }) => fromRun)).toEqual(
        periods
          .slice(0, -1)
          .filter(({ proof }) => stateOf({ proof, port: name }) === "open")
          .reverse()
          .map(({ first }) => first.id),
      );
    }
  }
}

function expectCoverage(store: Store, place: object, asked: Asked, moment: object): void {
  for (const port of [null, PORTS[0] ?? null]) {
    const filter = { ...place, ...moment, hosts: HOSTS.map(ip) };
    const rows = store.coverageRows(port === null ? filter : { ...filter, port: parsePort(port) });
    expect(
      rows.map((row) => ({
        ...{ address: String(row.address), coverage: row.coverage, run: row.run },
        ...{ lastCovered: row.lastCovered, age: row.age },
        ports: [...listPorts(row.ports)].map(formatPort).sort(),
        everCovered: [...listPorts(row.everCovered)].map(formatPort).sort(),
        ...{ askedBy: row.askedBy, presence: row.presence },
      })),
    ).toEqual(HOSTS.map((host) => coverageOf(asked, host, port)));
  }
}

const where = ({
  address,
  protocol,
  port,
}: {
  address: string;
  protocol: "tcp" | "udp" | "sctp" | null;
  port: number | null;
}) => (protocol === null || port === null ? address : `${address} ${formatPort({ protocol, port })}`);

function expectChanges(store: Store, place: object, runs: readonly ModelRun[]): void {
  for (const [since, until] of [
    [0, END],
    [3 * DAY, 5 * DAY],
  ] as const) {
    const rows = store.changeRows({ ...place, since, until });
    const shown = rows.map((row) => `${row.run} ${where(row)} ${row.kind} ${row.timeFrom}..${row.timeTo}`);
    expect(shown.sort()).toEqual(changesWithin(runs, HOSTS, PORTS, since, until).sort());
  }
}

function expectComparisons(store: Store, runs: readonly ModelRun[]): void {
  for (const a of runs) {
    for (const b of runs) {
      const { changes, firstSeen, notComparable } = store.compareRuns(a.id, b.id);
      const model = comparisonOf(runs, a, b, HOSTS, PORTS);
      expect(changes.map((row) => `${where(row)} ${row.kind}`).sort()).toEqual(model.changes.sort());
      expect(firstSeen.map(where).sort()).toEqual(model.firstSeen.sort());
      const not = notComparable.flatMap(({ address, ports, coveredBy, why }) =>
        [...listPorts(ports)].map((port) => `${address} ${formatPort(port)} ${coveredBy} ${why}`),
      );
      expect(not.sort()).toEqual(model.notComparable.sort());
    }
  }
}

/** A line that was written stays as it is; the last on each change says whether it holds now. */
function expectLog(store: Store, before: readonly string[]): string[] {
  const log = store.changeLog();
  const lines = log.map(({ isForgotten: _, timeFrom: __, audit: ___, ...line }) => text(line));
  for (const line of before) expect(lines).toContain(line);
  const last = new Map<string, (typeof log)[number]>();
  for (const line of log) {
    const name = text([line.run, line.realm, where(line), line.kind, line.before, line.after]);
    if ((last.get(name)?.serial ?? -1) < line.serial) last.set(name, line);
  }
  const holding = [...last.values()].filter(({ act }) => act !== "retracted");
  expect(holding.every(({ isForgotten }) => !isForgotten)).toBe(true);
  const name = (
    row: { run: number; realm: string; kind: string; timeFrom: number | null } & Parameters<typeof where>[0],
  ) => `${row.run} ${row.realm} ${where(row)} ${row.kind} ${row.timeFrom}`;
  expect(holding.map(name).sort()).toEqual(store.changeRows().map(name).sort());
  return lines;
}

test("every question is answered as a list of all snapshots answers it", () => {
  const folder = scratchFolder();
  let number = 0;
  fc.assert(
    fc.property(fc.array(plan, { minLength: 1, maxLength: 7 }), fc.nat(), (plans, pick) => {
      number += 1;
      let now = 0;
      const store = openStore(`${folder}/${number}.db`, { mode: "write", now: () => now });
      try {
        const dated = plans.map((each, index) => ({ plan: each, startedAt: (index + 1) * DAY }));
        // Live runs come in the order of time, files in any.
        const live = dated.filter(({ plan }) => plan.kind === "live");
        const order = dated.toSorted((a, b) => a.plan.rank - b.plan.rank);
        const done: { run: Run; model: ModelRun; plan: Plan }[] = [];
        let log: string[] = [];
        for (const each of order) {
          const next = each.plan.kind === "live" ? (live.shift() ?? each) : each;
          const { plan, startedAt } = next;
          now = Math.max(now, startedAt);
          const run = record(store, plan, startedAt, (clock) => {
            now = Math.max(now, clock);
          });
          const hosts = plan.kind === "undated" ? new Map<string, ModelHost>() : lastWords(plan);
          const model = { id: run.id, vantage: plan.vantage, startedAt, endedAt: startedAt + HOUR, hosts };
          done.push({ run, model, plan });
          log = expectLog(store, log);
        }
        for (const { run, plan } of done) if (plan.isTakenBack) store.forgetRun(run);
        now = END;
        expectLog(store, log);
        const kept = done.filter(({ plan }) => !plan.isTakenBack && plan.kind !== "undated");
        for (const vantage of VANTAGES) {
          for (const realm of REALMS) {
            const runs = kept
              .filter(({ plan }) => plan.vantage === vantage && plan.realm === realm)
              .map(({ model }) => model)
              .sort((a, b) => a.startedAt - b.startedAt);
            if (runs.length === 0) continue;
            const place = { vantage, realm };
            const maxAge = pick % 3 === 0 ? null : 2.5 * DAY;
            const nowAsked = { runs, known: runs.length, at: END, isPast: false, ofRun: false };
            expectStates(store, place, nowAsked, {}, maxAge);
            expectPeriods(store, place, nowAsked, {}, maxAge);
            expectCoverage(store, place, nowAsked, {});
            expectChanges(store, place, runs);
            expectComparisons(store, runs);
            const index = pick % runs.length;
            const run = runs[index];
            if (run === undefined) continue;
            const ofRun = { runs, known: index + 1, at: run.endedAt, isPast: true, ofRun: true };
            expectStates(store, place, ofRun, { run: run.id }, maxAge);
            expectPeriods(store, place, ofRun, { run: run.id }, maxAge);
            const day = (pick % 9) * DAY + 7;
            const known = runs.filter(({ startedAt }) => startedAt <= day).length;
            const atDay = { runs, known, at: day, isPast: true, ofRun: false };
            if (known === 0) {
              expect(store.openRows({ ...place, at: day, states: STATES })).toEqual([]);
              continue;
            }
            expectStates(store, place, atDay, { at: day }, maxAge);
            expectPeriods(store, place, atDay, { at: day }, maxAge);
            expectCoverage(store, place, atDay, { at: day });
          }
        }
        expect(store.check().flatMap(({ faults }) => faults)).toEqual([]);
      } finally {
        store.close();
      }
    }),
    { numRuns: Number(process.env.PORTREEVE_CASES ?? 60) },
  );
}, 600_000);
