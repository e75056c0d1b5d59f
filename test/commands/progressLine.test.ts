import { describe, expect, test } from "vitest";
import { describeProgress, progressLine } from "../../src/commands/progressLine.js";
import type { Progress } from "../../src/sweep/carryOut.js";

const step: Progress = {
  stage: "sweep",
  pass: 2,
  hostsAlive: 3,
  openPorts: 7,
  cellsDone: 4000,
  cellsTotal: 8000,
  probes: 5000,
  inFlight: 1,
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

  test("tells stage, hosts, share, packets a second and when it will be over", () => {
    expect(describeProgress(step, 10_000, 4000)).toMatch(
      /^sweep pass 2 · 3 hosts · 7 open · 50 % of what is due so far · 500 packets\/s · ETA 4(\.0)? s$/,
    );
  });

  test("knows no end before a shard has ended, and no rate before time has passed", () => {
    expect(describeProgress({ ...step, cellsDone: 0 }, 0, 0)).toBe(
      "sweep pass 2 · 3 hosts · 7 open · 0 % of what is due so far · 0 packets/s · ETA …",
    );
  });
});
