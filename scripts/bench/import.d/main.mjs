/** Imports files with portreeve and with its peer, in turns, and prints how much faster, and what memory both take. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measure } from "./measure.mjs";

const HELP = `usage: scripts/bench/import [--pairs N] [--only large|folder|huge|read] [--huge] [--keep FOLDER]

Makes nmap's XML (scripts/bench/make-nmap-xml) and imports it into a new database, whole processes:
  large   one file of 100 MB: 17,000 hosts, 250,000 open ports
  folder  50 weekly scans of one network, of which 1 % changes in a week, about 2 MB each
  huge    one file of 1 GB, portreeve alone (with --huge or --only huge): its memory
  read    the 100 MB file read to observations only, without a store: MB/s
The peer (history.d/peer.py) parses with Python's ElementTree and inserts a row a port. Each pair is measured one right
after the other, N times (default 3); the ratio is that of the medians. Seconds are wall; beside them the processor's. A
machine with other work on it slows both.
It runs dist/: npm run build first. --keep leaves the files in FOLDER, and takes those that are there.
`;

const root = join(import.meta.dirname, "../../..");
const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "3" },
    only: { type: "string" },
    huge: { type: "boolean", default: false },
    keep: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main() {
  if (!existsSync(join(root, "dist/cli.js"))) {
    process.stderr.write("dist/ is not built: npm run build\n");
    return 1;
  }
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), "portreeve-bench-"));
  mkdirSync(folder, { recursive: true });
  const pairs = Number(values.pairs);
  const isWanted = (name) => values.only === undefined || values.only === name;
  try {
    if (isWanted("large") || isWanted("read")) {
      const large = make(folder, "large.xml", []);
      if (isWanted("read")) await readOnly(large);
      if (isWanted("large")) await compare(folder, "large", [large], pairs, 3);
    }
    if (isWanted("folder")) await compare(folder, "folder", makeWeeks(folder), pairs, 3.5);
    if (values.huge || values.only === "huge") {
      const huge = make(folder, "huge.xml", ["--size", "1G"]);
      const { wall, peak } = await portreeve(folder, [huge]);
      print(`huge    ${seconds(wall)}, ${megabytes(statSync(huge).size)} read, ${megabytes(peak)} at most`);
    }
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

function make(folder, name, options) {
  const path = join(folder, name);
  if (!existsSync(path))
    execFileSync(join(root, "scripts/bench/make-nmap-xml"), [...options, "--output", path]);
  return path;
}

function makeWeeks(folder) {
  const weeks = join(folder, "weeks");
  mkdirSync(weeks, { recursive: true });
  for (let week = 0; week < 50; week++) {
    const name = `week-${String(week).padStart(2, "0")}.xml`;
    make(weeks, name, ["--hosts", "340", "--week", String(week)]);
  }
  return readdirSync(weeks)
    .sort()
    .map((name) => join(weeks, name));
}

async function compare(folder, name, files, pairs, wanted) {
  const ours = [];
  const peers = [];
  for (let pair = 0; pair < pairs; pair++) {
    ours.push(await portreeve(folder, files));
    peers.push(await peer(folder, files));
  }
  const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
  print(`${name.padEnd(8)}${files.length} file${files.length === 1 ? "" : "s"}, ${megabytes(size)}`);
  for (const [who, measured] of [
    ["portreeve", ours],
    ["peer", peers],
  ]) {
    const peak = Math.max(...measured.map((each) => each.peak));
    const walls = measured.map(({ wall }) => seconds(wall)).join(", ");
    print(
      `  ${who.padEnd(10)}${walls}; processor ${seconds(median(measured, "cpu"))}; ${megabytes(peak)} at most`,
    );
  }
  const ratio = median(peers, "wall") / median(ours, "wall");
  print(`  ${ratio.toFixed(2)} times as fast (${wanted} wanted)`);
}

function portreeve(folder, files) {
  const database = freshFile(folder, "history.db");
  return measure(process.execPath, [join(root, "dist/cli.js"), "import", "--db", database, ...files]);
}

function peer(folder, files) {
  return measure("python3", [
    join(root, "scripts/bench/history.d/peer.py"),
    freshFile(folder, "peer.db"),
    ...files,
  ]);
}

/** A path in a folder of its own, where nothing is: what was kept beside the last database is gone too. */
function freshFile(folder, name) {
  const own = join(folder, `of-${name}`);
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  return join(own, name);
}

async function readOnly(file) {
  const { wall, cpu, peak } = await measure(process.execPath, [join(import.meta.dirname, "read.mjs"), file]);
  const speed = statSync(file).size / 1e6 / (wall / 1000);
  print(
    `read    ${seconds(wall)}, processor ${seconds(cpu)}: ${speed.toFixed(0)} MB/s; ${megabytes(peak)} at most`,
  );
}

function median(list, key) {
  const sorted = list.map((each) => each[key]).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
