/**
 * The nft rules of hosts and router, as text. Pure.
 */

/** @typedef {import("./plan.mjs").LabHost} LabHost */
/** @typedef {import("./plan.mjs").LabTruth} LabTruth */

/**
 * The firewall of one host: its policy, its holes, its limits and, on the scanner's own link, the loss.
 * An empty text where nothing is filtered: then the kernel alone answers, without connection tracking.
 *
 * @param {LabHost} host
 * @param {{loss: number}} link loss in percent each way, when no router does it
 */
export function hostRules(host, link) {
  const chains = [...inputChain(host), ...outputChain(host), ...lossChains(link.loss)];
  return chains.length === 0 ? "" : ["table inet lab {", ...chains, "}", ""].join("\n");
}

/** @param {LabHost} host */
function inputChain(host) {
  if (host.kind === "default-accept") return [];
  const tcp = [...host.tcp.open, ...host.tcp.holes];
  return [
    "chain input {",
    `type filter hook input priority filter; policy ${host.kind === "default-drop" ? "drop" : "accept"};`,
    "iif lo accept",
    "ct state established,related accept",
    // Neighbour discovery is IPv6's ARP; a host that drops it is not on the network at all.
    "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept",
    ...(host.answersPing ? ["icmp type echo-request accept", "icmpv6 type echo-request accept"] : []),
    ...(tcp.length > 0 ? [`tcp dport { ${tcp.join(", ")} } accept`] : []),
    ...(host.udp.open.length > 0 ? [`udp dport { ${host.udp.open.join(", ")} } accept`] : []),
    ...rejection(host),
    "}",
  ];
}

/** @param {LabHost} host */
function rejection(host) {
  switch (host.rejectWith) {
    case "tcp-reset":
      return [
        "meta l4proto tcp reject with tcp reset",
        "meta l4proto udp reject with icmpx type port-unreachable",
      ];
    case "port-unreachable":
      return ["meta l4proto { tcp, udp } reject with icmpx type port-unreachable"];
    case "admin-prohibited":
      return ["meta l4proto { tcp, udp } reject with icmpx type admin-prohibited"];
    default:
      return [];
  }
}

/** @param {LabHost} host */
function outputChain(host) {
  if (host.rstLimit === null) return [];
  const burst = Math.max(1, Math.min(5, host.rstLimit));
  return [
    "chain output {",
    "type filter hook output priority filter; policy accept;",
    "oif lo accept",
    `tcp flags & rst == rst limit rate over ${host.rstLimit}/second burst ${burst} packets drop`,
    "}",
  ];
}

/** @param {number} percent */
function lossChains(percent) {
  if (percent === 0) return [];
  return [
    "chain lost_in {",
    "type filter hook prerouting priority raw; policy accept;",
    `iif != lo meta l4proto { tcp, udp, icmp } ${loss(percent)}`,
    "}",
    "chain lost_out {",
    "type filter hook postrouting priority raw; policy accept;",
    `oif != lo meta l4proto { tcp, udp, icmp } ${loss(percent)}`,
    "}",
  ];
}

/**
 * The router answers nothing itself, so that its address in the network is as silent as an absent one, and says
 * "host unreachable" of absent addresses only where that was asked for.
 *
 * @param {{loss: number, absent: "silent" | "unreachable"}} router
 */
export function routerRules(router) {
  return [
    "table inet lab {",
    "chain input {",
    "type filter hook input priority filter; policy drop;",
    "iif lo accept",
    "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
    "}",
    ...(router.absent === "silent"
      ? [
          "chain output {",
          "type filter hook output priority filter; policy accept;",
          "icmp type destination-unreachable drop",
          "icmpv6 type destination-unreachable drop",
          "}",
        ]
      : []),
    ...(router.loss > 0
      ? [
          "chain forward {",
          "type filter hook forward priority filter; policy accept;",
          loss(router.loss),
          "}",
        ]
      : []),
    "}",
    "",
  ].join("\n");
}

/** @param {number} percent */
function loss(percent) {
  return `numgen random mod 10000 < ${Math.max(1, Math.round(percent * 100))} drop`;
}
