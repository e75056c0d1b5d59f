/** What a run says of itself as a whole: what it missed, whom it harmed, what it does not believe. */
import { expect, test } from "vitest";
import type { Disbelieved, Recall, SilencedHost } from "../../src/facts/run.js";
import { draft, ending, ip, scratchStore } from "./sample.js";

const DAY = 86_400_000;
const recall: Recall = { estimate: 0.9991, lower: 0.9942, upper: 0.9998, source: "40,130 witnesses" };
const silenced: readonly SilencedHost[] = [
  { address: ip("10.0.0.7"), lastAnswer: DAY, lastSent: { stage: "sweep", ports: "T:1-100", at: DAY + 1 } },
  { address: ip("10.0.0.8"), lastAnswer: DAY, lastSent: null },
];
const disbelieved: readonly Disbelieved[] = [
  { place: "10.0.0.9", flag: "tarpit", why: "all 1,000 TCP ports asked are open" },
  { place: "10.0.3.0/24", flag: "middlebox", why: "every address resets alike" },
];
const figures = { recall, silenced, disbelieved };
const file = { name: "a", hash: "a".repeat(64), bytes: 1, scanner: "nmap 7.93", args: "", dated: true };

test("is kept with a live run and with an imported one, and taken back with it", () => {
  const store = scratchStore();
  const { run } = store.beginRun(draft(DAY));
  expect(store.getRun(run.id)).toMatchObject({ recall: null, silenced: [], disbelieved: [] });
  store.endRun(run, ending(DAY + 1000, figures));
  const taken = store.beginImport(draft(2 * DAY, { source: "import" }), file).import;
  const imported = taken?.end(ending(2 * DAY + 1000, figures));
  expect(store.getRun(run.id)).toMatchObject(figures);
  expect(imported).toMatchObject(figures);
  store.forgetRun(imported?.id ?? 0);
  expect(store.listRuns()).toMatchObject([figures]);
});

test("is in v1_runs for other people's SQL, null where nothing was said", () => {
  const store = scratchStore();
  for (const [day, said] of [
    [1, figures],
    [2, {}],
  ] as const) {
    const { run } = store.beginRun(draft(day * DAY));
    store.endRun(run, ending(day * DAY + 1000, said));
  }
  const { rows } = store.askSql(
    "SELECT recall, recall_lower, recall_upper, recall_source, silenced, disbelieved FROM v1_runs ORDER BY run",
  );
  expect(rows).toEqual([
    [0.9991, 0.9942, 0.9998, "40,130 witnesses", "10.0.0.7 10.0.0.8", "10.0.0.9 10.0.3.0/24"],
    [null, null, null, null, null, null],
  ]);
});
