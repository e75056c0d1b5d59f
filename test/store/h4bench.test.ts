import { test } from "vitest";
import { statSync, rmSync } from "node:fs";
import { openStore } from "/work/main/src/store/openStore.js";
import { finding, judgement, transition } from "/work/main/test/store/findings.js";
import { draft, ending, observed, openCell, quietGroup, recordRun } from "/work/main/test/store/observations.js";
const DAY = 86400000;
const time = (name: string, work: () => unknown) => { const t = performance.now(); const c = process.cpuUsage(); const r = work(); const u = process.cpuUsage(c); console.log(name.padEnd(60), (performance.now() - t).toFixed(0), "ms wall", ((u.user+u.system)/1000).toFixed(0), "ms cpu"); return r; };
test("bench", () => {
  rmSync("/tmp/h4.db", { force: true }); rmSync("/tmp/h4.db-wal", { force: true }); rmSync("/tmp/h4.db-shm", { force: true });
  const store = openStore("/tmp/h4.db", { mode: "write" });
  const make = (run: number, day: number, more = {}) => Array.from({ length: 5000 }, (_, i) => finding({ address: `10.0.${i >> 8}.${i & 255}` as never, run, firstSeen: DAY, lastSeen: day * DAY, evidence: "open (http, nginx 1.18.0): no group of the profile lists it; unlisted ports are forbidden", ...more }));
  const size = () => { store.close; return statSync("/tmp/h4.db").size + statSync("/tmp/h4.db-wal").size; };
  for (let day = 1; day <= 8; day++) {
    const id = recordRun(store, day * DAY, []);
    const findings = make(id, day);
    const transitions = day === 1 ? findings.map((f) => transition(f)) : [];
    time(day === 1 ? "5,000 new findings with transitions" : "5,000 confirmed", () => store.recordJudgement(id, judgement({ findings, transitions })));
    if (day === 8) time("the same again", () => store.recordJudgement(id, judgement({ findings, transitions })));
  }
  const id = recordRun(store, 9 * DAY, []);
  time("findingsBefore, newest", () => store.findingsBefore(id));
  const changed = make(id, 9, { status: "closed" });
  time("5,000 changed with transitions", () => store.recordJudgement(id, judgement({ findings: changed, transitions: changed.map((f) => transition(f, { run: id, from: "open" })) })));
  time("findingsBefore, older run", () => store.findingsBefore(3));
  time("judged again, older run", () => store.recordJudgement(3, judgement({ findings: make(3, 3) })));
  time("findings()", () => store.findings());
  time("findings({address})", () => store.findings({ address: "10.0.3.3" as never }));
  time("transitionsOf x 5000", () => changed.forEach((f) => store.transitionsOf(f.fingerprint)));
  console.log("size MB", size() / 1e6);
  const assets = Array.from({ length: 100000 }, (_, i) => ({ id: `srv-${i}`, addresses: [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`] as never, names: [`srv-${i}.example.com`], owner: `team-${i % 100}`, system: `system-${i % 500}`, tags: ["prod", `t${i % 7}`], realm: null }));
  const list = (day: number) => ({ source: "default", date: day * DAY, importedAt: 0, operator: "a", file: "f", hash: `h${day}` });
  time("100,000 assets, new", () => store.addAssets(list(1), assets));
  time("100,000 assets, the same list", () => store.addAssets(list(1), assets));
  time("100,000 assets, 1 % changed", () => store.addAssets(list(2), assets.map((a, i) => (i % 100 === 0 ? { ...a, owner: "moved" } : a))));
  time("assetsAt", () => store.assetsAt());
  time("assets second source", () => store.addAssets({ ...list(3), source: "b" }, assets.slice(0, 50000)));
  time("assetsAt two sources", () => store.assetsAt());
  store.close();
  console.log("size MB", statSync("/tmp/h4.db").size / 1e6);
}, 120000);
test("since", () => {
  for (const e of ["", "-wal", "-shm"]) rmSync("/tmp/h4b.db" + e, { force: true });
  const store = openStore("/tmp/h4b.db", { mode: "write" });
  const quiet = [quietGroup("closed", Array.from({ length: 900 }, (_, i) => i + 100)), quietGroup("silent", [53, 123, 161], "udp")];
  const cells = Array.from({ length: 25 }, (_, i) => openCell(i + 1));
  const hosts = Array.from({ length: 10000 }, (_, i) => observed(`10.0.${i >> 8}.${i & 255}`, { cells, quiet }));
  for (let day = 1; day <= 13; day++) { const { run } = store.beginRun(draft(day * DAY)); store.recordHosts(run, hosts); store.endRun(run, ending(day * DAY + 1)); }
  time("openedSince, 250,000 cells, 10 runs", () => console.log(store.openedSince(4 * DAY).length));
  time("coveredSince, 10,000 hosts, 10 runs", () => console.log(store.coveredSince(4 * DAY).length));
  store.close();
}, 240000);
