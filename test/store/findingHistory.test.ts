import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Finding, FindingTransition } from "../../src/facts/finding.js";
import { openStore } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";
import {
  countStates,
  type FindingModel,
  findingsAt,
  judgeAgain,
  type ModelRun,
  transitionsOf,
} from "./findingModel.js";
import { finding, judgement, transition } from "./findings.js";
import { recordRun, scratchFolder } from "./sample.js";

const HOUR = 3_600_000;
const PORTS = [1, 2, 3];
/** Two realms with the same addresses, and a second vantage. */
const PLACES = ["default bastion", "default internet", "branch bastion"];
const placed = (place: string): { realm: string; vantage: string } => {
  const [realm = "", vantage = ""] = place.split(" ");
  return { realm, vantage };
};
const FINGERPRINTS = PLACES.flatMap((place) =>
  PORTS.map((port) => finding({ ...placed(place), port }).fingerprint),
);

/** Few, so that runs often say the same. */
const SAID: readonly Partial<Finding>[] = [
  { status: "open" },
  { status: "open", carried: "not covered", overdue: true, firstSeen: 30 * HOUR },
  { status: "closed", severity: "low", tags: [], profile: null },
];
const word = fc.record({
  port: fc.constantFrom(...PORTS),
  said: fc.constantFrom(0, 0, 0, 1, 2).map((index) => SAID[index] ?? {}),
  /** How many days ago it was judged and last seen. */
  carriedFor: fc.constantFrom(0, 0, 0, 1),
});
const from = fc.constantFrom<FindingTransition["from"]>(null, "open", "closed");
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("run" as const),
      place: fc.constantFrom(...PLACES, PLACES[0] ?? "", PLACES[0] ?? "", PLACES[0] ?? ""),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("judge" as const),
      /** Counted from the newest run: mostly that one. */
      back: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 5),
      words: fc.uniqueArray(word, { selector: ({ port }) => port, maxLength: PORTS.length }),
      froms: fc.array(from, { minLength: PORTS.length, maxLength: PORTS.length }),
      at: fc.nat(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("act" as const),
      which: fc.nat(),
      said: fc.constantFrom(...SAID),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(each: Step, store: Store, model: FindingModel, now: number): void {
  if (each.does === "run") {
    const id = recordRun(store, now, [], placed(each.place));
    model.runs.push({ id, place: each.place, endedAt: now + HOUR, told: null, log: [] });
  } else if (each.does === "judge") judge(each, store, model.runs.at(-1 - each.back));
  else act(each, store, model);
}

function judge(
  { words, froms, at }: Extract<Step, { does: "judge" }>,
  store: Store,
  run: ModelRun | undefined,
): void {
  if (run === undefined) return;
  const startedAt = run.endedAt - HOUR;
  const findings = words.map(({ carriedFor, port, said }) => {
    const judgedBy = Math.max(1, run.id - carriedFor);
    const lastSeen = startedAt - carriedFor * 24 * HOUR;
    return finding({ ...placed(run.place), port, ...said, run: judgedBy, lastSeen });
  });
  const transitions = findings.flatMap((each, index) => {
    const before = froms[index] ?? null;
    return before === each.status ? [] : [transition(each, { run: run.id, at, from: before })];
  });
  store.recordJudgement(run.id, judgement({ findings, transitions }));
  judgeAgain(run, findings, transitions);
}

function act({ which, said }: Extract<Step, { does: "act" }>, store: Store, model: FindingModel): void {
  const all = PLACES.flatMap((place) => findingsAt(model, FINGERPRINTS, place));
  const current = all[which % Math.max(1, all.length)];
  if (current === undefined) return;
  const place = `${current.realm} ${current.vantage}`;
  const after = model.runs.findLast((run) => run.place === place && run.told !== null);
  if (after === undefined) throw new Error("a finding of a place without a judged run");
  const accepted = { ...current, ...said };
  const done = transition(accepted, { from: current.status, person: "carol" });
  store.acceptFinding(accepted, done);
  model.acts.push({ after, finding: accepted, transition: done });
}

const sorted = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));

function expectSame(store: Store, model: FindingModel): void {
  const current = PLACES.flatMap((place) => findingsAt(model, FINGERPRINTS, place));
  expect(sorted(store.findings())).toEqual(sorted(current));
  for (const run of model.runs) {
    const then = findingsAt(model, FINGERPRINTS, run.place, run);
    expect(sorted(store.findingsBefore(run.id))).toEqual(sorted(then));
    expect(store.judgingBasis(run.id) === null).toBe(run.told === null);
  }
}

function expectSound(path: string, model: FindingModel): void {
  const database = new Sqlite(path, { readonly: true });
  expect(database.pragma("foreign_key_check")).toEqual([]);
  const states = database.prepare("SELECT count(*) FROM finding_state").pluck().get();
  database.close();
  const expected = FINGERPRINTS.map((fingerprint) => countStates(model, fingerprint));
  expect(states).toBe(expected.reduce((sum, count) => sum + count, 0));
}

test("findings are told as of every run and now, however runs are judged, judged again, judged late and accepted", () => {
  const folder = scratchFolder();
  let number = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 24 }), (steps) => {
      number += 1;
      const path = `${folder}/${number}.db`;
      const store = openStore(path, { mode: "write" });
      const model: FindingModel = { runs: [], acts: [] };
      try {
        steps.forEach((each, index) => {
          take(each, store, model, (index + 1) * 24 * HOUR);
          expectSame(store, model);
        });
        for (const fingerprint of FINGERPRINTS) {
          expect(store.transitionsOf(fingerprint)).toEqual(transitionsOf(model, fingerprint));
        }
        expectSound(path, model);
      } finally {
        store.close();
      }
    }),
    { numRuns: Number(process.env.PORTREEVE_CASES ?? 80) },
  );
  // Each case makes a database: on a busy machine that takes its time.
}, 180_000);
