import { expect, test } from "vitest";
import { gradeShard } from "../../src/ingest/gradeShard.js";

const END = { code: 0, signal: null, ended: "exited" };
const XML = { form: "whole", finishedExit: "success" } as const;

test("a shard is whole only where process and file agree on it", () => {
  expect(gradeShard(END, XML)).toEqual({ grade: "whole" });
});

test.each([
  ["killed", { ...END, code: null, signal: "SIGKILL" }, XML, "nmap was ended by SIGKILL"],
  [
    "killed though its file is whole",
    { ...END, code: null, signal: "SIGTERM" },
    XML,
    "nmap was ended by SIGTERM",
  ],
  ["stopped by the watchdog", { ...END, ended: "timed-out" }, XML, "nmap was ended: timed-out"],
  ["not started", { code: null, signal: null, ended: "not-started" }, XML, "nmap was ended: not-started"],
  ["failed though its file says success", { ...END, code: 1 }, XML, "nmap exited with status 1"],
  ["cut", END, { ...XML, form: "cut" }, "nmap exited with success, but its XML breaks off"],
  [
    "cut after it said success",
    END,
    { form: "cut", finishedExit: "success" },
    "nmap exited with success, but its XML breaks off",
  ],
  ["no XML of nmap", END, { form: "refused", finishedExit: null }, "what nmap wrote is not its XML"],
  ["in error", END, { ...XML, finishedExit: "error" }, "nmap's XML does not say success"],
  ["without an end", END, { ...XML, finishedExit: null }, "nmap's XML does not say success"],
] as const)("a shard that is %s is not", (_, end, xml, why) => {
  expect(gradeShard(end, xml)).toEqual({ grade: "failed", why });
});
