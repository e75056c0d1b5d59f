/**
 * Network namespaces, each named by a process that lives in it, and the cables between them.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Longest wait for any one step, milliseconds. */
const PATIENCE = 60_000;

/**
 * A process that holds a network namespace of its own, loopback up, with these settings and nft rules.
 *
 * @param {string[]} settings "ipv4/ip_forward=1", below /proc/sys/net
 * @param {string} rules
 * @returns {Promise<number>} its pid
 */
export function hold(settings, rules) {
  const script = new URL("hold.sh", import.meta.url).pathname;
  const child = spawn("unshare", ["--net", "--", "sh", script, ...settings], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, RULES: rules },
  });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    child.stdout.once("data", () => resolve(child.pid ?? 0));
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`a network namespace could not be set up: ${said.trim()}`)));
  });
}

/**
 * @param {import("./host.mjs").HostOrder} order
 * @param {{args: string[], program: string}[]} real
 * @returns {Promise<number>} the pid of its process
 */
export function startHost(order, real) {
  const script = new URL("host.mjs", import.meta.url).pathname;
  const child = spawn("unshare", ["--net", "--", process.execPath, "--max-semi-space-size=1", script], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: true,
    env: { ...process.env, NODE_OPTIONS: "", UV_THREADPOOL_SIZE: "1" },
  });
  let isReady = false;
  child.send(order);
  return new Promise((resolve, reject) => {
    child.once("message", (/** @type {{ready: boolean, why?: string}} */ message) => {
      if (!message.ready)
        return reject(new Error(`${order.host.address} could not be set up: ${message.why}`));
      isReady = true;
      const pid = child.pid ?? 0;
      for (const { program, args } of real) {
        spawn("nsenter", [`--net=/proc/${pid}/ns/net`, "--", program, ...args], {
          stdio: "ignore",
          detached: true,
        });
      }
      return listening(pid, order.elsewhere).then(() => resolve(pid), reject);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      reject(new Error(`the process of ${order.host.address} ended (${signal ?? code})`));
      if (isReady)
        process.stderr.write(`lab: the process of ${order.host.address} ended (${signal ?? code})\n`);
    });
  });
}

/**
 * Waits until a host listens on these TCP ports, as its /proc/net/tcp says (state 0A).
 *
 * @param {number} pid
 * @param {readonly number[]} ports
 */
async function listening(pid, ports) {
  const deadline = performance.now() + PATIENCE;
  const waiting = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, "0")));
  while (waiting.size > 0) {
    const table = ["tcp", "tcp6"]
      .map((name) => `/proc/${pid}/net/${name}`)
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, "latin1"))
      .join("");
    for (const [, port] of table.matchAll(/:([0-9A-F]{4}) [0-9A-F]+:0000 0A/g)) waiting.delete(port ?? "");
    if (performance.now() > deadline) throw new Error("a real server did not begin to listen");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Runs lines of ip(8), in the builder's namespace or another process's.
 *
 * @param {readonly string[]} lines
 * @param {number | null} pid
 */
export async function batch(lines, pid = null) {
  const call =
    pid === null
      ? ["ip", "-batch", "-"]
      : ["nsenter", `--net=/proc/${pid}/ns/net`, "--", "ip", "-batch", "-"];
  const child = run(call[0] ?? "", call.slice(1), { timeout: PATIENCE });
  child.child.stdin?.end(`${lines.join("\n")}\n`);
  await child;
}

/**
 * Waits until every port of the bridge forwards: the kernel may take up to a second to notice a carrier, and COMMAND's
 * first packets must not be lost to that.
 *
 * @param {readonly string[]} names
 * @param {number} scanner pid
 */
export async function settled(names, scanner) {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const { stdout } = await run("ip", ["-details", "-json", "link", "show", "master", "br0"], {
      timeout: PATIENCE,
      maxBuffer: 1 << 26,
    });
    const forwarding = JSON.parse(stdout).filter(
      (/** @type {any} */ link) => link.linkinfo?.info_slave_data?.state === "forwarding",
    ).length;
    if (forwarding >= names.length && (await isUp(scanner))) return;
    if (performance.now() > deadline) throw new Error(`only ${forwarding} of ${names.length} links came up`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether the eth0 of a process's namespace has its carrier. @param {number} pid */
async function isUp(pid) {
  const show = [`--net=/proc/${pid}/ns/net`, "--", "ip", "-json", "link", "show", "eth0"];
  const { stdout } = await run("nsenter", show, { timeout: PATIENCE });
  return JSON.parse(stdout)[0]?.operstate === "UP";
}
