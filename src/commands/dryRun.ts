/** `scan --dry-run`: the exact plan, and not one packet. */
import type { Shard } from "../facts/run.js";
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
 * Discovery's shards exactly, and the first pass as it is if every address answers. Later passes, identification
 * and the second look depend on answers.
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

export function renderDryRun(plan: ScanPlan, engine: LocalEngine, format: "text" | "json"): string {
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
        vantage: plan.vantage,
        method: plan.method,
        notes: plan.notes,
        shards,
      },
      null,
      2,
    )}\n`;
  }
  const lines = [...announceScan(plan), "", "Nothing is sent. The shards, each one nmap process:"];
  for (const shard of shards) {
    lines.push(
      "",
      `${shard.id}  ${shard.addresses.length} × ${shard.ports || "is it there?"}  ${shard.rate}/s`,
    );
    lines.push(`  ${shard.argv.map(quoteWord).join(" ")}`);
    lines.push(`  addresses: ${shard.addresses.join(" ")}`);
  }
  lines.push(
    "",
    "The sweep is shown as it is if every address answers; addresses without an answer are not swept" +
      `${plan.skipDiscovery ? " (with -Pn they are)" : ""}. Then: a second pass over silent ports, service ` +
      "identification of open ones, a slow second look, and a last look at every host.",
  );
  return `${lines.join("\n")}\n`;
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
