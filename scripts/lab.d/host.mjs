/**
 * One host of the lab: a process in its own network namespace (unshare --net) that lays its cable, sets its firewall,
 * speaks all its services and says "ready" to the builder. It ends when the builder does.
 */
import { execFileSync } from "node:child_process";
import { hostRules } from "./rules.mjs";
import { applySettings, baseSettings, icmpSettings } from "./settings.mjs";
import { listenTcp } from "./tcp.mjs";
import { listenUdp } from "./udp.mjs";

/**
 * @typedef {object} HostOrder
 * @property {number} index
 * @property {number} builder pid of the builder, whose namespace holds the bridge
 * @property {import("./plan.mjs").LabHost} host
 * @property {string | null} gateway
 * @property {string | null} gateway6
 * @property {number} loss percent each way, when the scanner is on the link
 * @property {{key: string, cert: string} | null} tls
 * @property {readonly number[]} elsewhere TCP ports that a real server serves
 */

process.on("disconnect", () => process.exit(0));
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => {});
process.once("message", (message) => {
  settle(/** @type {HostOrder} */ (message)).then(
    () => process.send?.({ ready: true }),
    (error) => process.send?.({ ready: false, why: String(error.stderr || error.message || error).trim() }),
  );
});

/** @param {HostOrder} order */
async function settle(order) {
  const { host } = order;
  const ipv6 = host.ipv6 !== null;
  applySettings([...baseSettings(ipv6), ...icmpSettings(host.icmpLimit, ipv6)]);
  // Rules first: a default-drop host must not answer anything, not for a moment.
  const rules = hostRules(host, { loss: order.loss });
  if (rules !== "")
    execFileSync("nft", ["-f", "-"], { input: rules, stdio: ["pipe", "pipe", "pipe"], timeout: 20_000 });
  const octet = (order.index + 1).toString(16).padStart(4, "0");
  const batch = [
    "link set lo up",
    `link add eth0 address 02:00:00:00:${octet.slice(0, 2)}:${octet.slice(2)} type veth peer name h${order.index} netns ${order.builder}`,
    `address add ${host.address}/24 dev eth0`,
    ...(host.ipv6 === null ? [] : [`address add ${host.ipv6}/64 dev eth0 nodad`]),
    "link set eth0 up",
    ...(order.gateway === null ? [] : [`route add default via ${order.gateway}`]),
    ...(order.gateway6 === null ? [] : [`route add default via ${order.gateway6}`]),
  ];
  execFileSync("ip", ["-batch", "-"], {
    input: `${batch.join("\n")}\n`,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 20_000,
  });
  const family = host.ipv6 === null ? 4 : 6;
  await Promise.all([
    ...host.tcp.open
      .filter((port) => !order.elsewhere.includes(port))
      .map((port) => listenTcp(port, host.services[`${port}/tcp`] ?? "silent", { family, tls: order.tls })),
    ...host.udp.open.map((port) => listenUdp(port, host.services[`${port}/udp`] ?? "echo", family)),
  ]);
}
