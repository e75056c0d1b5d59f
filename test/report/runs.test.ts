import { describe, expect, it } from "vitest";
import type { ShardRecord } from "../../src/facts/run.js";
import { renderRun, renderRuns } from "../../src/report/runs.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";
import { address, END, run, START } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const shard = (given: Partial<ShardRecord> = {}): ShardRecord => ({
  id: "sweep-1-003",
  stage: "sweep",
  pass: 1,
  probe: "ports",
  attempt: 1,
  startTicks: null,
  pid: 4711,
  state: "done",
  hostCount: 12,
  addresses: [],
  pace: 1,
  ports: { tcp: [[1, 1000]], udp: [], sctp: [] },
  argv: [
    "nmap",
    "-sS",
    "-n",
    "-Pn",
    "--max-rate",
    "125",
    "-p",
    "T:1-1000",
    "-iL",
    "/run/portreeve/a b",
    "-oX",
    "-",
  ],
  startedAt: START + 5_000,
  endedAt: START + 34_000,
  exitCode: 0,
  signal: null,
  ended: "exited",
  form: "whole",
  xmlSha256: "ab".repeat(32),
  xmlBytes: 18_211,
  warnings: [],
  error: null,
  ...given,
});
const DETAIL = {
  file: null,
  run: run({
    outcome: "partial",
    why: "1 shard failed twice",
    warnings: ["10.30.0.77: retransmission cap hit"],
  }),
  shards: [
    shard({ id: "discover-1-001", stage: "discover", ports: { tcp: [], udp: [], sctp: [] }, hostCount: 255 }),
    shard(),
    shard({
      id: "sweep-1-004",
      attempt: 2,
      state: "failed",
      exitCode: null,
      signal: "SIGKILL",
      ended: "watchdog",
      form: "cut",
      error: "nmap gave no sign of life for 60 s",
      warnings: ["RTTVAR has grown to over 2.3 seconds"],
    }),
    shard({
      id: "sweep-2-001",
      pass: 2,
      state: "planned",
      startedAt: null,
      endedAt: null,
      exitCode: null,
      ended: null,
      form: null,
    }),
  ],
};

describe("renderRuns", () => {
  const RUNS = [
    run({ id: 15, outcome: "running", endedAt: null, coverage: null }),
    run(),
    run({
      id: 2,
      audit: null,
      outcome: "interrupted",
      targets: ["10.30.0.0/24", "打印机.example"],
      coverage: 0.48,
    }),
  ];

  it("lists them", () => {
    expect(renderRuns(RUNS, "text", LOOK)).toMatchSnapshot();
    expect(JSON.parse(renderRuns(RUNS, "json", LOOK)).rows[0]).toMatchObject({
      id: 15,
      startedAt: "2026-11-25T01:14:00Z",
      endedAt: null,
    });
  });

  it("names the first step where there is none", () => {
    expect(renderRuns([], "text", LOOK)).toBe("No runs yet. The first one: portreeve scan TARGET\n");
    expect(JSON.parse(renderRuns([], "json", LOOK))).toEqual({ schemaVersion: 1, rows: [] });
  });

  it("fits 60 columns", () => {
    for (const line of renderRuns(RUNS, "text", { ...LOOK, width: 60 }).split("\n")) {
      expect(textWidth(line)).toBeLessThanOrEqual(60);
    }
  });
});

const IMPORTED = {
  run: run({
    source: "import" as const,
    outcome: "partial",
    why: "it breaks off after 3 whole hosts: the text ends inside <port>",
    coverage: null,
    warnings: ["95 characters before the XML were left out"],
  }),
  shards: [],
  file: {
    name: "scans/周报.xml",
    hash: "ab".repeat(32),
    bytes: 104_857,
    scanner: "nmap 6.40",
    args: "nmap -sS -oX 周报.xml 10.30.0.0/24",
    importedAt: END,
    dated: true,
  },
};

describe("renderRun", () => {
  it("shows where an imported one comes from", () => {
    expect(renderRun(IMPORTED, "text", LOOK)).toMatchSnapshot();
    expect(JSON.parse(renderRun(IMPORTED, "json", LOOK)).file).toMatchObject({ name: "scans/周报.xml" });
    const undated = { ...IMPORTED, file: { ...IMPORTED.file, dated: false } };
    expect(renderRun(undated, "text", LOOK)).toContain("undated: its file does not say");
  });

  it("shows a run with its shards", () => {
    expect(renderRun(DETAIL, "text", LOOK)).toMatchSnapshot();
  });

  it("says what a run missed, whom it harmed and what it does not believe", () => {
    const own = run({
      recall: { estimate: 0.9991, lower: 0.9942, upper: 0.9998, source: "40,130 witnesses" },
      silenced: [
        {
          address: address("10.30.0.7"),
          lastAnswer: START + 86_400_000,
          lastSent: { stage: "sweep", ports: "T:1-1000", at: START + 86_401_000 },
        },
      ],
      disbelieved: [{ place: "10.30.0.0/24", flag: "middlebox", why: "every address resets alike" }],
    });
    const text = renderRun({ ...DETAIL, run: own }, "text", { ...LOOK, width: 300 });
    expect(text).toContain(
      "Recall     at least 99.42 % of what is open was found; best estimate 99.91 %, at most 99.98 % (40,130 witnesses)",
    );
    expect(text).toContain(
      "\nFell silent\n    - 10.30.0.7 answered at 2026-11-26 09:14:00 for the last time; last sent to it: 1,000 TCP ports (sweep) at 2026-11-26 09:14:01\n",
    );
    expect(text).toContain("\nNot believed\n    - 10.30.0.0/24 (middlebox): every address resets alike\n");
    expect(JSON.parse(renderRun({ ...DETAIL, run: own }, "json", LOOK)).run).toMatchObject({
      recall: own.recall,
      silenced: [{ address: "10.30.0.7", lastSent: { at: "2026-11-26T01:14:01Z" } }],
      disbelieved: own.disbelieved,
    });
  });

  it("says of a file that is no export nothing of a recall, and of ours what it says", () => {
    expect(renderRun(IMPORTED, "text", LOOK)).not.toContain("Recall");
    const recall = { estimate: 0.9, lower: 0.8, upper: 1, source: "300 witnesses" };
    const ours = { ...IMPORTED, run: { ...IMPORTED.run, recall } };
    expect(renderRun(ours, "text", LOOK)).toContain("Recall     at least 80 % of what is open was found");
  });

  it("gives programs each shard's arguments and ports in nmap's syntax", () => {
    const { run: shown, shards } = JSON.parse(renderRun(DETAIL, "json", LOOK));
    expect(shown).toMatchObject({
      id: 14,
      outcome: "partial",
      endedAt: new Date(END).toISOString().replace(".000", ""),
    });
    expect(shards[1]).toMatchObject({ argv: DETAIL.shards[1]?.argv, ports: "T:1-1000", exitCode: 0 });
    expect(shards[3]).toMatchObject({ state: "planned", startedAt: null, exitCode: null });
  });

  it.each(Object.entries(HOSTILE))("prints %s safely wherever a run repeats it", (_, text) => {
    expect(renderRun(poison(DETAIL, text), "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderRun(poison(DETAIL, text), "json", LOOK)).not.toMatch(UNSAFE);
    expect(renderRun(poison(IMPORTED, text), "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderRuns(poison([run()], text), "text", LOOK)).not.toMatch(UNSAFE);
  });
});
