/**
 * Puts the questions of `portreeve query` to a kept database, each in a process of its own (cold), beside the same
 * question to the snapshots. Called as `answers.mjs ours|peer DATABASE QUESTION` it is that process.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { FIRST, WEEK } from "./network.mjs";

const ROOT = join(import.meta.dirname, "../../..");
const DAY = 86_400_000;
const PORT = { protocol: "tcp", port: 3306 };
const TRIES = 3;

/** Question → milliseconds it should take, ours, and the peer's SQL. */
const QUESTIONS = {
  "open --at DATE, all hosts": {
    limit: 500,
    ours: (store, { at }) => store.openRows({ at }),
    peer: (ask, { scan }) => ask("SELECT * FROM port WHERE scan = ? AND state = 'open'", scan),
  },
  "open --at DATE, one host": {
    limit: 20,
    ours: (store, { at, host }) => store.openRows({ at, hosts: [host] }),
    peer: (ask, { scan, host }) =>
      ask("SELECT * FROM port WHERE address = ? AND scan = ? AND state = 'open'", host, scan),
  },
  "since, one port": {
    limit: 20,
    ours: (store, { host, port }) => store.sinceRows(host, port),
    peer: (ask, { host, port }) =>
      ask(
        `SELECT min(scan) FROM port WHERE address = @a AND protocol = 'tcp' AND port = @b AND scan > coalesce((
           SELECT max(id) FROM scan WHERE id NOT IN (
             SELECT scan FROM port WHERE address = @a AND protocol = 'tcp' AND port = @b)), 0)`,
        { a: host, b: port.port },
      ),
  },
  "history, one host": {
    limit: 20,
    ours: (store, { host }) => store.periodRows({ hosts: [host] }),
    peer: (ask, { host }) => ask("SELECT * FROM port WHERE address = ? ORDER BY protocol, port, scan", host),
  },
  "coverage, one host": {
    limit: 20,
    ours: (store, { host }) => store.coverageRows({ hosts: [host] }),
    // Snapshots of open ports do not know what was asked: the last scan with a row is the nearest they have.
    peer: (ask, { host }) => ask("SELECT max(scan) FROM port WHERE address = ?", host),
  },
  "who-has 3306/tcp at DATE": {
    limit: 100,
    ours: (store, { at }) => store.whoHas(PORT, { at }),
    peer: (ask, { scan }) =>
      ask("SELECT * FROM port WHERE protocol = 'tcp' AND port = 3306 AND scan = ? AND state = 'open'", scan),
  },
  "changes of 7 days": {
    limit: 100,
    ours: (store, { at }) => store.changeRows({ since: at - 7 * DAY, until: at }),
    peer: (ask, { scan }) =>
      ask(
        `SELECT * FROM (SELECT address, protocol, port, product, version FROM port WHERE scan = @a
           EXCEPT SELECT address, protocol, port, product, version FROM port WHERE scan = @b)
         UNION ALL SELECT * FROM (SELECT address, protocol, port, product, version FROM port WHERE scan = @b
           EXCEPT SELECT address, protocol, port, product, version FROM port WHERE scan = @a)`,
        { a: scan, b: scan - 1 },
      ),
  },
};

/** Prints a line a question. @param folder with history.db and snapshots.db; `runs`: how many weeks are in it */
export function printAnswers({ folder, runs, peerRuns }) {
  process.stdout.write(
    `answers, each in a fresh process, ms (best of ${TRIES}; user and system in brackets); the snapshots hold ${peerRuns} runs only\n`,
  );
  for (const [name, { limit }] of Object.entries(QUESTIONS)) {
    const [ours, peer] = [
      best("ours", join(folder, "history.db"), name, runs),
      best("peer", join(folder, "snapshots.db"), name, peerRuns),
    ];
    const verdict = ours === null || ours.wall > limit ? "OVER" : "ok";
    process.stdout.write(
      `  ${name.padEnd(26)} ${show(ours)}  limit ${String(limit).padStart(3)} ${verdict.padEnd(4)}  snapshots ${show(peer)}\n`,
    );
  }
}

function best(side, database, question, runs) {
  if (!existsSync(database)) return null;
  const taken = Array.from({ length: TRIES }, () => {
    const child = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), side, database, question, String(runs)],
      { encoding: "utf8", maxBuffer: 1e8 },
    );
    if (child.status !== 0) throw new Error(child.stderr);
    return JSON.parse(child.stdout);
  });
  return taken.sort((a, b) => a.wall - b.wall)[0];
}

function show(taken) {
  if (taken === null) return "-";
  return `${taken.wall.toFixed(1).padStart(7)} (${taken.cpu.toFixed(0).padStart(4)}) ${String(taken.rows).padStart(6)} rows`;
}

async function answer(side, database, question, runs) {
  const about = aboutOf(database, side, Number(runs));
  const { ours, peer } = QUESTIONS[question];
  // The program is loaded, the database is not open yet.
  const openStore = side === "ours" ? (await import(join(ROOT, "dist/store/openStore.js"))).openStore : null;
  const before = process.cpuUsage();
  const begin = performance.now();
  let rows = null;
  if (openStore === null) {
    const opened = new Sqlite(database, { readonly: true });
    rows = peer((sql, ...values) => opened.prepare(sql).all(...values), about);
  } else rows = ours(openStore(database, { mode: "read" }), about);
  const wall = performance.now() - begin;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1000, rows: rows.length }));
}

/** The moment and the host that are asked for: three quarters into the history, the thousandth host. */
function aboutOf(database, side, runs) {
  const week = Math.floor(runs * 0.75);
  const host = "10.0.3.231";
  const at = FIRST + week * WEEK + DAY;
  return { at, host, port: { protocol: "tcp", port: 80 }, scan: week + 1, database, side };
}

const [, script, side, database, question, runs] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (side === "ours" || side === "peer") await answer(side, database, question, runs);
  else printAnswers({ folder: side, runs: Number(database ?? 260), peerRuns: Number(question ?? 8) });
}
