/**
 * The builder: runs inside the outer namespaces (network, mounts, processes), which hold the bridge and die with it.
 * It starts one process for each host, the router and the scanner, connects them, and runs COMMAND in the scanner's
 * namespace. Namespaces are named by processes, not by /run/netns, so that nothing is left to remove.
 */
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { reasonOf } from "./failure.mjs";
import { batch, hold, settled, startHost } from "./namespaces.mjs";
import { routerRules } from "./rules.mjs";
import { applySettings, baseSettings, icmpSettings, routerSettings } from "./settings.mjs";

/**
 * @typedef {object} Order
 * @property {import("./plan.mjs").LabTruth} truth
 * @property {{key: string, cert: string} | null} tls
 * @property {{args: string[], program: string}[][]} real real servers of each host, by its index
 * @property {number[][]} elsewhere TCP ports of each host that a real server serves
 * @property {string[]} command with what changes its user in front
 * @property {Record<string, string>} environment
 * @property {string} nsenter path of nsenter(1)
 * @property {string} folder the lab's own, with the truth; removed here too, should the caller be killed
 */
/** @typedef {{built: true, milliseconds: number} | {failed: string} | {exit: number}} Report */

/** @type {import("node:child_process").ChildProcess | null} */
let command = null;
/** @type {string | null} */
let folder = null;

process.on("disconnect", () => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  process.exit(1);
});
// A terminal sends these to COMMAND too; the builder stays until COMMAND has ended.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]))
  process.on(signal, () => {});
process.on("message", (/** @type {{order: Order} | {signal: NodeJS.Signals}} */ message) => {
  if ("signal" in message) command?.kill(message.signal);
  else start(message.order).catch((error) => report({ failed: reasonOf(error) }));
});

/** @param {Order} order */
async function start(order) {
  const began = performance.now();
  folder = order.folder;
  const scanner = await build(order);
  report({ built: true, milliseconds: Math.round(performance.now() - began) });
  const child = spawn(order.nsenter, [`--net=/proc/${scanner}/ns/net`, "--", ...order.command], {
    stdio: ["inherit", "inherit", "inherit"],
    env: {
      ...process.env,
      ...order.environment,
      NODE_CHANNEL_FD: undefined,
      NODE_CHANNEL_SERIALIZATION_MODE: undefined,
    },
  });
  command = child;
  child.on("error", (error) => report({ failed: error.message }));
  child.on("exit", (code, signal) => report({ exit: code ?? 128 + signalNumber(signal) }));
}

/**
 * @param {Order} order
 * @returns {Promise<number>} pid of the process that holds the scanner's namespace
 */
async function build(order) {
  const { truth } = order;
  const ipv6 = truth.network6 !== null;
  // The bridge has no address and needs none.
  applySettings(baseSettings(false));
  await batch([
    "link set lo up",
    "link add br0 type bridge forward_delay 0 mcast_snooping 0",
    "link set br0 up",
  ]);
  const loss = truth.options.loss;
  const [scanner, router, pids] = await Promise.all([
    hold(baseSettings(ipv6), ""),
    truth.router === null
      ? null
      : hold(
          [...baseSettings(ipv6), ...routerSettings(ipv6), ...icmpSettings(truth.options.icmpLimit, ipv6)],
          routerRules({ loss, absent: truth.router.absent }),
        ),
    Promise.all(
      truth.hosts.map((host, index) =>
        startHost(
          {
            index,
            builder: process.pid,
            host,
            gateway: truth.router?.address ?? null,
            gateway6: truth.router?.ipv6 ?? null,
            loss: truth.router === null ? loss : 0,
            tls: order.tls,
            elsewhere: order.elsewhere[index] ?? [],
          },
          order.real[index] ?? [],
        ),
      ),
    ),
  ]);
  const pidOf = Object.fromEntries(truth.hosts.map((host, index) => [host.address, pids[index]]));
  writeFileSync(order.environment.PORTREEVE_LAB_PIDS ?? "", JSON.stringify(pidOf));
  const ports = truth.hosts.map((_, index) => `h${index}`);
  const middle =
    router === null
      ? [`link add s0 type veth peer name eth0 netns ${scanner}`]
      : [`link add s0 type veth peer name lan netns ${router}`];
  await batch([
    ...middle,
    ...["s0", ...ports].flatMap((name) => [`link set ${name} master br0`, `link set ${name} up`]),
  ]);
  await connect(truth, scanner, router);
  await settled(["s0", ...ports], scanner);
  return scanner;
}

/**
 * Addresses and routes of scanner and router. Neither gets a default route.
 *
 * @param {import("./plan.mjs").LabTruth} truth
 * @param {number} scanner
 * @param {number | null} router
 */
async function connect(truth, scanner, router) {
  const six = truth.network6 !== null;
  if (router === null || truth.router === null) {
    await batch(
      [
        `address add ${truth.scanner.address}/24 dev eth0`,
        ...(six ? [`address add ${truth.scanner.ipv6}/64 dev eth0 nodad`] : []),
        "link set eth0 up",
      ],
      scanner,
    );
    return;
  }
  const gateway6 = truth.scanner.ipv6?.replace(/::.*$/, "::1") ?? "";
  await batch(
    [
      `link add uplink type veth peer name eth0 netns ${scanner}`,
      `address add ${truth.router.address}/24 dev lan`,
      `address add ${truth.router.scannerSide}/24 dev uplink`,
      ...(six
        ? [`address add ${truth.router.ipv6}/64 dev lan nodad`, `address add ${gateway6}/64 dev uplink nodad`]
        : []),
      // It tells of absent hosts after three unanswered requests: 0.6 s instead of the kernel's 3 s, which is later
      // than a scanner listens.
      ...(truth.router.absent === "unreachable"
        ? ["arp_cache", ...(six ? ["ndisc_cache"] : [])].map(
            (table) => `ntable change name ${table} dev lan retrans 200`,
          )
        : []),
      "link set lan up",
      "link set uplink up",
    ],
    router,
  );
  await batch(
    [
      `address add ${truth.scanner.address}/24 dev eth0`,
      ...(six ? [`address add ${truth.scanner.ipv6}/64 dev eth0 nodad`] : []),
      "link set eth0 up",
      `route add ${truth.network} via ${truth.router.scannerSide}`,
      ...(six ? [`route add ${truth.network6} via ${gateway6}`] : []),
    ],
    scanner,
  );
}

/** @param {Report} message */
function report(message) {
  process.send?.(message);
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  return signal === null ? 0 : (constants.signals[signal] ?? 0);
}
