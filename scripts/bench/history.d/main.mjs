/** Makes years of weekly runs, and prints what they cost beside a schema that keeps every snapshot. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Sqlite from "better-sqlite3";
import { printAnswers } from "./answers.mjs";
import { FIRST, makeNetwork, observe, passWeek, WEEK } from "./network.mjs";
import { openSnapshots } from "./snapshots.mjs";

/** What a reader thread does with a file's hosts, while the file before is stored: told apart. */
let stageHosts = null;

const HELP = `usage: scripts/bench/history [--runs N] [--hosts N] [--ports N] [--peer-runs N] [--keep FOLDER] [--no-services]

Makes N weekly runs (default 260: five years) of 10,000 hosts with 25 open ports each, of which 1 % change in a week; half
a percent of the hosts is missed by a run, 3 % of the runs break off, a tenth of the hosts is asked for all 65,535 ports.
Every run comes as a file does, its rows in memory. Prints
  ingest   the seconds of the 2nd and of the last run, of one that only confirms, of one from years ago, and of taking
           that back, with the same of a schema that keeps a row for each run, host and open port
  size     of both databases; the peer is made with --peer-runs runs (default 8) and extrapolated
It runs dist/: npm run build first. --keep leaves the databases in FOLDER, for the benchmark of answers.
`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "260" },
    hosts: { type: "string", default: "10000" },
    ports: { type: "string", default: "25" },
    "peer-runs": { type: "string", default: "8" },
    keep: { type: "string" },
    "no-services": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main() {
  const root = join(import.meta.dirname, "../../..");
  if (!existsSync(join(root, "dist/store/openStore.js"))) {
    process.stderr.write("dist/ is not built: npm run build\n");
    return 1;
  }
  const { openStore } = await import(join(root, "dist/store/openStore.js"));
  ({ stageHosts } = await import(join(root, "dist/store/stagedHosts.js")));
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), "portreeve-bench-"));
  const [runs, hosts, ports, peerRuns] = ["runs", "hosts", "ports", "peer-runs"].map((name) =>
    Number(values[name]),
  );
  const services = !values["no-services"];
  const store = openStore(join(folder, "history.db"), { mode: "write" });
  const peer = openSnapshots(join(folder, "snapshots.db"));
  const network = makeNetwork({ hosts, ports });
  print(`${runs} runs of ${hosts} hosts × ${ports} ports; node ${process.versions.node}`);

  const taken = [];
  const staging = [];
  const peerTaken = [];
  let early = null;
  for (let run = 0; run < runs; run++) {
    if (run > 0) passWeek(network);
    const said = [...observe(network, run, { services })];
    // What a run of the middle had said, had it not been lost.
    if (run === Math.floor(runs / 2)) {
      passWeek(network, 0.005);
      early = { at: FIRST + run * WEEK + WEEK / 2, said: [...observe(network, 5000, { services })] };
    }
    let staged = null;
    staging.push(
      time(() => {
        staged = stageHosts(said);
      }),
    );
    const seconds = time(() => take(store, FIRST + run * WEEK, staged, `run ${run}`));
    taken.push(seconds);
    if (run < peerRuns) peerTaken.push(time(() => peer.add(FIRST + run * WEEK, said)));
    if (run % 20 === 1 || run === runs - 1) print(`  run ${run + 1}: ${show(seconds)} s`);
  }
  const last = [...observe(network, 1, { services })];
  take(store, FIRST + runs * WEEK, last, "settle");
  const { defineSpanViews } = await import(join(root, "dist/store/spanViews.js"));
  const spans = countSpans(store.path, defineSpanViews);
  const confirming = time(() => take(store, FIRST + (runs + 1) * WEEK, last, "confirm"));
  const written = countSpans(store.path, defineSpanViews) - spans;
  print(`size before the late run: ${describeSize(store.path, peer, folder, runs, peerRuns)}`);
  let late = null;
  const lateSeconds = time(() => {
    late = take(store, early.at, early.said, "late");
  });
  const forgetSeconds = time(() => store.forgetRun(late));
  print(
    `ingest, s: 2nd run ${show(taken[1])}, last ${show(taken.at(-1))} (median of the last five ${show(median(taken.slice(-5)))}), peer ${show(median(peerTaken))}; staged in a reader thread before: ${show(median(staging.slice(-5)))}`,
  );
  print(
    `a run that only confirms: ${show(confirming)} s, ${written} spans written; a run from years ago: ${show(lateSeconds)} s; taking it back: ${show(forgetSeconds)} s`,
  );
  store.close();
  peer.database.close();
  await printAnswers({ folder, runs, peerRuns });
  if (values.keep === undefined) rmSync(folder, { recursive: true });
  return 0;
}

function take(store, startedAt, said, name) {
  const hash = createHash("sha256").update(name).digest("hex");
  const draft = {
    source: "import",
    audit: null,
    vantage: "bastion",
    realm: "default",
    operator: "bench",
    startedAt,
    method: "raw",
    ports: "T:1-1000",
    targets: ["10.0.0.0/8"],
    exclusions: [],
    addressCount: Array.isArray(said) ? said.length : said.names.addresses.length,
    rate: 0,
    nmapVersion: "7.93",
    sources: [],
    profileHash: null,
  };
  const file = { name, hash, bytes: 1, scanner: "nmap 7.93", args: "nmap", dated: true };
  const begun = store.beginImport(draft, file);
  begun.import.add(Array.isArray(said) ? stageHosts(said) : said);
  const end = {
    outcome: "complete",
    why: null,
    endedAt: startedAt + 3_600_000,
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
    warnings: [],
  };
  return begun.import.end(end);
}

function countSpans(path, defineSpanViews) {
  const database = new Sqlite(path, { readonly: true });
  defineSpanViews(database);
  const count = ["span", "service_span", "quiet", "host_span"].reduce(
    (sum, table) => sum + database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    0,
  );
  database.close();
  return count;
}

function describeSize(path, peer, folder, runs, peerRuns) {
  const database = new Sqlite(path);
  database.pragma("wal_checkpoint(TRUNCATE)");
  const tables = database.prepare(
    "SELECT name, sum(pgsize) / 1e6 AS mb FROM dbstat GROUP BY name ORDER BY mb DESC LIMIT 8",
  );
  let detail = "";
  try {
    detail = tables
      .all()
      .map(({ name, mb }) => `${name} ${mb.toFixed(1)}`)
      .join(", ");
  } catch {
    detail = "no dbstat";
  }
  const compact = join(folder, "compact.db");
  database.prepare("VACUUM INTO ?").run(compact);
  database.close();
  peer.database.pragma("wal_checkpoint(TRUNCATE)");
  const ours = statSync(path).size / 1e6;
  const vacuumed = statSync(compact).size / 1e6;
  rmSync(compact);
  const theirs = (statSync(join(folder, "snapshots.db")).size / 1e6 / Math.min(peerRuns, runs)) * runs;
  return `${ours.toFixed(1)} MB (${vacuumed.toFixed(1)} after VACUUM); snapshots ${theirs.toFixed(0)} MB (extrapolated from ${Math.min(peerRuns, runs)} runs): 1/${(theirs / ours).toFixed(0)} (1/${(theirs / vacuumed).toFixed(0)})\n  ${detail}`;
}

/** Wall and processor seconds: on a machine that does other work the second is the one to look at. */
function time(work) {
  const begin = performance.now();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6 };
}

function show({ wall, cpu }) {
  return `${wall.toFixed(2)} (${cpu.toFixed(2)} cpu)`;
}

function median(list) {
  return [...list].sort((a, b) => a.cpu - b.cpu)[Math.floor(list.length / 2)];
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
