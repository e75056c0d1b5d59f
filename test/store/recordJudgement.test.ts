import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { Store } from "../../src/store/store.js";
import { basis, exception, finding, judgement, told, transition } from "./findings.js";
import { draft, ip, recordRun, scratchStore } from "./sample.js";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const run = (store: Store, day: number, more = {}): number => recordRun(store, day * DAY, [], more);

describe("findings", () => {
  test("come back as they were recorded, every field of them", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const full = told(id, 1, {
      status: "accepted",
      exception,
      due: 9 * DAY,
      overdue: true,
      confirmed: false,
      carried: "not covered",
      tags: ["a", "b"],
      evidence: "open (\u001b[2J, <script>)",
    });
    const bare = told(id, 1, {
      rule: "host-unknown",
      protocol: null,
      port: null,
      owner: null,
      host: null,
      system: null,
      tags: [],
      profile: null,
    });
    store.recordJudgement(id, judgement({ findings: [full, bare] }));
    expect(store.findings()).toEqual([bare, full]);
  });

  test("have the age they had at the end of the run that told of them last", () => {
    const store = scratchStore();
    const first = run(store, 1);
    store.recordJudgement(first, judgement({ findings: [told(first, 1)] }));
    const second = run(store, 11);
    store.recordJudgement(second, judgement({ findings: [told(second, 11)] }));
    expect(store.findings().map(({ ageDays }) => ageDays)).toEqual([10]);
    expect(store.findingsBefore(second).map(({ ageDays }) => ageDays)).toEqual([0]);
  });

  test("that are only carried keep the run that judged them, and grow older", () => {
    const store = scratchStore();
    const [first, second, third] = [run(store, 1), run(store, 5), run(store, 9)];
    store.recordJudgement(first, judgement({ findings: [told(first, 1)] }));
    const carried = { run: first, lastSeen: DAY, carried: "not covered" };
    store.recordJudgement(second, judgement({ findings: [told(second, 5, carried)] }));
    store.recordJudgement(third, judgement({ findings: [told(third, 9)] }));
    expect(store.findingsBefore(third)).toEqual([told(first, 5, carried)]);
    expect(store.findings({ run: first })).toEqual([]);
  });

  test("that a run does not tell of stay as they are", () => {
    const store = scratchStore();
    const first = run(store, 1);
    const other = told(first, 1, { port: 80 });
    store.recordJudgement(first, judgement({ findings: [told(first, 1), other] }));
    const second = run(store, 2);
    store.recordJudgement(second, judgement({ findings: [told(second, 2)] }));
    expect(store.findings()).toEqual([told(second, 2), other]);
  });

  test("are found by each key, and by the first digits of the fingerprint", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const all = [
      told(id, 1),
      told(id, 1, { port: 80, status: "accepted" }),
      told(id, 1, { address: ip("10.0.0.9"), rule: "forbidden-open" }),
    ];
    store.recordJudgement(id, judgement({ findings: all }));
    const inside = run(store, 2, { vantage: "internet" });
    const outside = told(inside, 2, { vantage: "internet" });
    store.recordJudgement(inside, judgement({ findings: [outside] }));
    expect(store.findings({ vantage: "internet" })).toEqual([outside]);
    expect(store.findings({ status: "accepted" })).toEqual([all[1]]);
    expect(store.findings({ rule: "forbidden-open", realm: "default" })).toEqual([all[2]]);
    expect(store.findings({ address: ip("10.0.0.1"), vantage: "bastion" })).toEqual(all.slice(0, 2));
    expect(store.findings({ run: inside })).toEqual([outside]);
    expect(store.findings({ realm: "elsewhere" })).toEqual([]);
    const { fingerprint } = outside;
    expect(store.findFindings(fingerprint.slice(0, 9).toUpperCase())).toEqual([outside]);
    expect(store.findFindings("")).toEqual([]);
    expect(store.findFindings("' OR 1 --")).toEqual([]);
  });

  test("of two realms with the same addresses are kept apart", () => {
    const store = scratchStore();
    const runs = ["berlin", "beijing"].map((realm, index) => {
      const id = run(store, index + 1, { realm });
      const status = index === 0 ? "open" : "accepted";
      const here = finding({ realm, run: id, status, firstSeen: DAY, lastSeen: DAY, ageDays: index });
      store.recordJudgement(id, judgement({ findings: [here], transitions: [transition(here)] }));
      return { id, here };
    });
    const [berlin, beijing] = runs;
    expect(store.findings({ realm: "berlin" })).toEqual([berlin?.here]);
    expect(store.findings({ realm: "beijing" })).toEqual([beijing?.here]);
    const next = run(store, 3, { realm: "berlin" });
    expect(store.findingsBefore(next)).toEqual([berlin?.here]);
    expect(store.findingsBefore(beijing?.id ?? 0)).toEqual([]);
    expect(store.transitionsOf(berlin?.here.fingerprint ?? "")).toHaveLength(1);
  });
});

