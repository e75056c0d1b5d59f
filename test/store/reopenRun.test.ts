import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import type { RunProgress } from "../../src/facts/run.js";
import type { RunAsk } from "../../src/facts/runAsk.js";
import { dump } from "./dump.js";
import { draft, ending, ip, observed, openCell, quietGroup, scratchStore, silentHost } from "./sample.js";

const ASK: RunAsk = {
  version: 1,
  addresses: "10.0.0.1-10.0.0.4",
  skipDiscovery: false,
  identify: true,
  identifyFragilePorts: false,
  names: true,
  pace: "steady",
  rate: null,
  hostRate: null,
  window: "22:00-06:00",
  probeFor: 14_400_000,
  stopIfSilent: null,
  profile: null,
  failOn: null,
  minCoverage: null,
};
const HOUR = 3_600_000;
const OPEN_22 = observed("10.0.0.1", { cells: [openCell(22)], grade: "positive-only" });
const BROKEN = { outcome: "interrupted", why: "stopped by a signal" } as const;

/** Of three hosts some port each, open, closed or not told of. */
const said: fc.Arbitrary<HostObservation[]> = fc
  .array(fc.array(fc.constantFrom("open", "closed", "mute"), { minLength: 3, maxLength: 3 }), {
    minLength: 3,
    maxLength: 3,
  })
  .map((hosts) =>
    hosts.map((ports, host) => {
      const of = (state: string) => ports.flatMap((each, index) => (each === state ? [20 + index] : []));
      if (ports.every((each) => each === "mute")) return silentHost(`10.0.0.${host + 1}`);
      const closed = of("closed");
      return observed(`10.0.0.${host + 1}`, {
        cells: of("open").map((port) => openCell(port)),
        quiet: closed.length === 0 ? [] : [quietGroup("closed", closed)],
        mac: host === 1 ? "00:00:5e:00:53:01" : null,
      });
    }),
  );

