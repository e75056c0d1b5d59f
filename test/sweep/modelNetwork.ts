/**
 * A network that exists in memory only, and an Engine that asks it: hosts with open, resetting and dropped ports, probes
 * that are lost, shards that fail. Its clock moves with each shard; nothing here takes real time or sends a packet.
 */
import type { Address } from "../../src/facts/address.js";
import type { PortSet, Protocol } from "../../src/facts/port.js";
import type { Shard } from "../../src/facts/run.js";
import type { NmapHost, NmapPort } from "../../src/nmap/document.js";
import { listPorts, portSetOf, subtractPorts } from "../../src/scope/portSet.js";
import type { Engine, ShardResult } from "../../src/sweep/engine.js";
import { answer, documentOf, extra, hostOf } from "./results.js";

export interface ModelHost {
  readonly address: Address;
  /** Answers discovery. One that does not still answers on its ports. */
  readonly answersPing: boolean;
  readonly open: PortSet;
  /** Every port that is not open: resets, or is dropped without an answer. */
  readonly otherPorts: "reset" | "drop";
  /** Ports that reset although the others are dropped. */
  readonly holes: PortSet;
  /** Closed UDP ports that it tells of in one shard that asks faster than a packet a second; left out: all. */
  readonly icmpBurst?: number;
  /** UDP ports that answer the words of their service alone, as identification speaks them. */
  readonly shy?: PortSet;
}

export interface ModelOptions {
  /** Chance that one probe or its answer is lost, 0 to 1. */
  readonly loss: number;
  /** Chance that an attempt at a shard fails. */
  readonly failure: number;
  readonly random: () => number;
}

export interface Model {
  readonly engine: Engine;
  readonly now: () => number;
  /** Shards as they were started, with their attempt. */
  readonly started: { readonly shard: Shard; readonly attempt: number; readonly at: number }[];
  /** The highest sum of rates that was at one host at once, by address; identification is not metered. */
  readonly busiest: Map<Address, number>;
  /** The highest sum of rates of all shards at once, identification and slow looks included. */
  readonly busiestSum: () => number;
}

export function makeModel(hosts: readonly ModelHost[], options: ModelOptions): Model {
  const byAddress = new Map(hosts.map((host) => [host.address, host]));
  const started: Model["started"] = [];
  const busiest = new Map<Address, number>();
  const running = new Set<Shard>();
  let clock = 1_000_000;
  let busiestSum = 0;

  const meter = () => {
    const now = new Map<Address, number>();
    let sum = 0;
    for (const shard of running) {
      if (shard.stage === "identify") continue;
      sum += shard.rate;
      for (const address of shard.addresses) now.set(address, (now.get(address) ?? 0) + shard.rate);
    }
    for (const [address, rate] of now) busiest.set(address, Math.max(rate, busiest.get(address) ?? 0));
    busiestSum = Math.max(busiestSum, sum);
  };

  const engine: Engine = {
    async run(shard, attempt, signal, onStart) {
      const startedAt = clock++;
      started.push({ shard, attempt, at: startedAt });
      running.add(shard);
      meter();
      onStart({ pid: 1, startTicks: 1 });
      // Others may run meanwhile, as beside a real nmap.
      for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
      running.delete(shard);
      clock += 10;
      const fails = signal.aborted || options.random() < options.failure;
      return resultAt(shard, attempt, startedAt, clock++, fails, signal.aborted);
    },
  };

  function resultAt(
    shard: Shard,
    attempt: number,
    startedAt: number,
    endedAt: number,
    fails: boolean,
    cancelled: boolean,
  ): ShardResult {
    const told = shard.addresses.flatMap((address) => askHost(address, shard));
    // A cut file holds some whole hosts, a process that did not start none at all.
    const hosts = fails ? told.slice(0, Math.floor(options.random() * (told.length + 1))) : told;
    const nothing = fails && hosts.length === 0;
    return {
      shard,
      attempt,
      exit: {
        code: fails ? null : 0,
        signal: fails ? "SIGKILL" : null,
        ended: cancelled ? "cancelled" : "exited",
        xml: "",
        stderr: [],
        startedAt,
        endedAt,
        pid: 1,
        argv: [],
      },
      form: nothing ? "refused" : fails ? "cut" : "whole",
      document: nothing ? null : documentOf(hosts),
      whole: !fails,
      failure: fails ? "nmap was killed by SIGKILL" : null,
      warnings: [],
    };
  }

  /** What nmap would write of one address; discovery leaves silent addresses out. */
  function askHost(address: Address, shard: Shard): NmapHost[] {
    const host = byAddress.get(address);
    if (shard.probe === "hosts") {
      // Discovery sends everything twice.
      const heard = host?.answersPing === true && !(isLost() && isLost());
      const byPort = [...listPorts(shard.ports)].some(
        (p) => host !== undefined && stateOf(host, p) !== "drop" && !isLost(),
      );
      if (!heard && !byPort) return [];
      return [
        hostOf({ address, status: { state: "up", reason: heard ? "echo-reply" : "syn-ack", ttl: 64 } }),
      ];
    }
    const answers: NmapPort[] = [];
    const isSlow = shard.rate <= shard.addresses.length;
    let told = isSlow ? Number.POSITIVE_INFINITY : (host?.icmpBurst ?? Number.POSITIVE_INFINITY);
    for (const port of listPorts(shard.ports)) {
      const isUnderstood = shard.probe === "services" && host?.shy !== undefined && isIn(host.shy, port);
      const state = host === undefined ? "drop" : isUnderstood ? "open" : stateOf(host, port);
      if (state === "drop" || isLost()) continue;
      if (state === "reset" && port.protocol === "udp" && told-- <= 0) continue;
      answers.push(answerOf(port, state, shard.probe === "services"));
    }
    const silent = subtractPorts(shard.ports, portSetOf(answers));
    const silentTcp = silent.tcp.length > 0 ? [extra("filtered", "no-response", [...silent.tcp])] : [];
    return [hostOf({ address, ports: answers, extraPorts: silentTcp })];
  }

  function isLost(): boolean {
    return options.random() < options.loss;
  }

  return { engine, now: () => clock++, started, busiest, busiestSum: () => busiestSum };
}

/** What a port of the model does with a probe. */
export function stateOf(
  host: ModelHost,
  { protocol, port }: { protocol: Protocol; port: number },
): "open" | "reset" | "drop" {
  if (isIn(host.open, { protocol, port })) return "open";
  if (host.shy !== undefined && isIn(host.shy, { protocol, port })) return "drop";
  return isIn(host.holes, { protocol, port }) ? "reset" : host.otherPorts;
}

function isIn(set: PortSet, { protocol, port }: { protocol: Protocol; port: number }): boolean {
  return set[protocol].some(([from, to]) => from <= port && port <= to);
}

function answerOf(
  port: { protocol: Protocol; port: number },
  state: "open" | "reset",
  isService: boolean,
): NmapPort {
  const { protocol, port: number } = port;
  if (state === "reset") {
    return answer(number, "closed", protocol === "udp" ? "port-unreach" : "reset", { protocol });
  }
  const service = isService
    ? {
        name: "http",
        product: "model",
        version: null,
        extraInfo: null,
        tunnel: null,
        method: "probed" as const,
        confidence: 10,
        hostname: null,
        osType: null,
        deviceType: null,
        cpes: [],
      }
    : null;
  return answer(number, "open", protocol === "udp" ? "udp-response" : "syn-ack", { protocol, service });
}
