import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/openStore.js";
import { expectHistory, expectView, HOSTS, HOUR, modelRun, observationOf, VANTAGES } from "./modelRuns.js";
import { draft, ending, scratchFolder } from "./sample.js";
import type { ModelHost, ModelRun } from "./snapshotModel.js";

/** Makes the run's owner dead, as kill -9 would. */
function killOwner(path: string): void {
  const database = new Sqlite(path);
  database.exec("UPDATE run_owner SET start_ticks = start_ticks - 1");
  database.close();
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
