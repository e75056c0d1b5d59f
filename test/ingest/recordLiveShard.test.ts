import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type LiveShard, recordLiveShard } from "../../src/ingest/recordLiveShard.js";
import { parsePort } from "../../src/scope/port.js";
import { portSetOf } from "../../src/scope/portSet.js";
import { xmlPath } from "../../src/store/keptXml.js";
import { draft, ending, ip, observed, openCell, quietGroup, scratchStore } from "../store/sample.js";

const XML = '<?xml version="1.0"?><nmaprun><runstats><finished exit="success"/></runstats></nmaprun>';
const SHA = createHash("sha256").update(XML).digest("hex");
const HOST = observed("10.0.0.1", { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] });

function live(more: Partial<LiveShard> = {}, exit: Partial<LiveShard["exit"]> = {}): LiveShard {
  return {
    shard: {
      id: "sweep-1",
      stage: "sweep",
      pass: 1,
      probe: "ports",
      addresses: [ip("10.0.0.1")],
      ports: portSetOf([parsePort("22/tcp"), parsePort("80/tcp")]),
      rate: 100,
    },
    attempt: 1,
    form: "whole",
    document: { finished: { at: null, elapsed: 1, exit: "success", errorMessage: null, summary: null } },
    failure: null,
    warnings: ["a note of the parser"],
    ...more,
    exit: {
      code: 0,
      signal: null,
      ended: "exited",
      xml: XML,
      stderr: ["a warning of nmap"],
      startedAt: 1000,
      endedAt: 2000,
      pid: 4711,
      argv: ["nmap", "-sS"],
      ...exit,
    },
  };
}

describe("a live shard", () => {
  test("leaves its XML under its hash, its row, and what was proved", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(1000));
    expect(recordLiveShard(store, run, live(), [HOST])).toEqual({ grade: "whole" });
    expect(store.shardsOf(run.id)).toMatchObject([
      {
        id: "sweep-1",
        probe: "ports",
        state: "done",
        exitCode: 0,
        xmlSha256: SHA,
        xmlBytes: XML.length,
        warnings: ["a warning of nmap", "a note of the parser"],
        argv: ["nmap", "-sS"],
        error: null,
      },
    ]);
    expect(store.readXml(SHA)).toBe(XML);
    expect(gunzipSync(readFileSync(xmlPath(store.path, SHA))).toString()).toBe(XML);
    expect(store.runView(run.id).hosts).toMatchObject([
      { address: "10.0.0.1", ports: [{ port: 22, state: "open" }] },
    ]);
  });

  test("that was killed is marked failed, with the signal; what answered is kept, and nothing is closed by it", () => {
    const store = scratchStore();
    const first = store.beginRun(draft(1000)).run;
    recordLiveShard(store, first, live(), [HOST]);
    store.endRun(first, ending(2000));
    const { run } = store.beginRun(draft(3000));
    const killed = live({ form: "cut", document: null }, { code: null, signal: "SIGKILL", xml: "<nmaprun>" });
    const half = observed("10.0.0.1", { quiet: [quietGroup("closed", [80])], grade: "positive-only" });
    expect(recordLiveShard(store, run, killed, [half])).toEqual({
      grade: "failed",
      why: "nmap was ended by SIGKILL",
    });
    expect(store.shardsOf(run.id)).toMatchObject([{ state: "failed", signal: "SIGKILL", form: "cut" }]);
    store.endRun(run, ending(4000, { outcome: "partial", why: "a shard was lost" }));
    expect(store.changesOf(run.id)).toEqual([]);
    expect(store.openRows()).toMatchObject([{ port: 22, state: "open", lastSeen: 1000, lastCovered: 1000 }]);
  });

  test("tried again is a second attempt beside the first", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(1000));
    recordLiveShard(store, run, live({}, { code: 1, xml: "" }), []);
    recordLiveShard(store, run, live({ attempt: 2 }), [HOST]);
    expect(
      store.shardsOf(run.id).map(({ attempt, state, xmlSha256 }) => [attempt, state, xmlSha256]),
    ).toEqual([
      [1, "failed", null],
      [2, "done", SHA],
    ]);
  });

  test("is recorded wholly or not at all", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(1000));
    const broken = { ...HOST, presence: "gone" as "alive" };
    expect(() => recordLiveShard(store, run, live(), [HOST, broken])).toThrow();
    expect(store.shardsOf(run.id)).toEqual([]);
    expect(store.runView(run.id).hosts).toEqual([]);
    recordLiveShard(store, run, live(), [HOST]);
    expect(store.runView(run.id).hosts).toHaveLength(1);
  });

  test("whose XML was removed later has lost nothing but that", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(1000));
    recordLiveShard(store, run, live(), [HOST]);
    rmSync(xmlPath(store.path, SHA));
    expect(existsSync(xmlPath(store.path, SHA))).toBe(false);
    expect(() => store.readXml(SHA)).toThrow(/is not kept any more/);
    expect(store.openRows()).toMatchObject([{ port: 22, state: "open" }]);
  });
});
