import fc from "fast-check";
import { expect, test } from "vitest";
import type { Run } from "../../src/facts/run.js";
import { openStore } from "../../src/store/openStore.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import type { Store } from "../../src/store/store.js";
import { expectHistory, expectView, HOSTS, HOUR, modelRun, observationOf, VANTAGES } from "./modelRuns.js";
import { draft, ending, scratchFolder } from "./sample.js";
import type { ModelHost, ModelRun } from "./snapshotModel.js";

type Plan =
  typeof modelRun extends fc.Arbitrary<infer T>
    ? T & { readonly isLive: boolean; readonly rank: number }
    : never;

const DAY = 24 * HOUR;

/** What the run says in the end. */
function lastWords(plan: Plan): Map<string, ModelHost> {
  const hosts = new Map<string, ModelHost>();
  if (plan.isLive) for (const { host, said } of plan.drafts) hosts.set(host, said);
  plan.hosts.forEach((said, at) => {
    const host = HOSTS[at];
    if (said !== null && host !== undefined) hosts.set(host, said);
  });
  return hosts;
}

function importPlan(store: Store, plan: Plan, startedAt: number): Run {
  const file = {
    name: `${startedAt}`,
    hash: startedAt.toString(16).padStart(64, "0"),
    bytes: 1,
    scanner: "nmap 7.93",
    args: "",
    dated: true,
  };
  const begun = store.beginImport(draft(startedAt, { source: "import", vantage: plan.vantage }), file);
  if (begun.import === null) return begun.known;
  begun.import.add(stageHosts([...lastWords(plan)].map(([host, said]) => observationOf(host, said))));
  return begun.import.end(ending(startedAt + HOUR));
}

test("files that come in any order, before, after and while runs go on, are told as the model tells them", () => {
  const folder = scratchFolder();
  let number = 0;
  const plan = fc
    .tuple(modelRun, fc.boolean(), fc.nat())
    .map(([run, isLive, rank]): Plan => ({ ...run, isLive, rank }));
  fc.assert(
    fc.property(fc.array(plan, { minLength: 2, maxLength: 7 }), fc.nat(), (plans, back) => {
      number += 1;
      let now = 0;
      const store = openStore(`${folder}/${number}.db`, { mode: "write", now: () => now });
      try {
        const dated = plans.map((each, index) => ({ plan: each, startedAt: (index + 1) * DAY }));
        // Live runs come in the order of time, files in any.
        const order = [...dated].sort((a, b) => a.plan.rank - b.plan.rank);
        const live = dated.filter((each) => each.plan.isLive);
        const queue = order.map((each) => (each.plan.isLive ? (live.shift() ?? each) : each));
        const done = new Map<number, ModelRun>();
        const add = (run: Run, { plan, startedAt }: (typeof dated)[number]): void => {
          const hosts = lastWords(plan);
          done.set(startedAt, {
            id: run.id,
            vantage: plan.vantage,
            startedAt,
            endedAt: startedAt + HOUR,
            hosts,
          });
        };
        while (queue.length > 0) {
          const next = queue.shift();
          if (next === undefined) break;
          const { plan, startedAt } = next;
          if (!plan.isLive) {
            add(importPlan(store, plan, startedAt), next);
            continue;
          }
          now = startedAt;
          const { run } = store.beginRun(draft(startedAt, { vantage: plan.vantage }));
          for (const { host, said } of plan.drafts) store.recordHosts(run, [observationOf(host, said)]);
          // A file comes while it goes on.
          const between = queue[0];
          if (between !== undefined && !between.plan.isLive) {
            queue.shift();
            add(importPlan(store, between.plan, between.startedAt), between);
          }
          plan.hosts.forEach((said, at) => {
            if (said !== null) store.recordHosts(run, [observationOf(HOSTS[at] ?? "", said)]);
          });
          now = startedAt + HOUR;
          add(store.endRun(run, ending(now)), next);
        }
        const check = (): void => {
          const runs = [...done.values()].sort((a, b) => a.startedAt - b.startedAt);
          for (const vantage of VANTAGES) {
            const here = runs.filter((run) => run.vantage === vantage);
            here.forEach((_, index) => {
              expectView(store, here.slice(0, index + 1));
            });
            expectHistory(store, here, vantage);
          }
        };
        check();
        const gone = [...done.keys()][back % done.size] ?? 0;
        store.forgetRun(done.get(gone)?.id ?? 0);
        done.delete(gone);
        check();
        expect(() => store.getRun(done.get(gone)?.id ?? 0)).toThrow();
      } finally {
        store.close();
      }
    }),
    { numRuns: Number(process.env.PORTREEVE_CASES ?? 100) },
  );
}, 600_000);
