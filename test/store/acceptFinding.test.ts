import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/facts/finding.js";
import type { Store } from "../../src/store/store.js";
import { exception, judgement, told, transition } from "./findings.js";
import { recordRun, scratchStore } from "./sample.js";

const run = (store: Store, day: number): number => recordRun(store, day * 86_400_000, []);

describe("what a person does between two runs", () => {
  const accepted = (open: Finding): Finding => ({ ...open, status: "accepted", exception });

  test("holds from then on, until a run tells of the finding anew", () => {
    const store = scratchStore();
    const first = run(store, 1);
    const open = told(first, 1);
    store.recordJudgement(first, judgement({ findings: [open], transitions: [transition(open)] }));
    const act = transition(accepted(open), { from: "open", person: "carol", why: "legacy-ssh" });
    store.acceptFinding(accepted(open), act);
    expect(store.findings()).toEqual([accepted(open)]);
    const second = run(store, 2);
    expect(store.findingsBefore(second)).toEqual([accepted(open)]);
    expect(store.findingsBefore(first)).toEqual([]);
    store.recordJudgement(second, judgement({ findings: [told(second, 2, { status: "closed" })] }));
    expect(store.findings()).toEqual([told(second, 2, { status: "closed" })]);
    expect(store.findingsBefore(second)).toEqual([accepted(open)]);
    expect(store.transitionsOf(open.fingerprint)).toEqual([transition(open), act]);
  });

  test("does not reach back behind the newest run, though that did not tell of the finding", () => {
    const store = scratchStore();
    const first = run(store, 1);
    const open = told(first, 1);
    store.recordJudgement(first, judgement({ findings: [open] }));
    const second = run(store, 2);
    store.recordJudgement(second, judgement());
    store.acceptFinding(accepted(open), transition(accepted(open), { from: "open" }));
    expect(store.findingsBefore(second)).toEqual([open]);
    expect(store.findingsBefore(run(store, 3))).toEqual([accepted(open)]);
  });

  test("stands where the run before it is judged again", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const open = told(id, 1);
    store.recordJudgement(id, judgement({ findings: [open], transitions: [transition(open)] }));
    store.acceptFinding(accepted(open), transition(accepted(open), { from: "open" }));
    store.recordJudgement(id, judgement({ findings: [open], transitions: [transition(open)] }));
    expect(store.findings()).toEqual([accepted(open)]);
    expect(store.transitionsOf(open.fingerprint).map(({ to }) => to)).toEqual(["open", "accepted"]);
  });

  test("and did before is not lost where the run in between is judged again", () => {
    const store = scratchStore();
    const first = run(store, 1);
    const open = told(first, 1);
    const again = transition(accepted(open), { from: "accepted" });
    store.recordJudgement(first, judgement({ findings: [open] }));
    store.acceptFinding(accepted(open), transition(accepted(open), { from: "open" }));
    const second = run(store, 2);
    store.recordJudgement(second, judgement());
    store.acceptFinding(accepted(open), again);
    store.recordJudgement(second, judgement({ findings: [told(second, 2)] }));
    expect(store.findings()).toEqual([accepted(told(second, 2))]);
  });

  test("is refused where the finding is not there or not what the person saw, and nothing is written", () => {
    const store = scratchStore();
    const id = run(store, 1);
    const open = told(id, 1);
    const act = transition(accepted(open), { from: "open" });
    expect(() => store.acceptFinding(accepted(open), act)).toThrow(/there is no finding [0-9a-f]{16}/);
    const closed: Finding = { ...open, status: "closed" };
    store.recordJudgement(id, judgement({ findings: [closed] }));
    expect(() => store.acceptFinding(accepted(open), act)).toThrow(/is closed by now/);
    expect(store.findings()).toEqual([closed]);
    expect(store.transitionsOf(open.fingerprint)).toEqual([]);
  });
});
