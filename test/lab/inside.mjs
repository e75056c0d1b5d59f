/**
 * Runs inside the lab as its COMMAND and does what test/lab/lab.ts asks, a line of JSON each way: starts programs, sends
 * signals, lists the nmaps. It ends, and everything it started with it, when its standard input does.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** @type {Map<number, import("node:child_process").ChildProcess>} */
const children = new Map();

/** @param {object} message */
function tell(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** @param {{id: number, argv: string[], env: Record<string, string>, cwd: string, input: string | null}} order */
function start({ id, argv, env, cwd, input }) {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text) => {
      output[stream] += text;
    });
  }
  if (input !== null) child.stdin?.end(input);
  child.on("error", (error) =>
    tell({ id, ended: { code: 127, signal: null, ...output, stderr: error.message } }),
  );
  if (child.pid === undefined) return;
  children.set(child.pid, child);
  tell({ id, started: child.pid });
  child.on("close", (code, signal) => {
    children.delete(child.pid ?? 0);
    tell({ id, ended: { code, signal, ...output } });
  });
}

/** Every nmap in the lab's PID namespace, zombies left out. */
function listNmaps() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
        if (!stat.includes(" (nmap) ") || /\) [ZX] /.test(stat)) return [];
        const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
        return [{ pid: Number(pid), argv }];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

/** @param {{id: number, pid: number, signal: NodeJS.Signals}} order */
function signal(order) {
  let delivered = true;
  try {
    process.kill(order.pid, order.signal);
  } catch {
    delivered = false;
  }
  tell({ id: order.id, done: delivered });
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const order = JSON.parse(line);
    if (order.op === "start") start(order);
    else if (order.op === "signal") signal(order);
    else tell({ id: order.id, done: listNmaps() });
  })
  .on("close", () => {
    for (const child of children.values()) child.kill("SIGKILL");
    process.exit(0);
  });
tell({ id: 0, done: true });
