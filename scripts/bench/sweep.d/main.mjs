/** portreeve beside nmap on one lab, in one run: seconds, what was found, what was said of it, packets on the wire. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openInXml, scoreOf } from "./score.mjs";
import { watchWire } from "./wire.mjs";

const HELP = `usage: scripts/bench/sweep [--hosts N] [--seed N] [--ports FIRST-LAST] [--rate PPS] [--peers limit,t4] [--rounds N]
                           [-- LAB OPTIONS]

Builds a lab (default: 16 hosts in a /24, half default-drop, services that greet at once), and in it runs, one after the
other, ROUNDS times (1):
  limit      nmap on the known live hosts, --min-rate and --max-rate PPS, --max-retries 0: what no sweep can beat
  t4         nmap -sS -T4 -p of the whole /24
  portreeve  scan of the whole /24 at --rate PPS, which knows nothing at the start
Prints of each the seconds, the open ports found of those there are, and portreeve's ratio to both; of portreeve the
recall it states and whether the truth lies inside, false closed ports, and the most packets in two seconds beside the budget.
Needs root. Defaults: --hosts 16 --seed 3 --ports 1-65535 --rate 20000 --peers limit. Example of a lossy lab:
  scripts/bench/sweep --ports 1-20000 -- --loss 5
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    hosts: { type: "string", default: "16" },
    seed: { type: "string", default: "3" },
    ports: { type: "string", default: "1-65535" },
    rate: { type: "string", default: "20000" },
    peers: { type: "string", default: "limit" },
    rounds: { type: "string", default: "1" },
    help: { type: "boolean", short: "h" },
  },
});
const ROOT = join(import.meta.dirname, "../../..");
const { hosts, seed, ports, rate, peers, rounds } = values;
const asked = ports.split("-").map(Number);

if (values.help) process.stdout.write(HELP);
else if (process.env.PORTREEVE_LAB_NET === undefined) process.exitCode = await buildLab();
else await measureAll();

function buildLab() {
  const lab = ["--hosts", hosts, "--seed", seed, "--quick", ...positionals];
  const own = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(join(ROOT, "scripts/lab"), [...lab, "--", process.argv[1] ?? "", ...own], {
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}

async function measureAll() {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-sweep-"));
  const truth = JSON.parse(readFileSync(process.env.PORTREEVE_LAB_TRUTH ?? "", "utf8"));
  writeFileSync(join(folder, "live"), truth.hosts.map(({ address }) => `${address}\n`).join(""));
  try {
    for (let round = 0; round < Number(rounds); round++) await measureRound(folder, truth, round);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureRound(folder, truth, round) {
  const seconds = {};
  const fixed = ["--min-rate", rate, "--max-rate", rate, "--max-retries", "0"];
  const live = ["-Pn", "--min-hostgroup", hosts, "-iL", join(folder, "live")];
  const commands = {
    limit: ["-n", "-sS", "-p", ports, ...fixed, ...live],
    t4: ["-n", "-sS", "-T4", "-p", ports, process.env.PORTREEVE_LAB_NET ?? ""],
  };
  for (const peer of peers.split(",").filter((each) => each in commands)) {
    const { output, wall } = await run("nmap", [...commands[peer], "-oX", "-"]);
    seconds[peer] = wall;
    const { found, there } = scoreOf(openInXml(output), truth, asked);
    print(`nmap ${peer}`, wall, `${found} of ${there} open ports`);
  }
  const wire = watchWire("eth0");
  const db = join(folder, `${round}.db`);
  const cli = join(ROOT, "dist/cli.js");
  const scan = ["scan", process.env.PORTREEVE_LAB_NET ?? "", "-p", ports, "--rate", rate, "--db", db];
  const { output, wall, own } = await run(process.execPath, [cli, ...scan, "--format", "json"]);
  const most = wire.stop();
  const rows = JSON.parse(
    (await run(process.execPath, [cli, "query", "open", "--db", db, "--format", "json"])).output,
  );
  const score = scoreOf(rows.rows, truth, asked);
  const said = JSON.parse(output);
  print(
    "portreeve",
    wall,
    `${score.found} of ${score.there} open ports, ${score.wrong} that are none; ${said.outcome}`,
  );
  for (const [peer, peers] of Object.entries(seconds))
    print(`  to ${peer}`, wall / peers, "times its seconds");
  const { estimate, lower, upper, source } = said.recall;
  const actual = score.found / score.there;
  const isInside = lower !== null && actual >= lower - 1e-9 && actual <= upper + 1e-9;
  print(
    "  recall",
    actual,
    `stated ${estimate} (${lower} to ${upper}; ${source}): ${isInside ? "inside" : "OUTSIDE"}`,
  );
  print(
    "  wire",
    most / (2 * Number(rate)),
    `times the budget in the busiest 2 s (${most} packets); own processor ${own.toFixed(1)} s`,
  );
}

function print(name, number, text) {
  process.stdout.write(`${name.padEnd(12)} ${number.toFixed(3).padStart(9)}  ${text}\n`);
}

function run(program, args) {
  const began = performance.now();
  const usage = process.resourceUsage();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const pieces = [];
  child.stdout.on("data", (piece) => pieces.push(piece));
  return new Promise((resolve) => {
    child.on("close", () => {
      const wall = (performance.now() - began) / 1000;
      const own = (process.resourceUsage().userCPUTime - usage.userCPUTime) / 1e6;
      resolve({ output: Buffer.concat(pieces).toString(), wall, own });
    });
  });
}
