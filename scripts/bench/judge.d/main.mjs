/** Runs the measurements, each in a fresh process, and prints them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const HELP = `usage: scripts/bench/judge [--hosts N] [--ports N] [--groups N] [--exceptions N] [--rounds N] [--whole]

Judges a run in memory (default: 10,000 hosts with 25 open ports each, a profile of 2,000 groups and 500 exceptions, an
asset list with a row for each host) and prints, of each round in a fresh process,
  judge    wall and processor seconds of binding and judging, cold, and the peak memory of the whole process
  parse    the same of reading the profile's YAML, which comes first and is not counted in
and then a naive loop, in which each port asks every group and every exception: on a tenth of the hosts and scaled by
ten, or on all of them with --whole (minutes). On the hosts that both judged, the findings must have the same
fingerprints, else the exit code is 1. Processor seconds hold those of the garbage collector's threads.
It runs dist/: npm run build first.
`;

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "10000" },
    ports: { type: "string", default: "25" },
    groups: { type: "string", default: "2000" },
    exceptions: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    whole: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = main();

function main() {
  const root = join(import.meta.dirname, "../../..");
  if (!existsSync(join(root, "dist/exposure/judge.js"))) {
    process.stderr.write("dist/ is not built: npm run build\n");
    return 1;
  }
  const [hosts, ports, groups, exceptions, rounds] = ["hosts", "ports", "groups", "exceptions", "rounds"].map(
    (name) => readCount(name, values[name]),
  );
  const asked = values.whole ? hosts : Math.max(1, Math.round(hosts / 10));
  const scale = hosts / asked;
  const settings = { hosts, ports, groups, exceptions };

  print(
    `${hosts} hosts × ${ports} ports, ${groups} groups, ${exceptions} exceptions; node ${process.versions.node}`,
  );
  const all = [];
  for (let round = 1; round <= rounds; round++) {
    const one = measure("judge", { ...settings, asked: hosts });
    all.push(one);
    print(
      `judge  round ${round}: ${seconds(one.wall)} s wall, ${seconds(one.cpu)} s processor, peak ${one.rss} MB (${one.before.rss} MB before it began); ${one.findings} findings of ${one.rows} ports`,
    );
  }
  const read = all.map(({ parse }) => parse);
  print(
    `parse: ${seconds(median(read.map(({ wall }) => wall)))} s wall, ${seconds(median(read.map(({ cpu }) => cpu)))} s processor, peak ${median(read.map(({ rss }) => rss))} MB`,
  );

  const ours = values.whole ? all[0] : measure("judge", { ...settings, asked });
  const naive = measure("naive", { ...settings, asked });
  const scaled =
    scale === 1 ? "" : `, on ${asked} hosts; scaled by ${scale}: ${seconds(naive.cpu * scale)} s processor`;
  print(`naive: ${seconds(naive.wall)} s wall, ${seconds(naive.cpu)} s processor${scaled}`);
  const cpu = median(all.map((one) => one.cpu));
  print(
    `ratio: ${((naive.cpu * scale) / cpu).toFixed(0)} times the processor time of judge (median ${seconds(cpu)} s)`,
  );
  if (naive.digest === ours.digest) {
    print(`findings: the same ${ours.findings} on ${asked} hosts`);
    return 0;
  }
  print(`findings DIFFER on ${asked} hosts: judge has ${ours.findings}, the naive loop ${naive.findings}`);
  return 1;
}

function measure(mode, settings) {
  const script = join(import.meta.dirname, "measure.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, mode, JSON.stringify(settings)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${mode} failed: ${stderr}`);
  return JSON.parse(stdout);
}

function readCount(name, text) {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  process.stderr.write(`--${name} takes a whole number above 0\n`);
  process.exit(64);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function seconds(number) {
  return number.toFixed(2);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
