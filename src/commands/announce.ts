/** What is told before the first packet: for the person at the terminal and for the SOC's ticket. */
import { formatDuration } from "../report/time.js";
import { wrapText } from "../report/width.js";
import { describeAddressSet } from "../scope/addressSet.js";
import { countPorts, formatPortSet } from "../scope/portSet.js";
import { type Estimate, estimateShards } from "../sweep/estimate.js";
import { type PlanContext, planDiscovery, planPass } from "../sweep/plan.js";
import { estimateUdp, MOST_PROVED } from "../sweep/udpProof.js";
import { describeHours } from "./hours.js";
import type { ScanPlan } from "./scanPlan.js";

const LABEL = 10;
const LONGEST_TEXT = 120;

/** Lines of at most `width` columns, without an end of line. */
export function announceScan(plan: ScanPlan, width: number): string[] {
  return announcement(plan).flatMap(([label, text]) => {
    const [first = "", ...more] = wrapText(text, Math.max(40, width - LABEL));
    return [label.padEnd(LABEL) + first, ...more.map((line) => " ".repeat(LABEL) + line)];
  });
}

function announcement(plan: ScanPlan): [label: string, text: string][] {
  const { scope, ports } = plan;
  const excluded = scope.excludedCount > 0 ? ` (${scope.excludedCount} excluded)` : "";
  const unscannable =
    scope.unscannableCount > 0 ? ` (${scope.unscannableCount} never scanned: multicast, reserved)` : "";
  return [
    [
      "scope",
      `${plural(scope.count, "address", "addresses")} × ${plural(countPorts(ports), "port")}: ` +
        `${shorten(describeAddressSet(scope.addresses))}${excluded}${unscannable}`,
    ],
    ...scope.names.map(({ name, addresses }): [string, string] => [
      "name",
      `${name} = ${addresses.join(", ")}`,
    ]),
    ["ports", shorten(formatPortSet(ports))],
    [
      "from",
      `${plan.routes.sources.join(", ") || "no route"} (vantage ${plan.vantage}), ` +
        `${plan.method === "raw" ? "SYN" : "connect()"} with nmap ${plan.nmap.version}`,
    ],
    ["pace", describePace(plan)],
    ...capLines(plan),
    ...(plan.hours === null
      ? []
      : [["hours", describeHours(plan.hours, formatDuration)] satisfies [string, string]]),
    ["duration", describeEstimate(plan)],
    ...describeUdp(plan).map((text): [string, string] => ["udp", text]),
    ...plan.notes.map((note): [string, string] => ["note", note]),
  ];
}

function capLines({ budget }: ScanPlan): [label: string, text: string][] {
  const { list } = budget.caps;
  if (list.length === 0) return [];
  const caps = list.map(({ network, rate }) => `${network} ${rate}`).join(", ");
  return [["caps", `packets a second at most, in all: ${shorten(caps)}`]];
}

function describePace(plan: ScanPlan): string {
  const { budget } = plan;
  if (plan.addresses.every(plan.isLocal)) return "this machine's own addresses: no cap";
  const host = budget.hostRate === null ? "no cap a host" : `${budget.hostRate} a host`;
  return `${budget.rate} packets a second in all, ${host}${plan.pace === null ? "" : ` (${plan.pace})`}`;
}

function describeEstimate(plan: ScanPlan): string {
  const worst = worstCase(plan);
  const discovery = plan.skipDiscovery ? null : discoveryCost(plan);
  const most = `${formatDuration(worst.seconds * 1000)} if every address answers nothing on any port`;
  if (discovery === null) return `at most about ${most}`;
  return `about ${formatDuration(discovery.seconds * 1000)} to find the hosts; at most about ${most}`;
}

/** What proof of closed UDP ports takes is the hosts' doing, so it is told apart. */
function describeUdp(plan: ScanPlan): string[] {
  const udp = plan.addresses.every(plan.isLocal)
    ? null
    : estimateUdp(plan.ports, plan.addresses.length, contextOf(plan));
  if (udp === null) return [];
  const answers = formatDuration(udp.answersSeconds * 1000);
  const proof = formatDuration(udp.proofSeconds * 1000);
  const rest =
    udp.runs > 1 ? `; ${MOST_PROVED} ports a host and run, so all of them in ${udp.runs} runs` : "";
  return [
    `services that answer are known within about ${answers} of the sweep; closed ports are told once a second by ` +
      `each host, so their proof takes about ${proof}, all hosts side by side${rest}`,
  ];
}

export function contextOf(plan: ScanPlan): PlanContext {
  return { budget: plan.budget, isLocal: plan.isLocal };
}

function discoveryCost(plan: ScanPlan): Estimate {
  const once = estimateShards(planDiscovery(plan.addresses, 1, contextOf(plan)), plan.budget);
  return { probes: once.probes * 2, seconds: once.seconds * 2 };
}

/** Two passes over everything, beside discovery. */
function worstCase(plan: ScanPlan): Estimate {
  const asks = new Map(plan.addresses.map((address) => [address, plan.ports]));
  const first = estimateShards(planPass(asks, 1, contextOf(plan)), plan.budget);
  const second = estimateShards(planPass(asks, 2, contextOf(plan)), plan.budget);
  const discovery = plan.skipDiscovery ? { probes: 0, seconds: 0 } : discoveryCost(plan);
  return {
    probes: first.probes + second.probes + discovery.probes,
    seconds: first.seconds + second.seconds + discovery.seconds,
  };
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function shorten(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
