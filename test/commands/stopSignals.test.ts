import { afterEach, describe, expect, test } from "vitest";
import { listenForStop, type StopSignals } from "../../src/commands/stopSignals.js";

let stop: StopSignals | null = null;
afterEach(() => stop?.release());

function listen(): { readonly stop: StopSignals; readonly heard: string[] } {
  const heard: string[] = [];
  stop = listenForStop((how, by) => heard.push(`${how} by ${by}`));
  return { stop, heard };
}

const state = ({ finish, now }: StopSignals) => [finish.aborted, now.aborted];

describe("what tells a run to stop", () => {
  test("Ctrl-C lets what is in flight end, and ends it when it comes again", () => {
    const { stop, heard } = listen();
    process.emit("SIGINT", "SIGINT");
    expect(state(stop)).toEqual([true, false]);
    process.emit("SIGINT", "SIGINT");
    process.emit("SIGINT", "SIGINT");
    expect(state(stop)).toEqual([true, true]);
    expect(heard).toEqual(["finish by SIGINT", "now by SIGINT"]);
  });

  test("SIGTERM ends it at once", () => {
    const { stop, heard } = listen();
    process.emit("SIGTERM", "SIGTERM");
    expect(state(stop)).toEqual([true, true]);
    expect(heard).toEqual(["now by SIGTERM"]);
  });

  test("another terminal may ask, and more after less; less after more changes nothing", () => {
    const { stop, heard } = listen();
    stop.ask("no", "runs stop");
    expect(state(stop)).toEqual([false, false]);
    stop.ask("finish", "runs stop");
    stop.ask("finish", "runs stop");
    stop.ask("now", "runs stop");
    stop.ask("finish", "runs stop");
    expect(heard).toEqual(["finish by runs stop", "now by runs stop"]);
    expect([stop.by(), stop.asked()]).toEqual(["runs stop", "now"]);
  });

  test("one Ctrl-C after another terminal's word ends it at once", () => {
    const { stop } = listen();
    stop.ask("finish", "runs stop");
    process.emit("SIGINT", "SIGINT");
    expect(state(stop)).toEqual([true, true]);
  });
});
