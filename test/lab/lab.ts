/**
 * A lab that stands while a test drives it: the real CLI and the real nmap in namespaces without a route out.
 * `inside.mjs` is the lab's COMMAND and runs there what the test asks for.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { expect } from "vitest";
import type { Address } from "../../src/facts/address.js";
import type { Run } from "../../src/facts/run.js";
import type { HostView, RunView } from "../../src/facts/view.js";
import { findNmap } from "../../src/nmap/locate.js";
import { readServiceTable } from "../../src/nmap/serviceTable.js";
import { formatPortSet, listPorts } from "../../src/scope/portSet.js";
import { topPorts } from "../../src/scope/topPorts.js";
import { openStore } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";

const ROOT = join(import.meta.dirname, "../..");
const LAB = join(ROOT, "scripts/lab");
const CLI = join(ROOT, "dist/cli.js");
const INSIDE = join(import.meta.dirname, "inside.mjs");

export const isRoot = process.getuid?.() === 0;

export interface TruthHost {
  readonly address: Address;
  readonly ipv6: Address | null;
  readonly kind: "default-accept" | "default-drop" | "default-reject";
  readonly answersPing: boolean;
  readonly tcp: {
    readonly open: readonly number[];
    readonly closed: "reset" | "drop" | "reject-icmp" | "reject-reset";
    readonly holes: readonly number[];
  };
  readonly udp: { readonly open: readonly number[]; readonly closed: string };
}

export interface Truth {
  readonly network: string;
  readonly hosts: readonly TruthHost[];
  readonly absentExamples: readonly Address[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): Promise<boolean>;
}

export interface Lab {
  readonly truth: Truth;
  /** Empty at first, owned by the user of the lab; also the working directory and HOME. */
  readonly folder: string;
  readonly database: string;
  /** Pids that hold the hosts' namespaces. */
  readonly pidOf: Readonly<Record<Address, number>>;
  start(argv: readonly string[]): Promise<Running>;
  run(argv: readonly string[]): Promise<Ended>;
  shell(script: string): Promise<string>;
  /** portreeve with the lab's database. */
  commandLine(...args: string[]): string[];
  portreeve(...args: string[]): Promise<Ended>;
  startPortreeve(...args: string[]): Promise<Running>;
  /** Changes a host's firewall, in front of the lab's own rules; needs root in the lab. */
  filter(address: Address, rules: string): Promise<void>;
  nmaps(): Promise<readonly { readonly pid: number; readonly argv: readonly string[] }[]>;
  signal(pid: number, name: NodeJS.Signals): Promise<boolean>;
  read<T>(question: (store: Store) => T): T;
  view(run: number): RunView;
  runs(): readonly Run[];
}

/** Why no lab can be built here, or null. */
export function whyNoLab(): string | null {
  if (spawnSync("nmap", ["--version"]).status !== 0) return "nmap is not installed";
  const tried = spawnSync(LAB, ["--hosts", "1", "--", "true"], { encoding: "utf8", timeout: 60_000 });
  return tried.status === 0 ? null : (tried.stderr.trim().split("\n")[0] ?? "scripts/lab fails");
}

/** Builds a lab, waits for `body`, takes the lab down again. */
export async function withLab<T>(options: readonly string[], body: (lab: Lab) => Promise<T>): Promise<T> {
  const { lab, close } = await openLab(options);
  try {
    return await body(lab);
  } finally {
    await close();
  }
}