describe("a run that is taken up again", () => {
  test("has said, in the end, what it would have said in one go; its log too", () => {
    fc.assert(
      fc.property(said, said, said, ([...week], [...part], [...whole]) => {
        const [once, twice] = [scratchStore(), scratchStore()];
        for (const store of [once, twice]) {
          const { run } = store.beginRun(draft(HOUR));
          store.recordHosts(run, week);
          store.endRun(run, ending(2 * HOUR));
        }
        const { run } = once.beginRun(draft(3 * HOUR, { request: ASK }));
        once.recordHosts(run, whole);
        once.endRun(run, ending(9 * HOUR));

        const again = twice.beginRun(draft(3 * HOUR, { request: ASK })).run;
        twice.recordHosts(again, part.slice(0, 2));
        twice.endRun(again, ending(4 * HOUR, BROKEN));
        twice.reopenRun(again.id, "bob");
        twice.recordHosts(again, whole.slice(0, 1));
        twice.recordHosts(again, whole);
        twice.endRun(again, ending(9 * HOUR));

        expect(dump(twice.path)).toEqual(dump(once.path));
        expect(twice.check().flatMap(({ faults }) => faults)).toEqual([]);
        expect(twice.runView(again.id).hosts).toEqual(once.runView(run.id).hosts);
      }),
      { numRuns: 40 },
    );
  });

  test("amends what it had published and takes nothing of it away", () => {
    const store = scratchStore();
    const first = store.beginRun(draft(HOUR)).run;
    store.recordHosts(first, [observed("10.0.0.1", { quiet: [quietGroup("closed", [22, 80])] })]);
    store.endRun(first, ending(2 * HOUR));
    const { run } = store.beginRun(draft(3 * HOUR, { request: ASK }));
    store.recordHosts(run, [OPEN_22]);
    store.endRun(run, ending(4 * HOUR, BROKEN));
    const published = () =>
      new Sqlite(store.path, { readonly: true }).prepare("SELECT * FROM published WHERE run = ?").all(run.id);
    const before = published();
    expect(before).toHaveLength(1);
    store.reopenRun(run.id, "bob");
    store.recordHosts(run, [observed("10.0.0.1", { cells: [openCell(22), openCell(80)] })]);
    expect(store.changesOf(run.id).map(({ port, kind }) => [port, kind])).toEqual([
      [22, "opened"],
      [80, "opened"],
    ]);
    store.endRun(run, ending(9 * HOUR));
    expect(published()).toEqual(before);
    expect(store.changesOf(run.id)).toHaveLength(2);
  });

  test("says when and by whom it was carried out", () => {
    let now = 3 * HOUR;
    const store = scratchStore({ now: () => now });
    const { run } = store.beginRun(draft(now, { request: ASK }));
    store.endRun(run, ending(4 * HOUR, BROKEN));
    now = 8 * HOUR;
    const reopened = store.reopenRun(run.id, "bob");
    expect(reopened.run).toMatchObject({ id: run.id, outcome: "running", endedAt: null, why: null });
    expect(reopened.sittings).toEqual([
      { operator: "alice", startedAt: 3 * HOUR, endedAt: 4 * HOUR, why: "stopped by a signal" },
      { operator: "bob", startedAt: 8 * HOUR, endedAt: null, why: null },
    ]);
    store.endRun(run, ending(9 * HOUR));
    expect(store.sittingsOf(run.id)[1]).toEqual({
      ...{ operator: "bob", startedAt: 8 * HOUR, endedAt: 9 * HOUR, why: null },
    });
    expect(store.runAsk(run.id)).toEqual(ASK);
  });

  test.each([
    [
      "a complete one",
      { outcome: "complete", why: null } as const,
      ASK,
      false,
      /is complete: there is nothing/,
    ],
    ["one that kept no request", BROKEN, undefined, false, /does not say what it was asked/],
    ["one that others came after", BROKEN, ASK, true, /run 2 came after run 1 from vantage bastion/],
  ])("is not %s", (_, outcome, request, isFollowed, message) => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(HOUR, request === undefined ? {} : { request }));
    store.endRun(run, ending(2 * HOUR, outcome));
    if (isFollowed) store.endRun(store.beginRun(draft(3 * HOUR)).run, ending(4 * HOUR));
    expect(() => store.reopenRun(run.id, "bob")).toThrow(message);
    expect(store.getRun(run.id).outcome).toBe(outcome.outcome);
  });

  test("holds the lock, and is not taken while another run does", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(HOUR, { request: ASK }));
    store.endRun(run, ending(2 * HOUR, BROKEN));
    store.reopenRun(run.id, "bob");
    expect(() => store.beginRun(draft(3 * HOUR))).toThrow(/run 1 of alice is going on/);
    expect(() => store.reopenRun(run.id, "carol")).toThrow(/is going on/);
  });
});

describe("a run that is watched", () => {
  const progress: RunProgress = {
    ...{ stage: "sweep", pass: 2, hostsAlive: 4, openPorts: 9, cellsDone: 10, cellsTotal: 40, probes: 60 },
    ...{ endsAbout: 5 * HOUR, inFlight: 3, stopping: "no", at: 4 * HOUR },
  };

  test("tells how far it is, hears what is asked of it, and forgets no stop", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(HOUR));
    expect(store.runProgress(run.id)).toBeNull();
    expect(store.tellProgress(run, progress)).toBe("no");
    expect(store.runProgress(run.id)).toEqual(progress);
    store.askStop(run.id, "now");
    store.askStop(run.id, "finish");
    expect(store.tellProgress(run, null)).toBe("now");
    store.endRun(run, ending(2 * HOUR));
    expect(store.runProgress(run.id)).toBeNull();
    expect(() => store.askStop(run.id, "now")).toThrow(/run 1 is not going on: it ended complete/);
    expect(() => store.askStop(9, "now")).toThrow(/there is no run 9/);
  });

  test("whose process died is told apart from one that goes on", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(HOUR, { request: ASK }));
    const other = new Sqlite(store.path);
    other.exec("UPDATE run_owner SET start_ticks = 1");
    other.close();
    expect(() => store.askStop(run.id, "now")).toThrow(/nobody carries run 1 out any more/);
    store.recordHosts(run, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    const reopened = store.reopenRun(run.id, "bob");
    expect(reopened.sittings[0]?.why).toMatch(/died/);
    expect(store.observationOf(run.id, ip("10.0.0.1"))?.cells).toHaveLength(1);
  });
});
