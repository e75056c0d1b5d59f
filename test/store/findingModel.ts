/**
 * The naive model of findings: it keeps what each run told when it was last judged and what people did after which run,
 * and answers by reading it all. Written from the docstrings of `recordJudgement` and `acceptFinding` alone.
 */
import type { Finding, FindingTransition } from "../../src/facts/finding.js";

export interface ModelRun {
  readonly id: number;
  readonly place: string;
  readonly endedAt: number;
  /** By fingerprint; null: not judged. */
  told: ReadonlyMap<string, Finding> | null;
  log: FindingTransition[];
}

/** What a person did after the run `after`. */
interface Act {
  readonly after: ModelRun;
  readonly finding: Finding;
  readonly transition: FindingTransition;
}

export interface FindingModel {
  /** In the order of their keys, of every place. */
  readonly runs: ModelRun[];
  readonly acts: Act[];
}

/** What was said of a finding, in the order of the runs, a person's word behind the run's. */
interface Word {
  readonly by: "run" | "person";
  readonly run: ModelRun;
  readonly finding: Finding;
}

export function judgeAgain(run: ModelRun, findings: readonly Finding[], log: FindingTransition[]): void {
  run.told = new Map(findings.map((each) => [each.fingerprint, each]));
  const isSame = (a: FindingTransition, b: FindingTransition): boolean =>
    a.fingerprint === b.fingerprint && a.from === b.from && a.to === b.to && a.why === b.why;
  const kept = run.log.filter((old) => log.some((each) => isSame(old, each)));
  run.log = [...kept, ...log.filter((each) => !kept.some((old) => isSame(old, each)))];
}

export function wordsOn({ runs, acts }: FindingModel, fingerprint: string): Word[] {
  return runs.flatMap((run): Word[] => {
    const told = run.told?.get(fingerprint);
    const act = acts.findLast((each) => each.after === run && each.finding.fingerprint === fingerprint);
    return [
      ...(told === undefined ? [] : [{ by: "run" as const, run, finding: told }]),
      ...(act === undefined ? [] : [{ by: "person" as const, run, finding: act.finding }]),
    ];
  });
}

/** The findings of a place as they were before a run, or as they are; unsorted. */
export function findingsAt(
  model: FindingModel,
  fingerprints: readonly string[],
  place: string,
  before?: ModelRun,
): Finding[] {
  const end = before === undefined ? model.runs.length : model.runs.indexOf(before);
  const then = { ...model, runs: model.runs.slice(0, end).filter((run) => run.place === place) };
  return fingerprints.flatMap((fingerprint) => {
    const words = wordsOn(then, fingerprint);
    const last = words.at(-1)?.finding;
    const sighting = words.findLast(({ by }) => by === "run");
    if (last === undefined || sighting === undefined) return [];
    const { run, finding } = sighting;
    const ageDays = Math.max(0, Math.floor((run.endedAt - last.firstSeen) / 86_400_000));
    return [{ ...last, run: finding.run, lastSeen: finding.lastSeen, ageDays }];
  });
}

export function transitionsOf({ runs, acts }: FindingModel, fingerprint: string): FindingTransition[] {
  return runs.flatMap(({ id, log }) => [
    ...log.filter((each) => each.fingerprint === fingerprint),
    ...acts.flatMap(({ after, transition }) =>
      after.id === id && transition.fingerprint === fingerprint ? [transition] : [],
    ),
  ]);
}

/** How many states the store should keep of a finding: one each time a run says something new or a person anything. */
export function countStates(model: FindingModel, fingerprint: string): number {
  const texts = wordsOn(model, fingerprint).map(({ by, run, finding }) =>
    JSON.stringify([by === "run" ? 0 : run.id, { ...finding, run: 0, lastSeen: 0, ageDays: 0 }]),
  );
  return texts.filter((text, index) => text !== texts[index - 1]).length;
}
