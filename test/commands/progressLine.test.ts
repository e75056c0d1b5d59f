import { describe, expect, test } from "vitest";
import { describeProgress, progressLine } from "../../src/commands/progressLine.js";
import { progressNotes } from "../../src/commands/runProgress.js";
import type { RunProgress } from "../../src/facts/run.js";
import type { Progress } from "../../src/sweep/carryOut.js";

const step: RunProgress = {
  stage: "sweep",
  pass: 2,
  hostsAlive: 3,
  openPorts: 7,
  cellsDone: 4000,
  cellsTotal: 8000,
  probes: 5000,
  endsAbout: 14_000,
  inFlight: 3,
  stopping: "no",
  at: 10_000,
};

function streamOf(isTTY: boolean, columns = 200): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { stream: { isTTY, columns, write } as unknown as NodeJS.WriteStream, written };
}

describe("the progress line", () => {
  test("writes nothing at all where stderr is no terminal", () => {
    const { stream, written } = streamOf(false);
    const line = progressLine(stream, () => 0);
    line.show(step);
    line.clear();
    expect(written).toEqual([]);
  });

  test("is drawn over itself on a terminal, and leaves an empty line", () => {
    const { stream, written } = streamOf(true);
    let now = 0;
    const line = progressLine(stream, () => now);
    now = 10_000;
    line.show(step);
    line.clear();
    expect(written[0]).toMatch(/^\r\u001b\[K[^\r\n]*$/);
    expect(written.at(-1)).toBe("\r\u001b[K");
  });

  test("never breaks into a second line of a narrow terminal", () => {
    const { stream, written } = streamOf(true, 20);
    progressLine(stream, () => 0).show(step);
    expect((written[0] ?? "").replace("\r\u001b[K", "").length).toBeLessThan(20);
  });

  test("tells stage, hosts, share and when it will be over", () => {
    expect(describeProgress(step, 10_000)).toMatch(
      /^sweep pass 2 · 3 hosts · 7 open · 50 % of what is due so far · ETA 4(\.0)? s$/,
    );
  });

  test("knows no end before that can be told, and of a run that is told to stop says what it waits for", () => {
    expect(describeProgress({ ...step, cellsDone: 0, endsAbout: null }, 0)).toBe(
      "sweep pass 2 · 3 hosts · 7 open · 0 % of what is due so far · ETA …",
    );
    expect(describeProgress({ ...step, stopping: "finish" }, 0)).toMatch(/ · stopping: 3 nmaps in flight$/);
  });
});

describe("the end of a run", () => {
  const at = (cellsDone: number, cellsTotal = 1000): Progress => {
    const { stage, pass, hostsAlive, openPorts, probes } = step;
    return { stage, pass, hostsAlive, openPorts, probes, cellsDone, cellsTotal };
  };
  const beside = { inFlight: 1, stopping: "no" } as const;

  test("follows from the pace of this sitting, not from what earlier ones had asked", () => {
    let now = 0;
    const notes = progressNotes(() => now);
    expect(notes.tell(beside)).toMatchObject({ cellsDone: 0, endsAbout: null });
    notes.note(at(600));
    expect(notes.tell(beside)?.endsAbout).toBeNull();
    now = 10_000;
    notes.note(at(700));
    expect(notes.tell(beside)).toMatchObject({ endsAbout: 40_000, at: 10_000, inFlight: 1 });
  });
});
