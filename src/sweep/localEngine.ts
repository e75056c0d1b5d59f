/** Runs shards as nmap processes on this machine. */
import type { BlockList } from "node:net";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import type { Method, Shard } from "../facts/run.js";
import {
  type ArgvOptions,
  discoverArgv,
  identifyArgv,
  knockArgv,
  lookArgv,
  proveUdpArgv,
  sweepArgv,
} from "../nmap/argv.js";
import { parseNmapXml } from "../nmap/parseXml.js";
import { type NmapExit, runNmap } from "../nmap/runNmap.js";
import { familyOf } from "../scope/address.js";
import { emptyPortSet } from "../scope/portSet.js";
import type { Engine, ShardResult } from "./engine.js";
import { probesOf } from "./estimate.js";
import { isKnock } from "./knock.js";
import { proofDelayMs } from "./udpProof.js";

export interface LocalEngineOptions {
  readonly binary: string;
  readonly method: Method;
  /** True for a user other than root whose ambient capabilities reach nmap. */
  readonly privileged: boolean;
  /** True where the user named a rate: nmap keeps up with it. */
  readonly minRate: boolean;
  /** Printer and control ports are to get data probes too. */
  readonly probeFragile: boolean;
  /** Every address that may be sent a packet; anything else stops the shard before nmap starts. */
  readonly permitted: BlockList;
}

const GRACE_MS = 3000;
/** How much longer than its packets a shard may take before the watchdog ends it: nmap's own waits, a busy machine. */
const PATIENCE = 3;
const SLACK_MS = 60_000;
/** Version detection waits up to 7 seconds a probe on a service that says nothing (nmap-service-probes, `totalwaitms`). */
const IDENTIFY_MS = 10 * 60_000;

/** What nmap says of options that `argv.ts` chose knowingly, with figures. */
const EXPECTED = /Your --min-parallelism option is pretty high/;

export class LocalEngine implements Engine {
  constructor(private readonly options: LocalEngineOptions) {}

  /** The argument list of a shard, without the targets: for `--dry-run` and for the process alike. */
  argvOf(shard: Shard): string[] {
    return argvFor(shard, this.options);
  }

  async run(
    shard: Shard,
    attempt: number,
    signal: AbortSignal,
    onStart: (start: { pid: number; startTicks: number }) => void,
  ): Promise<ShardResult> {
    refuseForeign(shard.addresses, this.options.permitted);
    const exit = await runNmap({
      binary: this.options.binary,
      argv: this.argvOf(shard),
      addresses: shard.addresses,
      timeoutMs: timeoutFor(shard),
      graceMs: GRACE_MS,
      signal,
      onStart,
    });
    return resultOf(shard, attempt, exit);
  }
}

/** The last check before a spawn: an address that the scope does not hold is a fault of ours, and stops here. */
function refuseForeign(addresses: readonly Address[], permitted: BlockList): void {
  for (const address of addresses) {
    if (!permitted.check(address, familyOf(address) === 4 ? "ipv4" : "ipv6")) {
      throw new PortreeveError("failed", `refused to probe ${address}: it is not in the scope of this run`, {
        hint: "This is a fault in portreeve; please report it with the command you ran.",
      });
    }
  }
}

function argvFor(shard: Shard, options: LocalEngineOptions): string[] {
  const common: ArgvOptions = {
    method: options.method,
    family: familyOf(shard.addresses[0] ?? ("127.0.0.1" as Address)),
    ports: shard.ports,
    rate: shard.rate,
    minRate: options.minRate,
    hostGroup: shard.addresses.length,
    privileged: options.privileged,
  };
  if (shard.probe === "hosts") {
    const extraPorts = shard.ports.tcp.flatMap(([from, to]) => (from === to ? [from] : [from, to]));
    return discoverArgv({ ...common, ports: emptyPortSet, extraPorts });
  }
  if (shard.probe === "services") {
    if (isKnock(shard)) return knockArgv(common);
    return identifyArgv({ ...common, fragileToo: options.probeFragile });
  }
  if (shard.stage === "confirm") return lookArgv(common);
  const scanDelayMs = proofDelayMs(shard);
  return scanDelayMs === null ? sweepArgv(common) : proveUdpArgv({ ...common, scanDelayMs });
}

function timeoutFor(shard: Shard): number {
  if (shard.probe === "services") return IDENTIFY_MS;
  const probes = probesOf(shard);
  return Math.ceil((probes / shard.rate) * 1000 * PATIENCE) + SLACK_MS;
}

/** Grades what a process left: only a clean exit with whole XML lets silence count. */
async function resultOf(shard: Shard, attempt: number, exit: NmapExit): Promise<ShardResult> {
  const parsed = await parseNmapXml(exit.xml);
  const failure = failureOf(exit, parsed);
  return {
    shard,
    attempt,
    exit,
    form: parsed.form,
    document: parsed.document,
    whole: failure === null,
    failure,
    warnings: [...exit.stderr, ...parsed.notes].filter((line) => !EXPECTED.test(line)),
  };
}

function failureOf(exit: NmapExit, parsed: Awaited<ReturnType<typeof parseNmapXml>>): string | null {
  if (exit.ended === "not-started") return `nmap did not start: ${exit.stderr.join(" ") || "unknown reason"}`;
  if (exit.ended === "timed-out") return "nmap hung and was ended by the watchdog";
  if (exit.ended === "cancelled") return "stopped";
  if (exit.ended === "output-limit") return "nmap wrote more than the limit and was ended";
  if (exit.signal !== null) return `nmap was killed by ${exit.signal}`;
  if (exit.code !== 0) return `nmap exited with ${exit.code}: ${exit.stderr.at(-1) ?? "no message"}`;
  const finished = parsed.document?.finished;
  if (finished?.exit === "error") return `nmap failed: ${finished.errorMessage ?? "no message"}`;
  if (parsed.form !== "whole") return `nmap's output is ${parsed.form}`;
  return null;
}
