import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** Absent third-party files are no fault of the machine; every other skipped test means that something went untested. */
const EXCUSED = /\.\.\/shared\/corpora|corpora is absent/;

/** Names what was skipped, and fails the run for it unless PORTREEVE_ALLOW_SKIPS is 1. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = [...new Set(modules.flatMap((module) => [...skippedIn(module)]))];
    if (skipped.length === 0) return;
    process.stdout.write(`\nSkipped:\n${skipped.map((name) => `  - ${name}\n`).join("")}`);
    const counting = skipped.filter((name) => !EXCUSED.test(name));
    if (counting.length === 0 || process.env.PORTREEVE_ALLOW_SKIPS !== "0") return;
    process.stdout.write("Skipped tests fail this run; scripts/test --allow-skips lets them be.\n");
    process.exitCode = 1;
  }
}

/** The outermost suites of which nothing ran, and single tests beside them. */
function* skippedIn(parent: TestModule | TestSuite): Iterable<string> {
  for (const child of parent.children) {
    if (child.type === "test") {
      if (child.result().state === "skipped") yield nameOf(child);
    } else if (ranNothing(child)) {
      yield nameOf(child);
    } else {
      yield* skippedIn(child);
    }
  }
}

function ranNothing(suite: TestSuite): boolean {
  const tests = [...suite.children.allTests()];
  return tests.length > 0 && tests.every((test) => test.result().state === "skipped");
}

function nameOf(task: TestCase | TestSuite): string {
  return `${task.module.relativeModuleId}: ${task.fullName}`;
}
