/** `scan --dry-run`: the exact plan, and not one packet. */
import type { Address } from "../facts/address.js";
import type { Shard } from "../facts/run.js";
import { addressSetOf, describeAddressSet } from "../scope/addressSet.js";
import { formatPortSet } from "../scope/portSet.js";
import type { LocalEngine } from "../sweep/localEngine.js";
import { planDiscovery, planPass } from "../sweep/plan.js";
import { announceScan, contextOf } from "./announce.js";
import type { ScanPlan } from "./scanPlan.js";

export interface PlannedShard {
  readonly id: string;
  readonly stage: string;
  readonly pass: number;
  readonly addresses: readonly string[];
  readonly ports: string;
  readonly rate: number;
  readonly argv: readonly string[];
}

/**
 * The first round of discovery exactly; of the sweep what its first pass asks if every address answers, cut as it would
 * be if all of it were cut at once. The run cuts a shard when it starts it, by which hosts and how much of the budget
 * are free then: the same cells and options, in other portions. Later passes, identification and looks depend on
 * answers.
 */
export function plannedShards(plan: ScanPlan, engine: LocalEngine): PlannedShard[] {
  const asks = new Map(plan.addresses.map((address) => [address, plan.ports]));
  const discovery = plan.skipDiscovery ? [] : planDiscovery(plan.addresses, 1, contextOf(plan));
  return [...discovery, ...planPass(asks, 1, contextOf(plan))].map((shard) => describe(shard, plan, engine));
}

function describe(shard: Shard, plan: ScanPlan, engine: LocalEngine): PlannedShard {
  return {
    id: shard.id,
    stage: shard.stage,
    pass: shard.pass,
    addresses: shard.addresses,
    ports: formatPortSet(shard.ports),
    rate: shard.rate,
    argv: [plan.nmap.binary, "-oX", "-", ...engine.argvOf(shard), "-iL", "-"],
  };
}

export function renderDryRun(
  plan: ScanPlan,
  engine: LocalEngine,
  format: "text" | "json",
  width: number,
): string {
  const shards = plannedShards(plan, engine);
  if (format === "json") {
    return `${JSON.stringify(
      {
        schemaVersion: 1,
        dryRun: true,
        addresses: plan.addresses,
        ports: formatPortSet(plan.ports),
        sources: plan.routes.sources,
        rate: plan.budget.rate,
        hostRate: plan.budget.hostRate,
        caps: plan.budget.caps.list,
        vantage: plan.vantage,
        method: plan.method,
        notes: plan.notes,
        shards,
      },
      null,
      2,
    )}\n`;
  }
  const lines = [...announceScan(plan, width), "", "Nothing is sent. Each shard is one nmap process."];
  for (const [command, group] of groupByCommand(shards)) {
    lines.push("", `  ${command}`);
    for (const shard of group) {
      const addresses = describeAddressSet(
        addressSetOf(shard.addresses as Address[]),
        Number.MAX_SAFE_INTEGER,
      );
      lines.push(`    ${shard.id}: ${addresses}, ${shard.rate} packets a second`);
    }
  }
  lines.push(
    "",
    "Discovery asks silent addresses a second time. The sweep is shown as it is if every address answers; addresses " +
      `without an answer are not swept${plan.skipDiscovery ? " (with -Pn they are)" : ""}. The run cuts each shard when ` +
      "it starts it, by which hosts and how much of the budget are free then: the same addresses, ports and options, " +
      "in other portions and at other rates, never above the budget or a cap. Then: further passes over silent ports, " +
      "service identification of open ones, a slow second look, and a last look at every host.",
    ...(plan.hours === null
      ? []
      : ["", "With hours the ports go in portions, those covered least recently first; what is left waits."]),
  );
  return `${lines.join("\n")}\n`;
}

/** Most shards of a pass differ in their addresses only, which nmap reads from its input. */
function groupByCommand(shards: readonly PlannedShard[]): Map<string, PlannedShard[]> {
  const groups = new Map<string, PlannedShard[]>();
  for (const shard of shards) {
    const command = shard.argv.map(quoteWord).join(" ");
    const group = groups.get(command);
    if (group) group.push(shard);
    else groups.set(command, [shard]);
  }
  return groups;
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