describe("transitions", () => {
  test("are told in the order of their runs", () => {
    const store = scratchStore();
    const first = run(store, 1);
    const open = told(first, 1);
    const opened = transition(open, { at: DAY + HOUR });
    store.recordJudgement(first, judgement({ findings: [open], transitions: [opened] }));
    const second = run(store, 2);
    const closed = told(second, 2, { status: "closed" });
    const closing = transition(closed, { at: 2 * DAY, from: "open", person: "bob", why: "a reset" });
    store.recordJudgement(second, judgement({ findings: [closed], transitions: [closing] }));
    expect(store.transitionsOf(open.fingerprint)).toEqual([opened, closing]);
    expect(store.transitionsOf("0000000000000000")).toEqual([]);
  });

  test("can be neither changed nor taken out, by nobody", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const open = told(id, 1);
    store.recordJudgement(id, judgement({ findings: [open], transitions: [transition(open)] }));
    const database = new Sqlite(store.path);
    for (const sql of ["UPDATE finding_transition SET person = 'eve'", "DELETE FROM finding_transition"]) {
      expect(() => database.exec(sql)).toThrow(/append-only/);
    }
    database.close();
  });

  test("are not said twice where a run is judged again, though it ended later by then", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const open = told(id, 1);
    const opened = transition(open, { at: 7 });
    for (const at of [7, 8, 9]) {
      const again = judgement({ findings: [open], transitions: [{ ...opened, at }] });
      store.recordJudgement(id, again);
    }
    expect(store.transitionsOf(open.fingerprint)).toEqual([opened]);
    expect(store.findings()).toEqual([open]);
  });

  test("that do not hold any more are retracted, and stay in the log", () => {
    const store = scratchStore({ now: () => 77 });
    const id = run(store, 1);
    const first = told(id, 1, { rule: "unconfirmed" });
    const second = told(id, 1);
    store.recordJudgement(id, judgement({ findings: [first], transitions: [transition(first)] }));
    store.recordJudgement(id, judgement({ findings: [second], transitions: [transition(second)] }));
    expect(store.findings()).toEqual([second]);
    expect(store.findFindings(first.fingerprint)).toEqual([]);
    expect(store.transitionsOf(first.fingerprint)).toEqual([]);
    const database = new Sqlite(store.path, { readonly: true });
    const log = database.prepare("SELECT id, at, to_status, retracts FROM finding_transition").all();
    database.close();
    expect(log).toEqual([
      { id: 1, at: 5000, to_status: "open", retracts: null },
      { id: 2, at: 5000, to_status: "open", retracts: null },
      { id: 3, at: 77, to_status: "open", retracts: 1 },
    ]);
    // And it may hold again.
    store.recordJudgement(id, judgement({ findings: [first], transitions: [transition(first)] }));
    expect(store.transitionsOf(first.fingerprint)).toHaveLength(1);
    expect(store.findings()).toEqual([first]);
  });
});

describe("a run judged late", () => {
  test("overwrites nothing that a later run told, and is what earlier runs' readers see", () => {
    const store = scratchStore();
    const [first, second, third] = [run(store, 1), run(store, 2), run(store, 3)];
    store.recordJudgement(third, judgement({ findings: [told(third, 3)] }));
    const early = told(first, 1, { severity: "low" });
    const closed = told(first, 1, { port: 80, status: "closed" });
    store.recordJudgement(first, judgement({ findings: [early, closed] }));
    expect(store.findings()).toEqual([told(third, 3), closed]);
    expect(store.findingsBefore(second)).toEqual([early, closed]);
    expect(store.findingsBefore(third)).toEqual([early, closed]);
    expect(store.findingsBefore(first)).toEqual([]);
  });

  test("or judged again without a finding that later runs confirm leaves it to the first of those", () => {
    const store = scratchStore();
    const days = [1, 2, 3];
    const runs = days.map((day) => run(store, day));
    runs.forEach((id, index) => {
      store.recordJudgement(id, judgement({ findings: [told(id, index + 1)] }));
    });
    const [first = 0, second = 0, third = 0] = runs;
    store.recordJudgement(first, judgement());
    expect(store.findingsBefore(second)).toEqual([]);
    expect(store.findingsBefore(third)).toEqual([told(second, 2)]);
    expect(store.findings()).toEqual([told(third, 3)]);
  });
});

describe("recording", () => {
  test("is all or nothing", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const good = told(id, 1);
    const bad = [
      { findings: [good, told(id, 1, { realm: "other" })] },
      { findings: [good, told(id, 1, { vantage: "internet" })] },
      { findings: [good, good] },
      { findings: [good], transitions: [transition(told(id, 1, { port: 80 }))] },
    ];
    for (const part of bad) {
      const given = judgement({ basis: basis({ profileHash: "ab", profile: [] }), ...part });
      expect(() => store.recordJudgement(id, given)).toThrow(RangeError);
    }
    expect(store.findings()).toEqual([]);
    expect(store.judgingBasis(id)).toBeNull();
    expect(store.getRun(id).profileHash).toBeNull();
  });

  test("works while the run goes on, and takes the ages from its start until it ends", () => {
    const store = scratchStore();
    const { run: going } = store.beginRun(draft(5 * DAY));
    store.recordJudgement(going, judgement({ findings: [told(going.id, 5)] }));
    expect(store.findings()).toEqual([told(going.id, 5)]);
  });

  test("a run that only confirms adds no state, and the set of what it told of is kept once", () => {
    const store = scratchStore();
    const ports = Array.from({ length: 500 }, (_, index) => index + 1);
    for (let day = 1; day <= 10; day++) {
      const id = run(store, day);
      store.recordJudgement(id, judgement({ findings: ports.map((port) => told(id, day, { port })) }));
    }
    const database = new Sqlite(store.path, { readonly: true });
    const count = (table: string): unknown => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect([count("finding_state"), count("finding_seen"), count("hostset")]).toEqual([500, 10, 1]);
    database.close();
    expect(store.findings({ run: 10 })).toHaveLength(500);
  });
});
