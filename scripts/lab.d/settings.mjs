/**
 * Settings below /proc/sys/net, as lines "name=value". With "?" in front a setting may be missing.
 */
import { writeFileSync } from "node:fs";

/**
 * What every namespace of the lab needs: no IPv6 of its own accord, no waiting for duplicate addresses.
 *
 * @param {boolean} ipv6
 */
export function baseSettings(ipv6) {
  // A kernel without IPv6 has nothing to switch off.
  if (!ipv6) return ["?ipv6/conf/default/disable_ipv6=1"];
  return [
    "ipv6/conf/default/accept_dad=0",
    "ipv6/conf/default/accept_ra=0",
    "ipv6/conf/default/router_solicitations=0",
  ];
}

/**
 * A limit of ICMP errors (Linux holds it as the least gap between two to the same peer, in milliseconds).
 *
 * @param {number | null} perSecond 0: no limit; null: the kernel's own, one a second with a burst of six
 * @param {boolean} ipv6
 */
export function icmpSettings(perSecond, ipv6) {
  if (perSecond === null) return [];
  const gap = perSecond === 0 ? 0 : Math.max(1, Math.floor(1000 / perSecond));
  return [
    `ipv4/icmp_ratelimit=${gap}`,
    // The limit over all peers belongs to the namespace in new kernels only; in old ones it is the whole machine's.
    "?ipv4/icmp_msgs_per_sec=10000",
    ...(ipv6 ? [`ipv6/icmp/ratelimit=${gap}`] : []),
  ];
}

/**
 * A router forwards.
 *
 * @param {boolean} ipv6
 */
export function routerSettings(ipv6) {
  return ["ipv4/ip_forward=1", ...(ipv6 ? ["ipv6/conf/all/forwarding=1"] : [])];
}

/**
 * Sets them in this process's network namespace.
 *
 * @param {readonly string[]} settings
 */
export function applySettings(settings) {
  for (const setting of settings) {
    const [, optional, name, value] = /^(\??)([^=]+)=(.*)$/.exec(setting) ?? [];
    try {
      writeFileSync(`/proc/sys/net/${name}`, value ?? "");
    } catch (error) {
      if (optional !== "?") throw error;
    }
  }
}