/** Builds a lab that stands until it is closed. */
export async function openLab(
  options: readonly string[],
): Promise<{ readonly lab: Lab; readonly close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-e2e-"));
  const uid = options.includes("--uid") ? Number(options[options.indexOf("--uid") + 1]) : null;
  if (uid !== null) chownSync(folder, uid, uid);
  const script = 'cat "$PORTREEVE_LAB_TRUTH" | tr -d "\\n"; echo; cat "$PORTREEVE_LAB_PIDS"; echo; exec "$@"';
  const child = spawn(LAB, [...options, "--", "sh", "-c", script, "sh", process.execPath, INSIDE], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8", TZ: "UTC" },
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    child.stdin?.end();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { lab: await speakTo(child, folder), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Reply {
  readonly id: number;
  readonly started?: number;
  readonly ended?: Ended;
  readonly done?: unknown;
}

async function speakTo(child: ChildProcess, folder: string): Promise<Lab> {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the lab has no pipes");
  const lines = createInterface({ input: stdout });
  const waiting = new Map<string, (reply: Reply) => void>();
  const breakers = new Set<(error: Error) => void>();
  const wait = (key: string) =>
    new Promise<Reply>((resolve, reject) => {
      breakers.add(reject);
      waiting.set(key, (reply) => {
        breakers.delete(reject);
        resolve(reply);
      });
    });
  const heads: string[] = [];
  const head = new Promise<void>((resolve, reject) => {
    breakers.add(reject);
    lines.on("line", (line) => {
      if (heads.length < 2) {
        heads.push(line);
        return;
      }
      const reply = JSON.parse(line) as Reply;
      if (reply.id === 0) resolve();
      const key = reply.started !== undefined ? "started" : reply.ended !== undefined ? "ended" : "done";
      waiting.get(`${reply.id} ${key}`)?.(reply);
    });
  });
  child.once("exit", (code) => {
    for (const reject of breakers) reject(new Error(`the lab ended with ${code}`));
  });
  await head;
  let last = 0;
  const order = (message: object): number => {
    last += 1;
    stdin.write(`${JSON.stringify({ id: last, ...message })}\n`);
    return last;
  };
  const signal = async (pid: number, name: NodeJS.Signals) =>
    (await wait(`${order({ op: "signal", pid, signal: name })} done`)).done === true;
  const start = async (argv: readonly string[]): Promise<Running> => {
    const id = order({ op: "start", argv, env: {}, cwd: folder, input: null });
    const started = wait(`${id} started`);
    const ended = wait(`${id} ended`).then((reply) => reply.ended as Ended);
    ended.catch(() => undefined);
    const first = await Promise.race([started, ended.then(() => null)]);
    const pid = first?.started ?? 0;
    return { pid, ended, signal: (name) => signal(pid, name) };
  };
  const run = async (argv: readonly string[]) => (await start(argv)).ended;
  const database = join(folder, "history.db");
  const own = (args: readonly string[]) => [process.execPath, CLI, "--db", database, ...args];
  const shell = async (script: string) => {
    const ended = await run(["sh", "-ec", script]);
    if (ended.code !== 0) throw new Error(`sh -c ${script} exited with ${ended.code}: ${ended.stderr}`);
    return ended.stdout;
  };
  const pidOf = JSON.parse(heads[1] ?? "") as Record<Address, number>;
  let tables = 0;
  return {
    truth: JSON.parse(heads[0] ?? "") as Truth,
    folder,
    database,
    pidOf,
    start,
    run,
    shell,
    commandLine: (...args) => own(args),
    portreeve: (...args) => run(own(args)),
    startPortreeve: (...args) => start(own(args)),
    async filter(address, rules) {
      tables += 1;
      const file = join(folder, `rules-${tables}.nft`);
      writeFileSync(
        file,
        `table inet later${tables} {\nchain in {\ntype filter hook input priority -5;\n${rules}\n}\n}\n`,
      );
      await shell(`nsenter --net=/proc/${pidOf[address]}/ns/net nft -f ${file}`);
    },
    nmaps: async () =>
      (await wait(`${order({ op: "nmaps" })} done`)).done as { pid: number; argv: string[] }[],
    signal,
    read: (question) => readStore(database, question),
    view: (id) => readStore(database, (store) => store.runView(id)),
    runs: () => readStore(database, (store) => store.listRuns({})),
  };
}

function readStore<T>(path: string, question: (store: Store) => T): T {
  const store = openStore(path, { mode: "read" });
  try {
    return question(store);
  } finally {
    store.close();
  }
}

/** nmap's `n` most used TCP ports, and further ones, as `-p` takes them. */
export async function topTcp(n: number, further: string): Promise<string> {
  const services = await readServiceTable(await findNmap());
  return [formatPortSet(topPorts(n, ["tcp"], services)), further].filter((part) => part !== "").join();
}

/** "address port/protocol" of every port that the run proved open, sorted. */
export function openOf(view: RunView): string[] {
  return view.hosts
    .flatMap((host) =>
      host.ports
        .filter((row) => row.covered && row.proof === "open")
        .map((row) => `${host.address} ${row.port}/${row.protocol}`),
    )
    .sort();
}

/** The same of the truth; the lists say which ports were asked. */
export function openInTruth(
  hosts: readonly TruthHost[],
  protocols: readonly ("tcp" | "udp")[] = ["tcp"],
  addressOf: (host: TruthHost) => Address | null = (host) => host.address,
): string[] {
  return hosts
    .flatMap((host) =>
      protocols.flatMap((protocol) =>
        host[protocol].open.map((port) => `${addressOf(host)} ${port}/${protocol}`),
      ),
    )
    .sort();
}

/** "address port" of every firewall hole the run found, sorted. */
export function holesOf(view: RunView): string[] {
  return view.hosts.flatMap((host) => host.holes.map((hole) => `${host.address} ${hole.port}`)).sort();
}

export function holesInTruth(hosts: readonly TruthHost[]): string[] {
  return hosts.flatMap((host) => host.tcp.holes.map((port) => `${host.address} ${port}`)).sort();
}

/** Every port the run calls closed on `host`: a reset or a port unreachable was believed. */
export function closedOn(host: HostView | undefined): string[] {
  if (host === undefined) return [];
  const quiet = host.quiet.filter((group) => group.proof === "closed");
  const rows = host.ports.filter((row) => row.covered && row.proof === "closed");
  return [
    ...quiet.flatMap((group) =>
      [...listPorts(group.ports)].map(({ port, protocol }) => `${port}/${protocol}`),
    ),
    ...rows.map((row) => `${row.port}/${row.protocol}`),
  ].sort();
}

/** "kind address port" of every change of the run, sorted; `first-seen` is none. */
export function changesOf(view: RunView): string[] {
  return view.changes
    .filter((change) => change.kind !== "first-seen")
    .map((change) => `${change.kind} ${change.address}${change.port === null ? "" : ` ${change.port}`}`)
    .sort();
}

export function hostOf(view: RunView, address: Address): HostView | undefined {
  return view.hosts.find((host) => host.address === address);
}

/** Waits until `question` says yes, at most `ms` milliseconds. */
export async function until(
  question: () => Promise<boolean> | boolean,
  ms: number,
  what: string,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await question())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** What the database holds is of live hosts only: of an absent address nothing is recorded, closed least of all. */
export function expectNothingOfAbsent(lab: Lab, run: number): void {
  const live = new Set(lab.truth.hosts.flatMap((host) => [host.address, host.ipv6]));
  expect(lab.view(run).hosts.filter(({ address }) => !live.has(address))).toEqual([]);
  const db = new Database(lab.database, { readonly: true });
  try {
    const recorded = db.prepare("SELECT address FROM host").pluck().all() as Address[];
    expect(recorded.filter((address) => !live.has(address))).toEqual([]);
    expect(recorded.length).toBeGreaterThan(0);
  } finally {
    db.close();
  }
}
